/**
 * The name of what the operating system refused. libuv has none for some refusals, of which a used-up quota is one: Node then
 * gives `Unknown system error -122` as the code (https://docs.libuv.org/en/v1.x/errors.html lists what has a name), and only
 * the number tells what it is.
 */
import { constants } from "node:os";

/** As `strerror` says it. */
const TEXTS: Readonly<Record<string, string>> = { EDQUOT: "disk quota exceeded" };
const UNKNOWN = /^Unknown system error -(\d+)/;

/** The code of what was thrown, such as `ENOSPC` or `EDQUOT`; undefined where it has none. */
export function systemCodeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown) || typeof thrown.code !== "string") return undefined;
  return nameOf(UNKNOWN.exec(thrown.code)?.[1]) ?? thrown.code;
}

/** Node's message with names in the places of the number, where Node knows none. */
export function namedMessage(message: string): string {
  const name = nameOf(UNKNOWN.exec(message)?.[1]);
  if (name === undefined) return message;
  return message.replace(/^Unknown system error -\d+: [^,]*/, `${name}: ${TEXTS[name] ?? "refused"}`);
}

function nameOf(number: string | undefined): string | undefined {
  if (number === undefined) return undefined;
  return Object.entries(constants.errno).find(([, value]) => value === Number(number))?.[0];
}
