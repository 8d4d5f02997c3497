import type { ReactNode } from "react";
import type { Overview } from "../../../../src/admin/contract/index.ts";
import { byteSize, count } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { Link } from "../../shell/router.tsx";
import { TimeAgo } from "../../ui/time.tsx";
import { overviewTexts } from "./overview-texts.ts";

/** The state of now: whether requests are accepted, what waits, what is stored, how much room is left. */
export function OverviewState({ overview }: { readonly overview: Overview }) {
  const t = useTexts(overviewTexts);
  const { language } = useLanguage();
  const { health, backlog, totals, storage, oldest_open_at: oldest } = overview;
  const events = Object.values(totals.events).reduce((sum, value) => sum + value, 0);
  const resolved = (totals.runs.failed ?? 0) - totals.dead_letters;
  const used = storage.journal_bytes + storage.projection_bytes;
  return (
    <>
      {health.status === "unavailable" && (
        <p className="note" data-tone="bad" role="alert">
          <strong>{t.unavailable}</strong>
          {health.because}
        </p>
      )}
      <dl className="tiles">
        <Tile
          name={t.backlog}
          value={count(backlog, language)}
          note={
            oldest === null ? (
              t.backlogNote
            ) : (
              <>
                {t.oldestBacklog} <TimeAgo iso={oldest} />
              </>
            )
          }
        />
        <Tile
          name={<Link to="/dead-letters">{t.deadLetters}</Link>}
          value={count(totals.dead_letters, language)}
          note={
            resolved === 0 ? (
              t.deadLettersNote
            ) : (
              <>
                {t.deadLettersNote}
                <br />
                <Link to="/dead-letters?show=done">{t.resolved(count(resolved, language))}</Link>
              </>
            )
          }
        />
        <Tile
          name={t.stored}
          value={count(events, language)}
          note={
            storage.oldest_event_at === null ? (
              t.nothingStored
            ) : (
              <>
                {t.oldest} <TimeAgo iso={storage.oldest_event_at} />
              </>
            )
          }
        />
        <Tile
          name={t.disk}
          value={byteSize(used, language)}
          note={
            <>
              {t.diskNote(byteSize(storage.free_bytes, language))}
              <br />
              {t.journal} {byteSize(storage.journal_bytes, language)}, {t.projection}{" "}
              {byteSize(storage.projection_bytes, language)}
            </>
          }
        />
      </dl>
    </>
  );
}

interface TileProps {
  readonly name: ReactNode;
  readonly value: string;
  readonly note: ReactNode;
}

function Tile({ name, value, note }: TileProps) {
  return (
    <div className="card tile">
      <dt>{name}</dt>
      <dd className="tile-value">{value}</dd>
      <dd className="quiet">{note}</dd>
    </div>
  );
}
