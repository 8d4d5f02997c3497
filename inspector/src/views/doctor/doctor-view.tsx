import type { Finding } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { Link } from "../../shell/router.tsx";
import { Badge } from "../../ui/badge.tsx";
import { CodeFrame } from "../../ui/code-frame.tsx";
import { GatewayWords } from "../../ui/gateway-words.tsx";
import { LoadedView } from "../../ui/loaded-view.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { Prose } from "../../ui/prose.tsx";
import { doctorTexts } from "./doctor-texts.ts";
import { findingTexts, GERMAN_FIX, isKnownCheck } from "./finding-texts.ts";
import { LEVEL_TONES, placeOf, sortFindings } from "./finding-place.ts";
import "../operate.css";
import "./doctor.css";

/** What `gtc doctor` finds, worst first, each with the way to where it is. */
export default function DoctorView() {
  const t = useTexts(doctorTexts);
  const { loaded, reload } = useLoaded("doctor", (signal) => call("doctor", { signal }));
  return (
    <div className="operate">
      <PageHead title={t.title} lead={t.lead}>
        <button type="button" className="button" onClick={reload}>
          {t.again}
        </button>
      </PageHead>
      <LoadedView loaded={loaded} reload={reload}>
        {({ items }) => <Findings findings={items} />}
      </LoadedView>
    </div>
  );
}

function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const t = useTexts(doctorTexts);
  const names = useTexts(findingTexts);
  if (findings.length === 0)
    return (
      <p className="note">
        <Prose text={t.notChecked} />
      </p>
    );
  const toLookAt = sortFindings(findings.filter(({ level }) => level !== "ok"));
  const inOrder = findings.filter(({ level }) => level === "ok");
  const isWell = toLookAt.every(({ level }) => level === "note");
  return (
    <>
      {isWell && (
        <p className="note" data-tone="good" role="status">
          <strong>{t.allWell}</strong>
        </p>
      )}
      <ul className="findings">
        {toLookAt.map((finding) => (
          <FindingCard key={`${finding.check} ${finding.where} ${finding.message}`} finding={finding} />
        ))}
      </ul>
      {inOrder.length > 0 && (
        <details className="card checks" open={isWell}>
          <summary>{t.passed(inOrder.length)}</summary>
          <ul>
            {inOrder.map(({ check, where, message }) => (
              <li key={`${check} ${where} ${message}`}>
                <span>
                  {isKnownCheck(check) && <>{names[check]}: </>}
                  <GatewayWords text={message} />
                </span>
                <code className="quiet">{where}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function FindingCard({ finding }: { readonly finding: Finding }) {
  const t = useTexts(doctorTexts);
  const names = useTexts(findingTexts);
  const { check, level, where, message, fix, frame } = finding;
  const place = placeOf(finding);
  return (
    <li className="card finding" data-level={level}>
      <p className="finding-head">
        <Badge tone={LEVEL_TONES[level]}>{t[level]}</Badge>
        <code className="quiet">{where}</code>
        {place && <Link to={place.to}>{t.show[place.view]}</Link>}
      </p>
      <p>
        <strong>{isKnownCheck(check) ? names[check] : t.fileFault}</strong>
        <br />
        <GatewayWords text={message} />
      </p>
      <Fix check={check} fix={fix} />
      {frame !== null && <CodeFrame text={frame} />}
    </li>
  );
}

/** What to do; in German also in front of the gateway's own words, where the check has advice. */
function Fix({ check, fix }: Pick<Finding, "check" | "fix">) {
  const t = useTexts(doctorTexts);
  const { language } = useLanguage();
  const advice = language === "de" && isKnownCheck(check) ? GERMAN_FIX[check] : undefined;
  if (advice === undefined && fix === null) return null;
  return (
    <p>
      <span className="quiet">{t.fix}:</span> {advice !== undefined && <Prose text={advice} />}{" "}
      {fix !== null && (
        <span className={advice === undefined ? "" : "quiet"}>
          <GatewayWords text={fix} />
        </span>
      )}
    </p>
  );
}
