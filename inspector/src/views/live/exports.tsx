import { useState } from "react";
import { download, type Query } from "../../api/client.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { FaultNote } from "../../ui/loaded-view.tsx";
import { boundsOf, wantsEvents, type Filters } from "./live-filters.ts";
import { liveTexts } from "./live-texts.ts";

/** As many as the API gives at once. */
const MOST_EXPORTED = 1_000;

/** One file of an export; "the last hour" is that of the first click. */
interface Part {
  readonly format: "ndjson" | "har";
  readonly number: number;
  readonly query: Query;
}

/** The events that the filters let through as files, the newest first; what one file cannot hold goes into the next. */
export function Exports({ filters }: { readonly filters: Filters }) {
  const t = useTexts(liveTexts);
  const [next, setNext] = useState<Part>();
  const [fault, setFault] = useState<Error>();
  const [isSaving, setSaving] = useState(false);
  if (!wantsEvents(filters)) return null;
  const save = async (part: Part): Promise<void> => {
    setSaving(true);
    setFault(undefined);
    try {
      setNext(await savePart(part));
    } catch (error) {
      setFault(error as Error);
    } finally {
      setSaving(false);
    }
  };
  return (
    <div className="exports" role="group" aria-label={t.exports} title={t.exports}>
      {(["ndjson", "har"] as const).map((format) => (
        <button
          key={format}
          type="button"
          className="button"
          disabled={isSaving}
          onClick={() => void save(firstPart(format, filters))}
        >
          {t.exportAs(format.toUpperCase())}
        </button>
      ))}
      <output className="exports-next">
        {next !== undefined && (
          <>
            {t.exportRest(next.number - 1)}{" "}
            <button type="button" className="button small" disabled={isSaving} onClick={() => void save(next)}>
              {t.exportNext}
            </button>
          </>
        )}
      </output>
      {fault && <FaultNote fault={fault} />}
    </div>
  );
}

function firstPart(format: Part["format"], filters: Filters): Part {
  const { period: _period, ...asked } = filters;
  return { format, number: 1, query: { ...asked, ...boundsOf(filters, Date.now()) } };
}

/** Saves a file. Resolves with the part after it, if something is left. @throws ApiFault, or TypeError without a gateway */
async function savePart({ format, number, query }: Part): Promise<Part | undefined> {
  const { file, nextCursor } = await download("exportEvents", { ...query, limit: MOST_EXPORTED, format });
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = `events${number === 1 ? "" : `-${number}`}.${format}`;
  link.click();
  // The browser has taken it by the next turn.
  setTimeout(() => URL.revokeObjectURL(address));
  return nextCursor === undefined ? undefined : { format, number: number + 1, query: { ...query, cursor: nextCursor } };
}
