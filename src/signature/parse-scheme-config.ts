/**
 * From what stands in the answers to a `SchemeConfig` and its keys. All faults are collected; nothing is thrown. Forms:
 * a provider by name; the seed's `header` + `algorithm`; a scheme that is written out in `scheme`.
 */
import { nearest, parseAddressRange } from "../base/index.ts";
import type { SigningKey } from "./compiled-scheme.ts";
import { parseKeys } from "./parse-keys.ts";
import { isHttpsUrl, parseSchemeSpec } from "./parse-scheme-spec.ts";
import type { Provider } from "./provider.ts";
import { findProvider, PROVIDER_NAMES } from "./providers/index.ts";
import { sha256Spec, type SchemeConfig } from "./scheme-config.ts";
import { missingSettings } from "./scheme-contradictions.ts";
import type { SchemeSpec } from "./scheme-spec.ts";
import { settingsOf } from "./source.ts";
import { toldValue } from "./told-value.ts";
import { unreadFields } from "./unread-fields.ts";
import { compileExpression } from "./value-expression.ts";
import type { ConfigFault } from "./verdict.ts";

export type ParsedSchemeConfig =
  { readonly config: SchemeConfig; readonly keys: readonly SigningKey[] } | { readonly faults: readonly ConfigFault[] };

const ALGORITHMS = ["sha256", "sha1", "sha512", "stripe", "token", "bearer", "basic", "ip", "none"];
const FIELDS = [
  "provider",
  "header",
  "algorithm",
  "scheme",
  "secret",
  "secrets",
  "settings",
  "tolerance",
  "url",
  "allow_ips",
  "event_type_from",
  "delivery_id_from",
];

/** Mutable while it is being collected. */
interface Collected {
  readonly input: Readonly<Record<string, unknown>>;
  readonly faults: ConfigFault[];
}

/** Reads one entry of `signatures` in the answers. A secret may still be `$NAME`: it is passed on as it stands. */
export function parseSchemeConfig(input: unknown): ParsedSchemeConfig {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return {
      faults: [{ path: "", message: "must be an object", hint: 'Write { "provider": "github", "secret": "…" }.' }],
    };
  }
  const collected: Collected = { input: input as Record<string, unknown>, faults: [] };
  const scheme = parseScheme(collected);
  const provider = scheme !== undefined && "provider" in scheme ? findProvider(scheme.provider, undefined) : undefined;
  const settings = parseSettings(collected, provider?.settings?.map((setting) => setting.name) ?? []);
  for (const setting of provider?.settings ?? []) {
    const isFaulty = collected.faults.some(({ path }) => path === `settings.${setting.name}`);
    if (setting.required && settings[setting.name] === undefined && !isFaulty) {
      collected.faults.push({
        path: setting.name,
        message: `${provider?.name ?? ""} needs this setting`,
        hint: setting.what,
      });
    }
    const value = settings[setting.name];
    if (value !== undefined && setting.oneOf?.includes(value) === false)
      collected.faults.push({
        path: Object.hasOwn(collected.input, setting.name) ? setting.name : `settings.${setting.name}`,
        message: `must be one of ${setting.oneOf.join(", ")}`,
      });
  }
  const spec = scheme !== undefined && "spec" in scheme ? scheme.spec : provider?.scheme;
  const jwksUrl = settingsOf(settings).get("jwksurl");
  if (jwksUrl !== undefined && !isHttpsUrl(jwksUrl))
    collected.faults.push({ path: "jwks_url", message: "must be an https URL" });
  const isKeyElsewhere = provider?.secretFromHandshake === true || (spec?.kind === "jwt" && jwksUrl !== undefined);
  const keys = parseKeys(collected.input, spec, isKeyElsewhere, collected.faults);
  const rest = parseRest(collected, spec, provider);
  if (spec !== undefined) {
    collected.faults.push(...unreadFields({ input: collected.input, spec, provider, settings }));
    if (provider === undefined) collected.faults.push(...missingSettings(spec, settingsOf(settings), "scheme"));
  }
  if (collected.faults.length > 0 || scheme === undefined) return { faults: collected.faults };
  return { config: { scheme, ...(Object.keys(settings).length > 0 && { settings }), ...rest }, keys };
}

