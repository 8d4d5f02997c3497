/**
 * What an edited copy says happened: the provider's type as its own headers and body have it, read where the source of now
 * reads it. The type of the original would be wrong where that place was edited, and flows that ask for it would be tried
 * on something that no sender sends.
 */
import type { Envelope } from "../../event/index.ts";
import { createVerifier } from "../../signature/index.ts";
import type { EventCopy, SourceView } from "./backend.ts";

/** The provider's type of a copy; undefined: it says none, or only code that checks the signature finds it. */
export async function copiedType(
  original: Envelope,
  copy: Omit<EventCopy, "providerType">,
  source: SourceView | undefined,
): Promise<string | undefined> {
  const scheme = source?.scheme;
  // Where the scheme says what happened; the table's provider, unless the operator wrote a place down.
  const place = scheme && (scheme.config.eventType ?? createVerifier(scheme.config, scheme.keys).provider?.eventType);
  if (place === undefined) return isSame(original, copy) ? original.providerType : undefined;
  const settings = scheme?.config.settings;
  const reader = createVerifier(
    { scheme: { spec: { kind: "none" } }, eventType: place, ...(settings !== undefined && { settings }) },
    [],
  );
  const { method } = original;
  const url = new URL(copy.target, "http://copy.invalid").href;
  const verdict = await reader.verify(
    { method, url, headers: copy.headers, rawBody: copy.body },
    original.receivedAtMs,
  );
  return verdict.status === "verified" ? verdict.providerType : undefined;
}

/** Headers that belong to the connection and the signature say nothing of what happened. */
function isSame({ rawBody, headers, target }: Envelope, copy: Omit<EventCopy, "providerType">): boolean {
  const known = new Set(headers.map(([name, value]) => `${name}: ${value}`));
  return (
    copy.body === rawBody &&
    copy.target === target &&
    copy.headers.every(([name, value]) => known.has(`${name}: ${value}`))
  );
}
