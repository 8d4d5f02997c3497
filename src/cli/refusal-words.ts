/** Why a request was refused, as a person reads it. */

interface Likely {
  readonly reason: string;
  readonly certain: boolean;
}

/** What was found behind a refusal's reason: `perhaps test secret for live`; undefined when that is no news. */
export function likelyCause(likely: Likely | null | undefined): string | undefined {
  if (likely === undefined || likely === null || likely.reason === "as_reported") return undefined;
  return `${likely.certain ? "" : "perhaps "}${words(likely.reason)}`;
}

/** `signature_mismatch` → `signature mismatch`. */
export function words(code: string): string {
  return code.replaceAll("_", " ");
}

/** The webhook that a request was for; a path that is none has neither tenant nor event type. */
export function webhookName(tenant: string, eventType: string): string {
  return tenant === "" ? "(no webhook)" : `${tenant}/${eventType}`;
}
