/** option > environment > file > default; everything that is wrong is said at once. */
import { LineCounter, parseDocument } from "yaml";
import { GtcError, messageOf, nearest, parseAddressRange, parseDurationMs } from "../base/index.ts";
import { SETTINGS, type GatewayConfig, type Setting } from "./settings.ts";

export interface ConfigSources {
  /** Options of the command by setting name. */
  readonly options?: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of the bundle's `gtc.yaml`, if there is one. */
  readonly fileText?: string;
}

/** Variables that begin with GTC_ and are no settings. */
const OTHER_VARIABLES = new Set(["GTC_KEY"]);

/** Resolves the configuration. @throws GtcError GTC_CONFIG_INVALID with every fault. */
export function resolveConfig({ options = {}, env, fileText }: ConfigSources): GatewayConfig {
  const faults: string[] = [];
  const file = readFileSettings(fileText, faults);
  checkVariables(env, faults);
  const resolved: Record<string, SettingValue> = {};
  for (const setting of SETTINGS as readonly Setting[]) {
    const variable = variableOf(setting.name);
    const [raw, from] = pick([
      [options[setting.name], setting.option ?? setting.name],
      [env[variable], variable],
      [file[setting.name], `gtc.yaml: ${setting.name}`],
    ]);
    const value = raw === undefined ? fallbackOf(setting) : readValue(setting, raw);
    if (value === undefined)
      faults.push(
        `${from}: ${JSON.stringify(raw)} is not ${expected(setting)} (option ${setting.option ?? "-"}, variable ${variable})`,
      );
    else resolved[setting.field] = value;
  }
  if (faults.length > 0) throw new GtcError("GTC_CONFIG_INVALID", { detail: faults.join("; ") });
  return Object.freeze(resolved) as GatewayConfig;
}

/** The environment variable of a setting. */
export function variableOf(name: string): string {
  return `GTC_${name.toUpperCase()}`;
}

function pick(candidates: readonly (readonly [unknown, string])[]): readonly [unknown, string] {
  return candidates.find(([value]) => value !== undefined && value !== "") ?? [undefined, ""];
}

function readFileSettings(text: string | undefined, faults: string[]): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  try {
    const lines = new LineCounter();
    const document = parseDocument(text, { prettyErrors: false, lineCounter: lines });
    for (const { message, pos } of document.errors) {
      const { line, col } = lines.linePos(pos[0]);
      faults.push(`gtc.yaml:${line}:${col}: ${message}`);
    }
    if (document.errors.length > 0) return {};
    const value = document.toJS({ maxAliasCount: 100 }) as unknown;
    if (value === null) return {};
    if (typeof value !== "object" || Array.isArray(value)) throw new Error("it must hold settings as `name: value`");
    for (const name of Object.keys(value)) {
      if ((SETTINGS as readonly Setting[]).some((setting) => setting.name === name)) continue;
      const meant = nearest(
        name,
        (SETTINGS as readonly Setting[]).map((setting) => setting.name),
      );
      faults.push(`gtc.yaml: there is no setting "${name}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`);
    }
    return value as Record<string, unknown>;
  } catch (fault) {
    faults.push(`gtc.yaml: ${messageOf(fault)}`);
    return {};
  }
}

function checkVariables(env: ConfigSources["env"], faults: string[]): void {
  const known = (SETTINGS as readonly Setting[]).map(({ name }) => variableOf(name));
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith("GTC_") || known.includes(variable) || OTHER_VARIABLES.has(variable)) continue;
    const meant = nearest(variable, known);
    if (meant !== undefined) faults.push(`there is no variable ${variable}; did you mean ${meant}?`);
  }
}

type SettingValue = string | number | readonly string[];

function fallbackOf({ fallback, kind }: Setting): SettingValue | undefined {
  if (typeof fallback === "function") return fallback();
  if (kind === "addresses") return entriesOf(String(fallback));
  return kind === "duration" ? parseDurationMs(String(fallback)) : fallback;
}

function readValue(setting: Setting, raw: unknown): SettingValue | undefined {
  // A list or a mapping of the file is no value of any setting.
  if (typeof raw !== "string" && typeof raw !== "number" && typeof raw !== "boolean") return undefined;
  const text = String(raw).trim();
  const { kind, min = 0, max = Number.MAX_SAFE_INTEGER } = setting;
  if (kind === "text") return text;
  if (kind === "addresses") {
    const entries = entriesOf(text);
    return entries.every((entry) => parseAddressRange(entry) !== undefined) ? entries : undefined;
  }
  if (typeof kind === "object") return kind.oneOf.includes(text) ? text : undefined;
  const value =
    kind === "duration"
      ? parseDurationMs(text)
      : kind === "bytes"
        ? parseBytes(text)
        : /^\d+$/.test(text)
          ? Number(text)
          : undefined;
  return value !== undefined && value >= min && value <= max && Number.isSafeInteger(value) ? value : undefined;
}

function entriesOf(text: string): readonly string[] {
  const entries = text.split(",").map((entry) => entry.trim());
  return entries.filter((entry) => entry !== "");
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1024,
  kb: 1024,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
};

function parseBytes(text: string): number | undefined {
  const match = /^(\d+)\s*([a-z]*)$/i.exec(text);
  const unit = match === null ? undefined : BYTE_UNITS[match[2]!.toLowerCase()];
  return unit === undefined ? undefined : Number(match![1]) * unit;
}

function expected({ kind, min = 0, max }: Setting): string {
  const bound = max !== undefined ? ` from ${min} to ${max}` : min === 0 ? "" : ` of at least ${min}`;
  if (kind === "duration") return `a duration such as 250ms, 10s, 1h30m${bound}`;
  if (kind === "bytes") return `a size such as 25MiB or 1048576${bound}`;
  if (kind === "integer") return `a whole number${bound}`;
  if (kind === "addresses") return "a list of addresses or ranges, such as 127.0.0.1, 10.0.0.0/8";
  return kind === "text" ? "a text" : `one of ${kind.oneOf.join(", ")}`;
}
