import type { EventDetail } from "../../../../src/admin/contract/index.ts";
import { prettyJson } from "../../api/json.ts";
import { duration } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { Link } from "../../shell/router.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Facts } from "../../ui/facts.tsx";
import { FieldText } from "../../ui/field-text.tsx";
import { Advice, GatewayDetail, mistakeOf, Reason } from "../../ui/gateway-words.tsx";
import { LongText } from "../../ui/long-text.tsx";
import { Prose } from "../../ui/prose.tsx";
import { stateTexts } from "../../ui/state-texts.ts";
import { TimeAgo } from "../../ui/time.tsx";
import { statusTone, verdictTones } from "../../ui/tones.ts";
import { eventTexts } from "./event-texts.ts";

/** Whether it is genuine, and if not, why and what to do. */
export function VerificationCard({ event }: { readonly event: EventDetail }) {
  const t = useTexts(eventTexts);
  const { verdicts } = useTexts(stateTexts);
  const { verification, accepted_from: from } = event;
  const { status, scheme, provider, key_name: key, reason, detail, hint, likely } = verification;
  const mistake = mistakeOf(likely);
  return (
    <section className="card" aria-labelledby="verification-title">
      <h2 id="verification-title">
        {t.verification} <Badge tone={verdictTones[status]}>{verdicts[status]}</Badge>
      </h2>
      <div className="card-body">
        <Facts
          facts={[
            [t.fields.provider, provider],
            [t.fields.scheme, scheme],
            [t.fields.key, key],
            [t.fields.reason, reason !== null && <Reason key="reason" code={reason} />],
            [t.fields.detail, detail !== null && <GatewayDetail key="detail" text={detail} />],
            [
              t.fields.likely,
              mistake && (
                <span key="likely">
                  <Reason code={mistake.reason} />
                  {mistake.certain && ` (${t.certain})`}
                </span>
              ),
            ],
            [
              t.fields.hint,
              hint !== null && <Advice key="hint" reason={mistake?.reason ?? reason ?? ""} hint={hint} />,
            ],
            [t.fields.accepted, from && <AcceptedFrom key="accepted" from={from} />],
          ]}
        />
        {status === "unsigned" && (
          <p className="quiet">
            <Prose text={event.test ? t.unsignedCopy : t.unsignedHint} />
          </p>
        )}
      </div>
    </section>
  );
}

/** It was refused as it came: when it was accepted, and the refused request. */
function AcceptedFrom({ from }: { readonly from: NonNullable<EventDetail["accepted_from"]> }) {
  const t = useTexts(eventTexts);
  return (
    <>
      <TimeAgo iso={from.accepted_at} />,{" "}
      <Link to={`/refused/${encodeURIComponent(from.refusal_id)}`}>{t.fromRefused}</Link>
    </>
  );
}

/** Whether it was seen before. */
export function DedupeCard({ event: { dedupe, duplicate_of: original } }: { readonly event: EventDetail }) {
  const t = useTexts(eventTexts);
  return (
    <section className="card" aria-labelledby="dedupe-title">
      <h2 id="dedupe-title">{t.dedupe}</h2>
      <div className="card-body">
        <Facts
          facts={[
            [
              t.fields.deduped,
              original === null ? (
                dedupe === null ? (
                  t.noKey
                ) : (
                  t.first
                )
              ) : (
                <span key="original">
                  {t.duplicateOf} <Link to={`/events/${original}`}>{original}</Link>
                </span>
              ),
            ],
            [t.fields.dedupe, dedupe && <FieldText key="id" name={t.fields.dedupe} value={dedupe.id} />],
            ["", dedupe && `${dedupe.source}, ${dedupe.signed ? t.signed : t.notSigned}`],
          ]}
        />
      </div>
    </section>
  );
}

/** What the sender was told, and how soon. */
export function AnswerCard({ event }: { readonly event: EventDetail }) {
  const { response, refused_because: because, accepted_from: from } = event;
  const t = useTexts(eventTexts);
  const { language } = useLanguage();
  const headers = Object.entries(response.headers);
  return (
    <section className="card" aria-labelledby="answer-title">
      <h2 id="answer-title">
        {t.answer} <Badge tone={statusTone(response.status)}>{response.status}</Badge>
      </h2>
      <div className="card-body">
        <Facts
          facts={[
            [t.fields.by, t.answeredBy[response.by]],
            [t.fields.refused, because !== null && <ContentFault key="refused" because={because} />],
            [t.fields.hint, because !== null && <Prose key="hint" text={contentFix(t, because)} />],
            [t.fields.answered, response.answered_at && <TimeAgo key="at" iso={response.answered_at} />],
            [t.fields.duration, response.duration_ms !== null && duration(response.duration_ms, language)],
            ...headers.map(([name, value]) => [name, <FieldText key={name} name={name} value={value} />] as const),
          ]}
        />
        {from !== null && <p className="quiet">{t.answeredBefore}</p>}
        {response.body !== null && response.body !== "" && (
          <LongText
            label={t.answer}
            text={typeof response.body === "string" ? response.body : prettyJson(response.body)}
          />
        )}
      </div>
    </section>
  );
}

/** The gateway says `code: what it found`. */
function ContentFault({ because }: { readonly because: string }) {
  const [, code = "", found = because] = /^(\w+): (.*)$/s.exec(because) ?? [];
  return (
    <>
      {code !== "" && <Reason code={code} />}
      <br />
      <GatewayDetail text={found} />
    </>
  );
}

function contentFix({ contentFixes }: (typeof eventTexts)["en"], because: string): string {
  const code = because.split(":", 1)[0] ?? "";
  return code === "decoded_too_large" || code === "unsupported_encoding" ? contentFixes[code] : contentFixes.sender;
}
