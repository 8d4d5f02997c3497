import type { RefusalDetail } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { prettyJson } from "../../api/json.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { byteSize, exactTime } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { Badge } from "../../ui/badge.tsx";
import { bodyTexts } from "../../ui/body-texts.ts";
import { LoadedView } from "../../ui/loaded-view.tsx";
import { FieldText } from "../../ui/field-text.tsx";
import { LongText } from "../../ui/long-text.tsx";
import { MaskedPaths, MaskedValue } from "../../ui/masked-value.tsx";
import { isWithheld } from "../../ui/withheld.ts";
import { visibleText } from "../../ui/visible-text.ts";
import { AcceptedLine, Why } from "./outcome-line.tsx";
import { refusedTexts } from "./refused-texts.ts";

/** The whole request as it came, sensitive values masked. */
export function RefusedDetails({ id }: { readonly id: string }) {
  const loading = useLoaded(id, (signal) => call("showRefused", { params: { id }, signal }));
  return <LoadedView {...loading}>{(refusal) => <Request refusal={refusal} />}</LoadedView>;
}

function Request({ refusal }: { readonly refusal: RefusalDetail }) {
  const t = useTexts(refusedTexts);
  const { language } = useLanguage();
  const { body, headers, hindrance, accepted_as: accepted } = refusal;
  const owner = { operation: "revealRefused", id: refusal.id } as const;
  return (
    <div className="refusal-request">
      <dl>
        <dt>{t.reason}</dt>
        <dd>
          <code>{refusal.reason}</code>
        </dd>
        <dt>{t.when}</dt>
        <dd>{exactTime(refusal.received_at, language)}</dd>
        <dt>{t.from}</dt>
        <dd>{refusal.remote_address}</dd>
        <dt>{t.answered}</dt>
        <dd>{refusal.http_status}</dd>
      </dl>
      {accepted !== null && (
        <p>
          <AcceptedLine outcome="accepted" eventId={accepted.event_id} at={accepted.accepted_at} />
        </p>
      )}
      {hindrance !== null && (
        <p>
          <Badge tone="quiet">{t.cannot}</Badge> <Why why={hindrance} />
        </p>
      )}
      <h3>
        {refusal.method} <code>{visibleText(refusal.target)}</code>
      </h3>
      <h3>{t.headers}</h3>
      <dl className="refusal-headers">
        {headers.map((field, index) => (
          // A header may come twice; its place tells the two apart, and the list never changes.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={index}>
            <dt>{visibleText(field.name)}</dt>
            <dd>
              {field.masked ? (
                <MaskedValue owner={owner} field={`header:${field.name}`} length={field.length} />
              ) : (
                <FieldText name={field.name} value={field.value} />
              )}
            </dd>
          </div>
        ))}
      </dl>
      <h3>
        {t.body} <span className="quiet">{byteSize(body.bytes, language)}</span>
      </h3>
      <Body body={body} />
      {!isWithheld(body) && <MaskedPaths owner={owner} paths={body.masked_paths} />}
    </div>
  );
}

function Body({ body }: Pick<RefusalDetail, "body">) {
  const t = useTexts(refusedTexts);
  const { withheld } = useTexts(bodyTexts);
  if (body.bytes === 0) return <p className="quiet">{t.emptyBody}</p>;
  if (isWithheld(body)) return <p className="quiet">{withheld}</p>;
  return <LongText text={bodyText(body)} label={t.body} />;
}

function bodyText({ kind, payload, text, hex }: RefusalDetail["body"]): string {
  if (kind === "json" && payload !== null) return prettyJson(payload);
  return text ?? hex ?? "";
}
