/** Fields of an entry that its scheme does not read: whoever writes one believes that it does something. */
import { nearest } from "../base/index.ts";
import { codedMac } from "./coded/index.ts";
import type { Provider } from "./provider.ts";
import type { SchemeSpec } from "./scheme-spec.ts";
import { settingKey, settingsOf } from "./source.ts";
import type { ConfigFault } from "./verdict.ts";

export interface ReadEntry {
  readonly input: Readonly<Record<string, unknown>>;
  readonly spec: SchemeSpec;
  readonly provider: Provider | undefined;
  readonly settings: Readonly<Record<string, string>>;
}

export function unreadFields(entry: ReadEntry): ConfigFault[] {
  const { input } = entry;
  const faults = unreadSettings(entry);
  if (input["tolerance"] !== undefined && !judgesAge(entry))
    faults.push({ path: "tolerance", message: "has no effect: this scheme judges the age of no request" });
  if (input["header"] !== undefined && !readsHeader(entry)) {
    const hint = input["scheme"] === undefined ? undefined : "Name it in scheme.";
    faults.push({ path: "header", message: "has no effect on this scheme", ...(hint !== undefined && { hint }) });
  }
  return faults;
}

function judgesAge({ spec, settings }: ReadEntry): boolean {
  switch (spec.kind) {
    case "mac":
    case "signature":
      return spec.timestamp !== undefined || spec.any?.some(({ timestamp }) => timestamp !== undefined) === true;
    case "jwt":
      return spec.maxAge !== undefined;
    case "http-message-signature":
      return true;
    case "coded": {
      const context = { settings: settingsOf(settings), keys: [], keyStore: undefined, tolerance: 1 };
      return codedMac(spec.scheme, context)?.spec.timestamp !== undefined;
    }
    case "token":
    case "basic":
    case "ip":
    case "none":
      return false;
    default:
      return spec satisfies never;
  }
}

/** Only these are read from another header; what is written out names its own. */
function readsHeader({ input, spec }: ReadEntry): boolean {
  return input["scheme"] === undefined && (spec.kind === "mac" || spec.kind === "signature" || spec.kind === "token");
}

/** A written-out scheme, and the sources of an entry, may name settings of any name. */
function unreadSettings({ input, spec, provider, settings }: ReadEntry): ConfigFault[] {
  if (provider === undefined) return [];
  const known = (provider.settings ?? []).map(({ name }) => name);
  if (spec.kind === "jwt" && !known.includes("jwks_url")) known.push("jwks_url");
  const sources = `${String(input["event_type_from"])} ${String(input["delivery_id_from"])}`;
  return Object.keys(settings)
    .filter((name) => !known.some((one) => settingKey(one) === settingKey(name)) && !sources.includes(`config:${name}`))
    .map((name) => {
      const meant = nearest(name, known);
      const all = known.length === 0 ? "It has none." : `Known here: ${known.join(", ")}.`;
      const hint = meant === undefined ? all : `Did you mean ${JSON.stringify(meant)}?`;
      return { path: `settings.${name}`, message: `is no setting of ${provider.name}`, hint };
    });
}
