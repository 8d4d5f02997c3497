/** What can be said when no hypothesis holds: hints from the request itself, marked as not certain. */
import { REFUSAL_HINTS } from "../refusal-hints.ts";
import { isRecord } from "../jws.ts";
import { RequestView } from "../request-view.ts";
import type { RefusalReason, RefusedVerdict } from "../verdict.ts";
import type { Explanation } from "./explain-refusal.ts";
import type { Case } from "./hypothesis.ts";

type Suspicion = Omit<Explanation, "tries">;

/** Of these, verification itself has found what is wrong. */
const FOUND: readonly RefusalReason[] = ["signature_malformed", "signature_truncated", "claims_wrong"];

export function suspicions({ request, keys }: Case, verdict: RefusedVerdict): Suspicion {
  const view = new RequestView(request);
  if (verdict.reason === "signature_version") {
    return { reason: "old_version", detail: verdict.detail, fix: REFUSAL_HINTS.signature_version, certain: true };
  }
  if (FOUND.includes(verdict.reason)) {
    return { reason: "as_reported", detail: verdict.detail, fix: REFUSAL_HINTS[verdict.reason], certain: true };
  }
  return (
    lostBytes(view) ??
    decodedOnTheWay(view) ??
    testMode(view) ??
    (keys.length === 0 ? notTheirs(verdict) : wrongSecret(verdict))
  );
}

function lostBytes(view: RequestView): Suspicion | undefined {
  const length = view.header("content-length");
  const arrived = view.request.rawBody.length;
  if (length === undefined || !/^\d{1,12}$/.test(length) || Number(length) === arrived) return undefined;
  return {
    reason: "body_changed",
    detail: `Content-Length says ${length} bytes, but ${arrived} are here: the body was changed after it was sent`,
    fix: "Look for a proxy or a capture that parses, decompresses or cuts the body.",
    certain: false,
  };
}

/** The header still says gzip, but these are no gzip bytes: someone decoded them and left the header. */
function decodedOnTheWay(view: RequestView): Suspicion | undefined {
  const encoding = view.header("content-encoding");
  const [first, second] = view.request.rawBody;
  if (encoding === undefined || !/gzip/i.test(encoding) || (first === 0x1f && second === 0x8b)) return undefined;
  return {
    reason: "body_decompressed",
    detail:
      "Content-Encoding says gzip, but the body is not compressed: a proxy has decoded it, and the signature is over the compressed bytes",
    fix: "Switch decompression off in the proxy in front of gtc.",
    certain: false,
  };
}

function testMode(view: RequestView): Suspicion | undefined {
  const body = view.json();
  if (!isRecord(body)) return undefined;
  const isTest =
    body["livemode"] === false || body["live_mode"] === false || body["test"] === true || body["test_mode"] === true;
  if (!isTest) return undefined;
  return {
    reason: "test_or_live_secret",
    detail: "the event is of the provider's test mode, which has a secret of its own",
    fix: "Configure the secret of the test endpoint for this event type, or send test events to another one.",
    certain: false,
  };
}

function wrongSecret({ reason, detail }: RefusedVerdict): Suspicion {
  // A token covers no body.
  const isToken = reason === "token_mismatch";
  const found = isToken ? detail : `${detail}, and no usual change of the body explains it`;
  return {
    reason: "wrong_secret",
    detail: `${found}: most likely the secret is another one than the provider's`,
    fix: `Copy the secret from the provider again${isToken ? "." : "; the body must reach gtc exactly as it was sent."}`,
    certain: false,
  };
}

/** Where the provider publishes its keys there is nothing that could have been copied wrongly. */
function notTheirs({ detail }: RefusedVerdict): Suspicion {
  return {
    reason: "as_reported",
    detail: `${detail}, and no usual change of the body explains it`,
    fix: "Check the settings of the scheme; else the body was changed on its way, or the provider did not send this.",
    certain: false,
  };
}
