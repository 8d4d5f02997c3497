/**
 * The part of the answers that says how events are verified: the signatures by event type, and the header for all others.
 * Secrets come out apart from the settings, under names; where they are kept elsewhere, only their places do.
 */
import { isPathName, MAX_PATH_NAME, PATH_NAME_HINT } from "../base/index.ts";
import { keyFaults, parseSchemeConfig, sha256Spec, type SigningKey } from "../signature/index.ts";
import { memberPath } from "./answer-places.ts";
import type { AnswerValues, Section } from "./answer-values.ts";
import { isRecord } from "./answers.ts";
import { ExternalReferences } from "./external-references.ts";
import { ANY, type StoredSource } from "./settings.ts";

/** Reads how events are verified; faults go to the values' own. */
export class SourceValidator {
  readonly secrets = new Map<string, string>();
  readonly #values: AnswerValues;
  readonly #external: ExternalReferences;

  constructor(values: AnswerValues) {
    this.#values = values;
    this.#external = new ExternalReferences((path, message) => values.fault(path, message));
  }

  /** `secret_header` and `secret_key`: the check for every event type without a signature of its own. */
  fallback(section: Section, path: string, owner: string): StoredSource | undefined {
    const { secret_header: header } = section;
    const key = this.#external.textOrReference(section["secret_key"], `${path}.secret_key`);
    if (header === undefined && key === undefined) return undefined;
    if (header === undefined || key === undefined) {
      const [given, missing] = header === undefined ? ["secret_key", "secret_header"] : ["secret_header", "secret_key"];
      this.#values.fault(`${path}.${missing}`, `is missing, but ${given} is there`, "Give both or none of them.");
    }
    const isHeader = typeof header === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(header);
    if (header !== undefined && !isHeader)
      this.#values.fault(
        `${path}.secret_header`,
        "must be the name of a header",
        "Such as X-Signature-256: no blanks, no colon.",
      );
    const isKey = typeof key === "string" && key.trim() !== "";
    if (key !== undefined && !isKey) this.#values.fault(`${path}.secret_key`, "must be a text that is not empty");
    if (isKey && !isHeader) this.#checkReference(key, `${path}.secret_key`);
    if (!isHeader || !isKey) return undefined;
    const config = { scheme: { spec: sha256Spec(header) } };
    const pathOf = (): string => `${path}.secret_key`;
    return this.#source(config, [{ name: "default", secret: key }], pathOf, `${owner}/${ANY}`);
  }

  /** `signatures`: the checks by event type. */
  signatures(value: unknown, path: string, owner: string): Record<string, StoredSource> {
    if (value === undefined) return {};
    if (!isRecord(value)) {
      this.#values.fault(
        path,
        "must be an object of event types",
        'Write { "github": { "provider": "github", "secret": "…" } }.',
      );
      return {};
    }
    const sources: Record<string, StoredSource> = {};
    for (const [eventType, entry] of Object.entries(value)) {
      const at = memberPath(path, eventType);
      if (!isPathName(eventType))
        this.#values.fault(at, "is no event type", `${PATH_NAME_HINT}; at most ${MAX_PATH_NAME} of them.`);
      const known = this.#external.withoutThem(entry, at);
      const parsed = parseSchemeConfig(known);
      if ("faults" in parsed) {
        for (const { path: below, message, hint } of parsed.faults)
          this.#values.fault(below === "" ? at : `${at}.${below}`, message, hint);
        this.#checkReferences(known, at);
        continue;
      }
      const pathOf = secretPath(known, at);
      const source = this.#source(parsed.config, parsed.keys, pathOf, `${owner}/${eventType}`);
      if (source !== undefined) sources[eventType] = source;
    }
    return sources;
  }

  /** Takes secrets from the environment where they are references, checks them, and puts them aside under names. */
  #source(
    config: StoredSource["config"],
    keys: readonly SigningKey[],
    pathOf: (index: number) => string,
    owner: string,
  ): StoredSource | undefined {
    const resolved = keys.map((key, index) => {
      const from = this.#external.placeOf(key.secret);
      if (from !== undefined) return { ...key, from };
      return { ...key, secret: this.#values.resolve(key.secret, pathOf(index)) ?? "" };
    });
    if (resolved.some(({ secret }) => secret === "")) return undefined;
    const known = resolved.filter((key) => !("from" in key));
    for (const { path: name, message, hint } of keyFaults(config, known))
      this.#values.fault(pathOf(keys.findIndex((key) => key.name === name)), message, hint);
    return {
      config,
      keys: resolved.map((key) => {
        const { name, notAfterMs } = key;
        const secretName = `${owner}/${name}`;
        const from = "from" in key ? { from: key.from } : {};
        if (!("from" in key)) this.secrets.set(secretName, key.secret);
        return { name, secretName, ...from, ...(notAfterMs !== undefined && { notAfterMs }) };
      }),
    };
  }

  /** Of an entry that has other faults: what the environment lacks is told with them. */
  #checkReferences(entry: unknown, path: string): void {
    if (!isRecord(entry)) return;
    this.#checkReference(entry["secret"], `${path}.secret`);
    const { secrets } = entry;
    if (!Array.isArray(secrets)) return;
    secrets.forEach((item: unknown, index) => {
      const at = `${path}.secrets[${index}]`;
      if (isRecord(item)) this.#checkReference(item["secret"], `${at}.secret`);
      else this.#checkReference(item, at);
    });
  }

  #checkReference(secret: unknown, path: string): void {
    if (typeof secret === "string" && this.#external.placeOf(secret) === undefined) this.#values.resolve(secret, path);
  }
}

/** Where each secret of an entry of `signatures` stands, by its place among them. */
function secretPath(entry: unknown, path: string): (index: number) => string {
  const secrets: unknown = isRecord(entry) ? entry["secrets"] : undefined;
  if (!Array.isArray(secrets)) return () => `${path}.secret`;
  return (index) => `${path}.secrets[${index}]${isRecord(secrets[index]) ? ".secret" : ""}`;
}