/** A header by its name (RFC 9110 section 5.6.2), or another source whose name has no blanks around it. */
const SOURCE = /^(header:[\w!#$%&'*+.^`|~-]+|(?!header:)\w+:\S(.*\S)?)$/;

function parseScheme(collected: Collected): SchemeConfig["scheme"] | undefined {
  const { input, faults } = collected;
  const forms = ["provider", "algorithm", "scheme"].filter((name) => input[name] !== undefined);
  if (forms.length > 1) {
    faults.push({
      path: forms[1] ?? "",
      message: `cannot stand beside ${JSON.stringify(forms[0])}`,
      hint: "Give one of provider, algorithm, scheme.",
    });
    return undefined;
  }
  if (input["provider"] !== undefined) return parseProvider(input["provider"], faults);
  if (input["scheme"] !== undefined) {
    const spec = parseSchemeSpec(input["scheme"], "scheme", faults);
    return spec && { spec };
  }
  return parseAlgorithm(collected);
}

function parseProvider(value: unknown, faults: ConfigFault[]): { provider: string } | undefined {
  if (typeof value === "string" && findProvider(value.toLowerCase(), undefined) !== undefined) {
    return { provider: value.toLowerCase() };
  }
  const meant = typeof value === "string" ? nearest(value, PROVIDER_NAMES) : undefined;
  const hint = meant === undefined ? "`gtc providers` lists the known ones." : `Did you mean ${JSON.stringify(meant)}?`;
  faults.push({ path: "provider", message: `${toldValue(value)} is not a known provider`, hint });
  return undefined;
}

/** The seed's form. Without `algorithm` a header means `sha256`, as `secret_header` does. */
function parseAlgorithm({ input, faults }: Collected): SchemeConfig["scheme"] | undefined {
  const { algorithm = "sha256" } = input;
  const header = parseHeader(input["header"], faults);
  // More than a way to sign: its events carry their id, by which a redelivery is known.
  if (algorithm === "stripe") return { provider: algorithm };
  const spec = typeof algorithm === "string" ? algorithmSpec(algorithm, header) : undefined;
  if (spec === "header") {
    faults.push({ path: "header", message: "is missing", hint: "Name the header that carries the signature." });
    return undefined;
  }
  if (spec !== undefined) return { spec };
  const meant = typeof algorithm === "string" ? nearest(algorithm, ALGORITHMS) : undefined;
  const hint = meant === undefined ? `One of ${ALGORITHMS.join(", ")}.` : `Did you mean ${JSON.stringify(meant)}?`;
  faults.push({ path: "algorithm", message: `${toldValue(algorithm)} is not an algorithm`, hint });
  return undefined;
}

/** One that is no name is told, and stands for itself, so that it hides no other fault of its entry. */
function parseHeader(value: unknown, faults: ConfigFault[]): string | undefined {
  if (value === undefined || (typeof value === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(value))) return value;
  faults.push({ path: "header", message: "must be the name of a header" });
  return "X-Signature";
}

function algorithmSpec(algorithm: string, header: string | undefined): SchemeSpec | "header" | undefined {
  switch (algorithm) {
    case "sha256":
      return header === undefined ? "header" : sha256Spec(header);
    case "sha1":
    case "sha512": {
      if (header === undefined) return "header";
      const signature = { header, prefix: `${algorithm}=`, prefixOptional: true, encoding: "hex" } as const;
      return { kind: "mac", alg: `hmac-${algorithm}`, signature, content: "{body}" };
    }
    case "token":
      return header === undefined ? "header" : { kind: "token", from: `header:${header}` };
    case "bearer":
      return { kind: "token", from: `header:${header ?? "Authorization"}`, prefix: "Bearer " };
    case "basic":
    case "ip":
    case "none":
      return { kind: algorithm };
    default:
      return undefined;
  }
}

function parseSettings({ input, faults }: Collected, known: readonly string[]): Record<string, string> {
  const settings: Record<string, string> = {};
  let given = input["settings"] ?? {};
  if (typeof given !== "object" || Array.isArray(given)) {
    faults.push({ path: "settings", message: "must be an object" });
    given = {};
  }
  const beside = pick(input, known);
  for (const [name, value] of Object.entries({ ...given, ...beside })) {
    const path = Object.hasOwn(beside, name) ? name : `settings.${name}`;
    if (typeof value === "string" && value !== "") settings[name] = value;
    else faults.push({ path, message: "must be a text that is not empty" });
    if (Object.hasOwn(beside, name) && Object.hasOwn(given, name))
      faults.push({
        path: `settings.${name}`,
        message: "stands beside the settings as well",
        hint: "Keep one of them.",
      });
  }
  for (const name of Object.keys(input)) {
    if (FIELDS.includes(name) || known.includes(name)) continue;
    const meant = nearest(name, [...FIELDS, ...known]);
    faults.push({
      path: name,
      message: "is not a known field",
      ...(meant !== undefined && { hint: `Did you mean ${JSON.stringify(meant)}?` }),
    });
  }
  return settings;
}

function pick(input: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([name]) => names.includes(name)));
}

