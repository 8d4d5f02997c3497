import { useState } from "react";
import type { SignedCurl, Source } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { addressWith, Link } from "../../shell/router.tsx";
import { Badge } from "../../ui/badge.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { GatewayWords } from "../../ui/gateway-words.tsx";
import { FaultNote } from "../../ui/loaded-view.tsx";
import { sourcesTexts } from "./sources-texts.ts";

type Test =
  | { readonly state: "none" }
  | { readonly state: "sending" }
  | { readonly state: "answered"; readonly status: number; readonly body: string; readonly eventId: string | null }
  | { readonly state: "failed"; readonly fault: Error };

interface SourceActionsProps {
  readonly source: Source;
  readonly onSent: () => void;
}

/** Sends a signed sample as the service would, or gives it as a command to paste. */
export function SourceActions({ source, onSent }: SourceActionsProps) {
  const t = useTexts(sourcesTexts);
  const [test, setTest] = useState<Test>({ state: "none" });
  const [copied, setCopied] = useState<SignedCurl>();
  const params = { tenant: source.tenant, event_type: source.event_type };
  const send = async (): Promise<void> => {
    setTest({ state: "sending" });
    try {
      const { status, body, event_id: eventId } = await call("testSource", { params });
      setTest({ state: "answered", status, body, eventId });
      onSent();
    } catch (fault) {
      setTest({ state: "failed", fault: fault as Error });
    }
  };
  const curl = async (): Promise<string> => {
    const made = await call("sourceCurl", { params });
    setCopied(made);
    return made.command;
  };
  return (
    <div className="operate-actions">
      <button
        type="button"
        className="button"
        onClick={() => void send()}
        disabled={test.state === "sending"}
        title={t.testOf(source.url)}
      >
        {test.state === "sending" ? t.testing : t.test}
      </button>
      <CopyButton text={curl} label={t.copyCurl} />
      <div className="test-outcome" role="status">
        {copied?.signed === false && (
          <p className="quiet">
            {t.unsignedNote} {source.verified && <GatewayWords text={copied.note ?? ""} />}
          </p>
        )}
        <TestOutcome test={test} source={source} />
      </div>
    </div>
  );
}

function TestOutcome({ test, source }: { readonly test: Test; readonly source: Source }) {
  const t = useTexts(sourcesTexts);
  switch (test.state) {
    case "none":
    case "sending":
      return null;
    case "failed":
      return <FaultNote fault={test.fault} />;
    case "answered":
      return (
        <p>
          <Badge tone={test.status < 400 ? "good" : "bad"} title={test.body.slice(0, 500)}>
            {t.testAnswer(test.status)}
          </Badge>{" "}
          <TestPlace eventId={test.eventId} status={test.status} source={source} />
        </p>
      );
    default:
      return test satisfies never;
  }
}

interface TestPlaceProps {
  readonly eventId: string | null;
  readonly status: number;
  readonly source: Source;
}

/** Where to look on. What a flow answers need not name the event: then it is the newest of its type. */
function TestPlace({ eventId, status, source: { tenant, event_type: type } }: TestPlaceProps) {
  const t = useTexts(sourcesTexts);
  if (eventId !== null) return <Link to={`/events/${eventId}`}>{t.testEvent}</Link>;
  return status === 401 ? (
    <Link to={addressWith("/refused", { tenant, type })}>{t.testRefused}</Link>
  ) : (
    <Link to={addressWith("/", { tenant, type })}>{t.testNewest}</Link>
  );
}
