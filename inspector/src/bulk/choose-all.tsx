import { useTexts } from "../i18n/i18n.tsx";
import { bulkTexts } from "./bulk-texts.ts";
import "./bulk.css";

interface ChooseAllProps {
  /** Ids of what is listed and can be chosen. */
  readonly ids: readonly string[];
  readonly chosen: ReadonlySet<string>;
  readonly choose: (chosen: ReadonlySet<string>) => void;
}

/** The box above a list that chooses all of it, or none. */
export function ChooseAll({ ids, chosen, choose }: ChooseAllProps) {
  const t = useTexts(bulkTexts);
  const areAllChosen = ids.length > 0 && ids.every((id) => chosen.has(id));
  return (
    <label className="choose-all">
      <input
        type="checkbox"
        checked={areAllChosen}
        disabled={ids.length === 0}
        onChange={() => choose(new Set(areAllChosen ? [] : ids))}
      />
      {t.selectAll}
    </label>
  );
}

/** The choice with one more, or one less. */
export function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  return next;
}
