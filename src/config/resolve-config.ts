/** option > environment > file > default; everything that is wrong is said at once. */
import { isIPv6 } from "node:net";
import { GtcError, nearest, parseAddressRange, parseDurationMs, parseJsonPath } from "../base/index.ts";
import { Source, type Diagnostic } from "../text/index.ts";
import { readConfigFile, type ConfigFile } from "./config-file.ts";
import { SETTINGS, type GatewayConfig, type Setting } from "./settings.ts";

export interface ConfigSources {
  /** Options of the command by setting name. */
  readonly options?: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The bundle's `gtc.yaml`, if there is one. */
  readonly file?: Source;
}

/** What is wrong with the configuration: in options and variables (`mistakes`), and in the file, at its places. */
export class ConfigFault extends GtcError {
  readonly mistakes: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  constructor(mistakes: readonly string[], diagnostics: readonly Diagnostic[]) {
    const inFile =
      diagnostics.length === 0 ? [] : [`${diagnostics[0]!.source.name} has ${diagnostics.length} fault(s)`];
    super("GTC_CONFIG_INVALID", { detail: [...inFile, ...mistakes].join("; ") });
    this.mistakes = mistakes;
    this.diagnostics = diagnostics;
  }
}

/** Variables that begin with GTC_ and are no settings. */
const OTHER_VARIABLES = new Set(["GTC_KEY"]);
const NO_FILE: ConfigFile = { values: new Map(), diagnostics: [] };

/** Resolves the configuration. @throws ConfigFault with every fault. */
export function resolveConfig({ options = {}, env, file: given }: ConfigSources): GatewayConfig {
  const file = given && withoutKey(given);
  const { values, diagnostics: fileFaults } = file === undefined ? NO_FILE : readConfigFile(file);
  const diagnostics: Diagnostic[] = [...fileFaults];
  const faults: string[] = [];
  checkVariables(env, faults);
  const resolved: Record<string, SettingValue> = {};
  for (const setting of SETTINGS as readonly Setting[]) {
    const variable = variableOf(setting.name);
    const inFile = values.get(setting.name);
    const [raw, from] = pick([
      [options[setting.name], setting.option ?? setting.name],
      [env[variable], variable],
      [inFile?.value, undefined],
    ]);
    const slip = bareDurationFault(setting, raw);
    const value = raw === undefined ? fallbackOf(setting) : readValue(setting, raw);
    if (value !== undefined && slip === undefined) {
      resolved[setting.field] = value;
      continue;
    }
    const what = slip ?? `${JSON.stringify(raw)} is not ${expected(setting)}`;
    if (from !== undefined) faults.push(`${from}: ${what}`);
    else if (file !== undefined && inFile !== undefined)
      diagnostics.push(invalidValue(file, setting, what, inFile.span));
  }
  faults.push(...portFaults(resolved));
  if (faults.length + diagnostics.length > 0) throw new ConfigFault(faults, inOrder(diagnostics));
  return Object.freeze(resolved) as GatewayConfig;
}

