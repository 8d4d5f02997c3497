/** The secrets of an entry: one as `secret`, or several as `secrets` with names and an end, while one replaces another. */
import { nearest, parseMomentMs } from "../base/index.ts";
import { compileScheme } from "./compile-scheme.ts";
import type { SigningKey } from "./compiled-scheme.ts";
import type { SchemeSpec } from "./scheme-spec.ts";
import type { ConfigFault } from "./verdict.ts";

/** More than any rotation needs; every further key costs one hash for a refused request. */
const MAX_KEYS = 8;

const KEY_FIELDS = ["name", "secret", "not_after"];
/** A month alone does not say when a secret ends. */
const DAY = /^\d{4}-\d{2}-\d{2}/;

type Entry = Readonly<Record<string, unknown>>;

/** @param mayBeAbsent the provider hands the secret over later */
export function parseKeys(
  input: Entry,
  spec: SchemeSpec | undefined,
  mayBeAbsent: boolean,
  faults: ConfigFault[],
): SigningKey[] {
  const { secret, secrets } = input;
  if (secret !== undefined && secrets !== undefined) {
    faults.push({ path: "secrets", message: 'cannot stand beside "secret"', hint: "Move the secret into the list." });
    return [];
  }
  if (secret === undefined && secrets === undefined) {
    if (spec !== undefined && !mayBeAbsent && needsSecret(spec)) faults.push({ path: "secret", message: "is missing" });
    return [];
  }
  const entries: unknown[] = Array.isArray(secrets) ? secrets : [secret];
  if (secrets !== undefined && (!Array.isArray(secrets) || secrets.length === 0 || secrets.length > MAX_KEYS)) {
    faults.push({ path: "secrets", message: `must be a list of 1 to ${MAX_KEYS} secrets` });
    return [];
  }
  const keys = entries.map((entry, index) =>
    parseKey(entry, index, secrets === undefined ? "secret" : `secrets[${index}]`, spec, faults),
  );
  const names = new Set<string>();
  keys.forEach((key, index) => {
    if (names.has(key.name))
      faults.push({ path: `secrets[${index}].name`, message: `${JSON.stringify(key.name)} is there twice` });
    names.add(key.name);
  });
  return keys;
}

/** What is wrong with the resolved text of a secret for this scheme, or `undefined`. */
export function secretFault(secret: string, spec: SchemeSpec): string | undefined {
  if (secret === "") return "is empty";
  try {
    const keys = [{ name: "candidate", secret }];
    compileScheme(spec, { settings: new Map(), keys, keyStore: undefined, tolerance: undefined });
    return undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return thrown.message;
    throw thrown;
  }
}

function needsSecret(spec: SchemeSpec): boolean {
  switch (spec.kind) {
    case "ip":
    case "none":
      return false;
    case "jwt":
      return spec.jwksUrl === undefined;
    case "coded":
      return spec.needsSecret !== false;
    case "mac":
    case "signature":
    case "token":
    case "basic":
    case "http-message-signature":
      return true;
    default:
      return spec satisfies never;
  }
}

function parseKey(
  entry: unknown,
  index: number,
  path: string,
  spec: SchemeSpec | undefined,
  faults: ConfigFault[],
): SigningKey {
  const fields: Entry = typeof entry === "string" ? { secret: entry } : ((entry ?? {}) as Entry);
  const { name = index === 0 ? "default" : `secret-${index + 1}`, secret, not_after: notAfter } = fields;
  for (const field of Object.keys(fields)) {
    if (KEY_FIELDS.includes(field)) continue;
    const meant = nearest(field, KEY_FIELDS);
    const hint =
      meant === undefined ? `Known here: ${KEY_FIELDS.join(", ")}.` : `Did you mean ${JSON.stringify(meant)}?`;
    faults.push({ path: `${path}.${field}`, message: "is not a known field", hint });
  }
  const textPath = typeof entry === "object" && entry !== null ? `${path}.secret` : path;
  if (typeof secret !== "string" || secret.trim() === "") {
    faults.push({ path: textPath, message: "must be a text that is not empty" });
  } else if (spec !== undefined && !isReference(secret)) {
    const fault = secretFault(secret, spec);
    if (fault !== undefined) faults.push({ path: textPath, message: fault });
  }
  if (typeof name !== "string" || !/^[\w.-]{1,64}$/.test(name)) {
    faults.push({ path: `${path}.name`, message: "must be a short name of letters, digits, dots and dashes" });
  }
  const notAfterMs = typeof notAfter === "string" && DAY.test(notAfter) ? parseMomentMs(notAfter) : undefined;
  if (notAfter !== undefined && notAfterMs === undefined) {
    faults.push({ path: `${path}.not_after`, message: "must be a time such as 2027-01-31T00:00:00Z" });
  }
  return {
    name: typeof name === "string" ? name : "",
    secret: typeof secret === "string" ? secret : "",
    ...(notAfterMs !== undefined && { notAfterMs }),
  };
}

/** `$NAME` and `${NAME}`: a value that the setup takes from the environment later. */
function isReference(secret: string): boolean {
  return /^\$(\w+|\{\w+\})$/.test(secret);
}
