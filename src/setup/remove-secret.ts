/** Takes a secret of a scheme away for good, as long as another one still verifies. */
import { nearest } from "../base/index.ts";
import { isReplacedName } from "./replaced-secrets.ts";
import { withSource, type PlacedSource } from "./open-setup.ts";
import type { OpenSetup } from "./settings.ts";

/** What is set up without the secret, or what stands against it. */
export function removeSecret(
  { settings, secrets }: OpenSetup,
  place: PlacedSource,
  name: string,
  nowMs: number,
): OpenSetup | { readonly fault: string } {
  const { keys } = place.source;
  const removed = keys.find((key) => key.name === name);
  if (removed === undefined && isReplacedName(name))
    return {
      fault: `"${name}" is no longer in its file; a restart of the gateway ends it, and so does "overlap": "0s"`,
    };
  if (removed === undefined) return { fault: `there is no secret named "${name}"${offer(name, place)}` };
  const isValid = ({ notAfterMs = Infinity }: { readonly notAfterMs?: number | undefined }): boolean =>
    notAfterMs > nowMs;
  const left = keys.filter((key) => key !== removed);
  if (isValid(removed) && !left.some(isValid))
    return { fault: `"${name}" is the only secret that verifies; give another one first with \`gtc secrets rotate\`` };
  const kept = new Map([...secrets].filter(([secretName]) => secretName !== removed.secretName));
  return { settings: withSource(settings, { ...place, source: { ...place.source, keys: left } }), secrets: kept };
}

function offer(name: string, { source: { keys } }: PlacedSource): string {
  const names = keys.map((key) => key.name);
  const meant = nearest(name, names);
  return meant === undefined ? `; there are: ${names.join(", ")}` : `; did you mean "${meant}"?`;
}
