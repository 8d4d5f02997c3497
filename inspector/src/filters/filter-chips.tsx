import { useTexts } from "../i18n/i18n.tsx";
import { filterTexts } from "./filter-texts.ts";

export interface Chip {
  readonly name: string;
  readonly label: string;
  readonly value: string;
}

interface FilterChipsProps {
  readonly chips: readonly Chip[];
  readonly remove: (name: string) => void;
  readonly clear: () => void;
}

/** What narrows the list just now; each can be taken away by itself. */
export function FilterChips({ chips, remove, clear }: FilterChipsProps) {
  const t = useTexts(filterTexts);
  if (chips.length === 0) return null;
  return (
    <ul className="chips" aria-label={t.active}>
      {chips.map(({ name, label, value }) => (
        <li key={name}>
          <button type="button" className="chip" onClick={() => remove(name)}>
            <span>
              {label}: <b>{value}</b>
            </span>
            <span aria-hidden="true">×</span>
            <span className="visually-hidden">{t.remove}</span>
          </button>
        </li>
      ))}
      <li>
        <button type="button" className="button bare small" onClick={clear}>
          {t.clear}
        </button>
      </li>
    </ul>
  );
}
