import { useTexts } from "../../i18n/i18n.tsx";
import { withOneMore, type Pair } from "./edited-pairs.ts";
import { eventTexts } from "./event-texts.ts";

interface PairEditorProps {
  /** What the pairs are, for screen readers. */
  readonly name: string;
  readonly pairs: readonly Pair[];
  readonly change: (pairs: readonly Pair[]) => void;
}

/** Names and values to change, take away and add. */
export function PairEditor({ name, pairs, change }: PairEditorProps) {
  const t = useTexts(eventTexts);
  const set = (key: number, changed: Partial<Pair>): void =>
    change(pairs.map((pair) => (pair.key === key ? { ...pair, ...changed } : pair)));
  return (
    <ul className="pairs" aria-label={name}>
      {pairs.map(({ key, name: own, value }) => (
        <li key={key}>
          <input
            className="mono"
            aria-label={t.pairName}
            value={own}
            readOnly={value === null}
            spellCheck={false}
            onChange={({ target }) => set(key, { name: target.value })}
          />
          <input
            className="mono"
            aria-label={t.pairValue(own)}
            value={value ?? ""}
            placeholder={value === null ? t.pairKept : undefined}
            spellCheck={false}
            onChange={({ target }) => set(key, { value: target.value })}
          />
          <button
            type="button"
            className="button small"
            aria-label={t.pairRemove(own)}
            onClick={() => change(pairs.filter((pair) => pair.key !== key))}
          >
            ×
          </button>
        </li>
      ))}
      <li>
        <button type="button" className="button small" onClick={() => change(withOneMore(pairs))}>
          {t.pairAdd}
        </button>
      </li>
    </ul>
  );
}