/** Faults show the lines around them: a key that stands in the file by mistake must not be among them. */
function withoutKey({ name, text }: Source): Source {
  const blotted = text.replace(
    /^(\s*["']?GTC_KEY["']?\s*:)(.*)$/gim,
    (_line, key: string, value: string) => key + " ".padEnd(value.length, "*"),
  );
  return new Source(name, blotted);
}

const EVERYWHERE = new Set(["0.0.0.0", "::"]);

/** The system would say of the second that another program has the port. */
function portFaults({ host = "", port = 0, adminHost = "", adminPort = 0 }: Partial<GatewayConfig>): readonly string[] {
  const isShared = host === adminHost || EVERYWHERE.has(host) || EVERYWHERE.has(adminHost);
  if (port === 0 || port !== adminPort || !isShared) return [];
  return [`port and admin_port are both ${port}: give one of them another, with --port or --admin-port`];
}

function invalidValue(source: Source, { name }: Setting, what: string, span: Diagnostic["span"]): Diagnostic {
  return { level: "error", code: "invalid-setting", message: `${name}: ${what}.`, source, span };
}

function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted((a, b) => a.span.start - b.span.start);
}

/** The environment variable of a setting. */
export function variableOf(name: string): string {
  return `GTC_${name.toUpperCase()}`;
}

/** The first value that was given, and where: undefined for the file. One of blanks is none: as a host it would mean all. */
function pick(candidates: readonly (readonly [unknown, string | undefined])[]): readonly [unknown, string | undefined] {
  return (
    candidates.find(([value]) => (typeof value === "string" ? value.trim() !== "" : value !== undefined)) ?? [
      undefined,
      undefined,
    ]
  );
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
  if (kind === "addresses" || kind === "paths") return entriesOf(String(fallback));
  return kind === "duration" ? parseDurationMs(String(fallback)) : fallback;
}

function readValue(setting: Setting, raw: unknown): SettingValue | undefined {
  // A list or a mapping of the file is no value of any setting.
  if (typeof raw !== "string" && typeof raw !== "number" && typeof raw !== "boolean") return undefined;
  const text = String(raw).trim();
  const { kind, min = 0, max = Number.MAX_SAFE_INTEGER } = setting;
  if (kind === "host") return hostOf(text);
  if (kind === "addresses" || kind === "paths") {
    const entries = entriesOf(text);
    const parse = kind === "paths" ? parseJsonPath : parseAddressRange;
    return entries.every((entry) => parse(entry) !== undefined) ? entries : undefined;
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

/** No setting is meant to be over so soon. */
const SUSPECT_BELOW_MS = 100;

/**
 * A number without a unit counts milliseconds; one that would be the default or less if it counted seconds is a slip:
 * `retention: 30` would drop all events at once. Says what to write; undefined where there is no such slip.
 */
function bareDurationFault({ kind, fallback }: Setting, raw: unknown): string | undefined {
  if (kind !== "duration" || !/^\s*\d+(\.\d+)?\s*$/.test(String(raw))) return undefined;
  const ms = Number(raw);
  const usual = String(fallback);
  const defaultInSeconds = (parseDurationMs(usual) ?? 0) / 1000;
  if (ms === 0 || (ms >= SUSPECT_BELOW_MS && ms > defaultInSeconds)) return undefined;
  return `${JSON.stringify(raw)} without a unit counts milliseconds; write the unit, as in ${usual}, or ${ms}ms if it is meant so`;
}

/** An address of IPv6 may stand in the brackets that it has in a URL. Undefined: a URL, or something with a port. */
function hostOf(text: string): string | undefined {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  return isIPv6(bare) || (bare === text && !/[:/[\]\s]/.test(text)) ? bare : undefined;
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

function durationBound(minMs: number, maxMs: number | undefined): string {
  const least = minMs === 0 ? [] : [`of at least ${minMs}ms`];
  const most = maxMs === undefined ? [] : [`of at most ${maxMs / 86_400_000}d`];
  return [...least, ...most].map((bound) => ` ${bound}`).join(" and");
}

function expected({ kind, min = 0, max }: Setting): string {
  const bound =
    max !== undefined ? ` from ${min} to ${max}` : min === 0 && kind !== "integer" ? "" : ` of at least ${min}`;
  if (kind === "duration") return `a duration such as 250ms, 10s, 1h30m${durationBound(min, max)}`;
  if (kind === "bytes") return `a size such as 25MiB or 1048576${bound}`;
  if (kind === "integer") return `a whole number${bound}`;
  if (kind === "addresses") return "a list of addresses or ranges, such as 127.0.0.1, 10.0.0.0/8";
  if (kind === "paths") return "a list of JSON paths, such as $.card.number, $.items[*].email";
  if (kind === "host") return "a host or an address without its port, such as localhost, 0.0.0.0 or ::1";
  return `one of ${kind.oneOf.join(", ")}`;
}
