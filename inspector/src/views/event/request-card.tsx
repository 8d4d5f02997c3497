import { useMemo, useState } from "react";
import type { EventDetail, FieldValue } from "../../../../src/admin/contract/index.ts";
import { prettyJson } from "../../api/json.ts";
import { byteSize } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Facts } from "../../ui/facts.tsx";
import { FieldText } from "../../ui/field-text.tsx";
import { bodyTexts } from "../../ui/body-texts.ts";
import { LongText } from "../../ui/long-text.tsx";
import { MaskedPaths, MaskedValue } from "../../ui/masked-value.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { isWithheld } from "../../ui/withheld.ts";
import { eventTexts } from "./event-texts.ts";
import { hexDump } from "./hex-dump.ts";

type BodyForm = "pretty" | "raw" | "hex";
const FORMS: readonly BodyForm[] = ["pretty", "raw", "hex"];

/** The request as it came. */
export function RequestCard({ event }: { readonly event: EventDetail }) {
  const t = useTexts(eventTexts);
  const { language } = useLanguage();
  const { body } = event;
  return (
    <section className="card" aria-labelledby="request-title">
      <h2 id="request-title">{t.request}</h2>
      <div className="card-body">
        <Facts
          facts={[
            [
              t.fields.target,
              <FieldText key="target" name={t.fields.target} value={`${event.method} ${event.target}`} />,
            ],
            [t.fields.remote, event.remote_address],
            [t.fields.size, byteSize(body.bytes, language)],
            [t.fields.type, body.content_type !== null && visibleText(body.content_type)],
            [t.fields.encoding, body.content_encoding],
          ]}
        />
        <Body event={event} />
        {event.query.length > 0 && <Fields title={t.query} place="query" eventId={event.id} fields={event.query} />}
        <Fields title={t.headers} place="header" eventId={event.id} fields={event.headers} />
      </div>
    </section>
  );
}

interface FieldsProps {
  readonly title: string;
  readonly place: "header" | "query";
  readonly eventId: string;
  readonly fields: readonly FieldValue[];
}

function Fields({ title, place, eventId, fields }: FieldsProps) {
  return (
    <details open>
      <summary>
        <h3>{title}</h3>
      </summary>
      <Facts
        facts={fields.map((field) => [
          field.name,
          field.masked ? (
            <MaskedValue
              key={field.name}
              owner={{ operation: "reveal", id: eventId }}
              field={`${place}:${field.name}`}
              length={field.length}
            />
          ) : (
            <FieldText key={field.name} name={field.name} value={field.value} />
          ),
        ])}
      />
    </details>
  );
}

function Body({ event: { id, body } }: { readonly event: EventDetail }) {
  const t = useTexts(eventTexts);
  const { withheld } = useTexts(bodyTexts);
  const [form, setForm] = useState<BodyForm>(body.text === null && body.payload === null ? "hex" : "pretty");
  const shown = useMemo(() => bodyIn(form, body), [form, body]);
  if (body.kind === "empty") return <p className="quiet">{t.empty}</p>;
  return (
    <div className="body">
      <div className="body-head">
        <h3>{t.body}</h3>
        {FORMS.map((one) => (
          <button
            key={one}
            type="button"
            className="button small"
            aria-pressed={form === one}
            onClick={() => setForm(one)}
          >
            {t.bodyForms[one]}
          </button>
        ))}
        {shown !== undefined && <CopyButton text={shown} isSmall />}
      </div>
      {shown === undefined ? (
        <p className="quiet">{isWithheld(body) ? withheld : form === "hex" ? t.noHex : t.noText}</p>
      ) : (
        <LongText key={form} text={shown} label={t.body} isTall />
      )}
      {body.truncated && <p className="quiet">{t.truncated}</p>}
      {!isWithheld(body) && <MaskedPaths owner={{ operation: "reveal", id }} paths={body.masked_paths} />}
    </div>
  );
}

/** The body as text; undefined where it has no such form. */
function bodyIn(form: BodyForm, { text, hex, payload }: EventDetail["body"]): string | undefined {
  switch (form) {
    case "pretty":
      return payload === null ? (text ?? undefined) : prettyJson(payload);
    case "raw":
      return text ?? undefined;
    case "hex":
      return hex === null ? undefined : hexDump(hex);
    default:
      return form satisfies never;
  }
}