type Rest = Pick<SchemeConfig, "header" | "toleranceSeconds" | "url" | "allowIps" | "eventType" | "deliveryId">;

function parseRest({ input, faults }: Collected, spec: SchemeSpec | undefined, provider: Provider | undefined): Rest {
  const { tolerance, url, allow_ips: ips, event_type_from: eventType, delivery_id_from: deliveryId } = input;
  if (tolerance !== undefined && (typeof tolerance !== "number" || !(tolerance > 0 && tolerance <= 604_800))) {
    faults.push({ path: "tolerance", message: "must be a number of seconds between 1 and 604800" });
  }
  if (url !== undefined && (typeof url !== "string" || !/^https?:/i.test(url) || !URL.canParse(url))) {
    faults.push({ path: "url", message: "must be the whole URL as it is configured at the provider" });
  }
  if (ips !== undefined || spec?.kind === "ip") checkIps(ips, faults);
  for (const [path, value] of Object.entries({ event_type_from: eventType, delivery_id_from: deliveryId })) {
    if (value !== undefined && !isExpression(value))
      faults.push({ path, message: "must be a source such as header:NAME or json:a.b" });
  }
  return {
    ...(typeof input["header"] === "string" && provider !== undefined && { header: input["header"] }),
    ...(typeof tolerance === "number" && { toleranceSeconds: tolerance }),
    ...(typeof url === "string" && { url }),
    ...(Array.isArray(ips) && { allowIps: ips as readonly string[] }),
    ...(typeof eventType === "string" && { eventType }),
    ...(typeof deliveryId === "string" && { deliveryId }),
  };
}

/** A blank too many or too few (`header: A`, `header:A|header:B`) would make a name that nothing has, and a reader of nothing. */
function isExpression(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const sources = value.split(" | ").flatMap((alternative) => alternative.split(" + "));
  if (!sources.every((source) => SOURCE.test(source))) return false;
  try {
    compileExpression(value, new Map());
    return true;
  } catch {
    return false;
  }
}

function checkIps(ips: unknown, faults: ConfigFault[]): void {
  if (!Array.isArray(ips) || ips.length === 0) {
    faults.push({
      path: "allow_ips",
      message: "must be a list of addresses and ranges",
      hint: 'Such as ["203.0.113.0/24", "2001:db8::/32"].',
    });
    return;
  }
  ips.forEach((entry, index) => {
    if (typeof entry === "string" && parseAddressRange(entry) !== undefined) return;
    faults.push({
      path: `allow_ips[${index}]`,
      message: `${toldValue(entry)} is no IP address and no CIDR range`,
    });
  });
}
