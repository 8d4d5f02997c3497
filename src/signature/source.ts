/**
 * Where a value of a request is found, written as data: `header:NAME`, `json:a.b`, `form:FIELD`, `query:FIELD`,
 * `config:NAME`, `claim:a.b` of a verified token, and, inside a signature scheme, `sig:KEY` (a `key=value` part of the signature header).
 * `form:FIELD>a.b` reads JSON that stands in a field of a form. In a path, `[]` stands for every item of an array and `[0]` for one of them.
 */
import { createHash } from "node:crypto";
import type { RequestView } from "./request-view.ts";
import { parseJson } from "./sent-text.ts";

/** Settings of a scheme that are no secrets (`webhook_id`, `audience`), keyed by `settingKey`. */
export type Settings = ReadonlyMap<string, string>;

export type Reader = (view: RequestView) => string | undefined;

export interface FoundValue {
  readonly value: string;
  /** The sources it was made of: `json:b + json:c`. */
  readonly source: string;
}

/** More items of one delivery than any provider batches. */
const MAX_ITEMS = 100;
/** Longer texts are cut, to keep records small. */
const MAX_VALUE_LENGTH = 512;

/** `webhookId`, `webhook_id` and `Webhook-Id` are one setting. */
export function settingKey(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

export function settingsOf(settings: Readonly<Record<string, string>> | undefined): Settings {
  return new Map(Object.entries(settings ?? {}).map(([name, value]) => [settingKey(name), value]));
}

/** A reader for one source; `undefined` when the text is no source. `sig:` belongs to the scheme that owns the header. */
export function compileSource(source: string, settings: Settings): Reader | undefined {
  const colon = source.indexOf(":");
  const kind = source.slice(0, colon);
  const name = source.slice(colon + 1);
  if (colon < 0 || name === "") return undefined;
  switch (kind) {
    case "header": {
      const lowerName = name.toLowerCase();
      return (view) => view.header(lowerName);
    }
    case "json": {
      const path = parsePath(name);
      return (view) => textAt(view.json(), path);
    }
    case "claim": {
      const path = parsePath(name);
      return (view) => textAt(view.claims, path);
    }
    case "form":
      return formReader(name);
    case "query":
      return (view) => view.query(name);
    case "config": {
      const value = settings.get(settingKey(name));
      return () => value;
    }
    default:
      return undefined;
  }
}

/** `FIELD`, or `FIELD>path` where the field holds JSON. */
function formReader(name: string): Reader {
  const [field = "", path] = name.split(">", 2);
  if (path === undefined) return (view) => view.form(field);
  const steps = parsePath(path);
  return (view) => textAt(parseJson(view.form(field)), steps);
}

type PathStep = { readonly kind: "key"; readonly key: string } | { readonly kind: "all" } | PathIndex;
interface PathIndex {
  readonly kind: "index";
  readonly index: number;
}

function parsePath(path: string): readonly PathStep[] {
  return [...path.matchAll(/\[(\d*)\]|[^.[\]]+/g)].map((step): PathStep => {
    if (step[1] === undefined) return { kind: "key", key: step[0] };
    return step[1] === "" ? { kind: "all" } : { kind: "index", index: Number(step[1]) };
  });
}

/** The text at a path: strings as they are, numbers and booleans printed, several items joined by commas. */
function textAt(value: unknown, path: readonly PathStep[]): string | undefined {
  const found = new Set<string>();
  collect(value, path, 0, found);
  return found.size === 0 ? undefined : [...found].join(",");
}

/** A text that is kept: a long one is cut, with the hash of the whole, which keeps two apart that begin alike. */
export function shortened(text: string): string {
  if (text.length <= MAX_VALUE_LENGTH) return text;
  const hash = createHash("sha256").update(text).digest("hex");
  return `${text.slice(0, MAX_VALUE_LENGTH - hash.length - 1)}~${hash}`;
}

function collect(value: unknown, path: readonly PathStep[], depth: number, found: Set<string>): void {
  const step = path[depth];
  if (step === undefined) {
    if (typeof value === "string") found.add(value);
    else if (typeof value === "number" || typeof value === "boolean") found.add(String(value));
    return;
  }
  switch (step.kind) {
    case "key":
      if (typeof value === "object" && value !== null && Object.hasOwn(value, step.key)) {
        collect((value as Record<string, unknown>)[step.key], path, depth + 1, found);
      }
      return;
    case "index":
      if (Array.isArray(value)) collect(value[step.index], path, depth + 1, found);
      return;
    case "all":
      if (Array.isArray(value)) for (const item of value.slice(0, MAX_ITEMS)) collect(item, path, depth + 1, found);
      return;
    default:
      step satisfies never;
  }
}
