import type { TrafficBucket } from "../../../../src/admin/contract/index.ts";
import { count } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { addressWith, Link } from "../../shell/router.tsx";
import { ReasonName } from "../../ui/gateway-words.tsx";
import { overviewTexts } from "./overview-texts.ts";
import { refusedByReason } from "./sum-reasons.ts";

/** Why requests were refused, most frequent first; each leads to its requests. */
export function RefusedByReason({ buckets }: { readonly buckets: readonly TrafficBucket[] }) {
  const t = useTexts(overviewTexts);
  const { language } = useLanguage();
  const reasons = refusedByReason(buckets);
  const most = reasons[0]?.count ?? 1;
  return (
    <section className="card">
      <h2>{t.refusedBy}</h2>
      {reasons.length === 0 ? (
        <p className="quiet pad">{t.noneRefused}</p>
      ) : (
        <ul className="reasons">
          {reasons.map(({ reason, count: times }) => (
            <li key={reason}>
              <span>
                <Link to={placeOf(reason)}>{reason}</Link> <ReasonName code={reason} />
              </span>
              <progress max={most} value={times} aria-hidden="true" />
              <span>{count(times, language)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** What was refused for its content was stored first: those requests are events. */
function placeOf(reason: string): string {
  return reason === "content" ? addressWith("/", { status: "refused" }) : addressWith("/refused", { reason });
}
