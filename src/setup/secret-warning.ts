/** What makes a shared secret easy to guess. Public keys and certificates are no secrets and are never judged. */
const MIN_CHARS = 12;
/** Texts from documentation, left where a secret belongs. */
const PLACEHOLDER = /^(your[-_]|changeme|change[-_]me|secret$|password$|example)|x{3,}$|development[-_]only/i;

/** Says what is weak about a secret, or probably wrong, without showing it; undefined: nothing that can be seen. */
export function secretWarning(secret: string): string | undefined {
  if (secret.includes("-----BEGIN ")) return undefined;
  if (secret.trim() !== secret)
    return "The secret begins or ends with white space: a newline or blank that was copied along?";
  if (PLACEHOLDER.test(secret)) return "The secret looks like a placeholder from an example.";
  if (secret.length < MIN_CHARS) return `The secret has fewer than ${MIN_CHARS} characters.`;
  return undefined;
}
