/**
 * A wrong value of the answers as a message names it. Of an object or a list only that it is one: a secret may stand in it,
 * such as in `"provider": {"name": "github", "secret": "…"}`.
 */
export function toldValue(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return Array.isArray(value) ? "a list" : "an object";
}
