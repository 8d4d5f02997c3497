/**
 * Secrets of the answers that are kept elsewhere: `{ "env": "NAME" }` and `{ "file": PATH, "overlap": TIME }`. Each is put
 * aside, with a text in its place, so that the schemes see references only. The secret itself is not looked at: it may
 * not be on the machine that sets up.
 */
import { formatDuration } from "../base/index.ts";
import { isRecord } from "./answers.ts";
import { MAX_OVERLAP_MS, parseOverlapMs } from "./overlap.ts";
import type { StoredKey } from "./settings.ts";

type Place = NonNullable<StoredKey["from"]>;

const EXPECTED = 'must be { "env": "NAME" } or { "file": "/run/secrets/name" }';

export class ExternalReferences {
  readonly #report: (path: string, message: string) => void;
  readonly #places = new Map<string, Place>();

  constructor(report: (path: string, message: string) => void) {
    this.#report = report;
  }

  /** Where the secret is kept for which a text stands; undefined for a secret itself. */
  placeOf(text: string): Place | undefined {
    return this.#places.get(text);
  }

  /** An entry of `signatures` with texts in their places. */
  withoutThem(entry: unknown, path: string): unknown {
    if (!isRecord(entry)) return entry;
    const { secret, secrets } = entry;
    return {
      ...entry,
      ...(secret !== undefined && { secret: this.textOrReference(secret, `${path}.secret`) }),
      ...(Array.isArray(secrets) && {
        secrets: secrets.map((item: unknown, index) => this.#item(item, `${path}.secrets[${index}]`)),
      }),
    };
  }

  /** The value where only a text or a reference can stand. */
  textOrReference(value: unknown, path: string): unknown {
    return isRecord(value) ? this.#reference(value, path) : value;
  }

  /** A secret of a list: itself, its place, or either with a name. */
  #item(item: unknown, path: string): unknown {
    if (!isRecord(item)) return item;
    if ("secret" in item) return { ...item, secret: this.textOrReference(item["secret"], `${path}.secret`) };
    return "env" in item || "file" in item ? this.#reference(item, path) : item;
  }

  #reference(value: Readonly<Record<string, unknown>>, path: string): string {
    const place = placeIn(value);
    if (place === undefined) this.#report(path, EXPECTED);
    const { overlap } = value;
    if (overlap !== undefined && place !== undefined && "file" in place && place.overlapMs === undefined)
      this.#report(`${path}.overlap`, "is no duration; write 30m, 24h or 7d, or 0s for none");
    if (place !== undefined && "file" in place && (place.overlapMs ?? 0) > MAX_OVERLAP_MS)
      this.#report(`${path}.overlap`, `is longer than ${formatDuration(MAX_OVERLAP_MS)}`);
    const reference = `$GTC_EXTERNAL_${this.#places.size}`;
    this.#places.set(reference, place ?? { env: "" });
    return reference;
  }
}

function placeIn({ env, file, overlap, ...more }: Readonly<Record<string, unknown>>): Place | undefined {
  if (Object.keys(more).length > 0 || (env !== undefined && (file !== undefined || overlap !== undefined)))
    return undefined;
  if (typeof env === "string") return /^\w+$/.test(env) ? { env } : undefined;
  if (typeof file !== "string" || file === "") return undefined;
  const overlapMs = typeof overlap === "string" ? parseOverlapMs(overlap) : undefined;
  return { file, ...(overlapMs !== undefined && { overlapMs }) };
}
