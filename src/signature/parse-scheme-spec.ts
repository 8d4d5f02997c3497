/** Checks a scheme that an operator has written out in full. The shapes are the types of `scheme-spec.ts`, as a table. */
import { nearest } from "../base/index.ts";
import { compileScheme } from "./compile-scheme.ts";
import type { SchemeSpec } from "./scheme-spec.ts";
import { schemeContradictions } from "./scheme-contradictions.ts";
import { toldValue } from "./told-value.ts";
import type { ConfigFault } from "./verdict.ts";

/** Returns what a value must be, or `undefined` when it is. */
type Check = (value: unknown, path: string, faults: ConfigFault[]) => void;
interface Field {
  readonly check: Check;
  readonly required: boolean;
}
type Shape = Readonly<Record<string, Field>>;

const text: Check = (value, path, faults) => {
  if (typeof value !== "string" || value === "") faults.push({ path, message: "must be a text that is not empty" });
};
const flag: Check = (value, path, faults) => {
  if (typeof value !== "boolean") faults.push({ path, message: "must be true or false" });
};
const seconds: Check = (value, path, faults) => {
  if (typeof value !== "number" || !(value > 0)) faults.push({ path, message: "must be a number of seconds" });
};
const httpsUrl: Check = (value, path, faults) => {
  if (typeof value !== "string" || !isHttpsUrl(value)) faults.push({ path, message: "must be an https URL" });
};
/** Any fields; what may stand in them is looked at later. */
const anyObject: Check = (value, path, faults) => {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    faults.push({ path, message: "must be an object" });
};

/** Keys are fetched over https only. */
export function isHttpsUrl(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === "https:";
}

function oneOf(...allowed: readonly string[]): Check {
  return (value, path, faults) => {
    if (typeof value === "string" && allowed.includes(value)) return;
    const meant = typeof value === "string" ? nearest(value, allowed) : undefined;
    const hint = meant === undefined ? `One of ${allowed.join(", ")}.` : `Did you mean ${JSON.stringify(meant)}?`;
    faults.push({ path, message: `${toldValue(value)} is not allowed here`, hint });
  };
}

function listOf(check: Check): Check {
  return (value, path, faults) => {
    if (!Array.isArray(value) || value.length === 0) faults.push({ path, message: "must be a list that is not empty" });
    else value.forEach((item, index) => check(item, `${path}[${index}]`, faults));
  };
}

function either(first: Check, second: Check): Check {
  return (value, path, faults) => {
    const found: ConfigFault[] = [];
    first(value, path, found);
    if (found.length > 0) second(value, path, faults);
  };
}

function object(shape: Shape): Check {
  return (value, path, faults) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      faults.push({ path, message: "must be an object" });
    } else {
      checkShape(value as Record<string, unknown>, shape, path, faults);
    }
  };
}

function checkShape(value: Readonly<Record<string, unknown>>, shape: Shape, path: string, faults: ConfigFault[]): void {
  for (const [name, field] of Object.entries(shape)) {
    const item = value[name];
    if (item !== undefined) field.check(item, `${path}.${name}`, faults);
    else if (field.required) faults.push({ path: `${path}.${name}`, message: "is missing" });
  }
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(shape, name)) continue;
    const meant = nearest(name, Object.keys(shape));
    const hint =
      meant === undefined ? `Known here: ${Object.keys(shape).join(", ")}.` : `Did you mean ${JSON.stringify(meant)}?`;
    faults.push({ path: `${path}.${name}`, message: "is not a known field", hint });
  }
}

const need = (check: Check): Field => ({ check, required: true });
const may = (check: Check): Field => ({ check, required: false });

const encoding = oneOf("hex", "base64", "base64url");
const place: Shape = {
  header: may(text),
  moreHeaders: may(listOf(text)),
  json: may(text),
  form: may(text),
  query: may(text),
  split: may(text),
  key: may(text),
  prefix: may(text),
  prefixOptional: may(flag),
  encoding: need(encoding),
  repeatable: may(flag),
};
const from: Shape = { from: need(text) };
const timestamp: Shape = {
  from: need(text),
  unit: need(oneOf("s", "ms", "s-or-ms", "iso8601", "iso8601-utc", "http-date")),
  tolerance: may(seconds),
};
const secretForm: Shape = {
  encoding: need(oneOf("utf8", "base64", "hex", "raw-hex", "raw-base64", "spki-base64", "pem")),
  strip: may(either(text, listOf(text))),
  normalize: may(oneOf("NFKD")),
};
const variant: Shape = {
  signature: need(object({ ...place, encoding: may(encoding) })),
  content: may(text),
  id: may(object(from)),
  timestamp: may(object(timestamp)),
};
const requirement: Shape = { from: need(text), equals: may(text), equalsConfig: may(text) };
const signed: Shape = {
  signature: need(object(place)),
  content: need(text),
  readings: may(listOf(text)),
  id: may(object(from)),
  timestamp: may(object(timestamp)),
  secret: may(object(secretForm)),
  require: may(listOf(object(requirement))),
  any: may(listOf(object(variant))),
};
const jwtAlgorithms = [
  "HS256",
  "HS384",
  "HS512",
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
];

const SHAPES: Readonly<Record<Exclude<SchemeSpec["kind"], "coded">, Shape>> = {
  mac: {
    alg: need(oneOf("hmac-sha1", "hmac-sha256", "hmac-sha384", "hmac-sha512", "sha1", "sha256", "sha512")),
    ...signed,
  },
  signature: { alg: need(oneOf("ed25519", "ecdsa-p256-sha256", "rsa-sha1", "rsa-sha256")), ...signed },
  token: { from: need(text), prefix: may(text), or: may(text) },
  basic: {},
  ip: {},
  none: {},
  jwt: {
    from: need(text),
    prefix: may(text),
    prefixOptional: may(flag),
    algs: need(listOf(oneOf(...jwtAlgorithms))),
    issuer: may(either(text, listOf(text))),
    issuerConfig: may(text),
    audienceConfig: may(text),
    claims: may(anyObject),
    requireClaims: may(listOf(text)),
    requireExp: may(flag),
    skew: may(seconds),
    maxAge: may(seconds),
    body: may(object({ claim: need(text), encoding: need(encoding), emptyUnsaid: may(flag) })),
    url: may(object({ claim: may(text), hashClaim: may(text) })),
    jwksUrl: may(httpsUrl),
  },
  "http-message-signature": {
    label: may(text),
    tag: may(text),
    components: may(listOf(text)),
    alg: may(
      oneOf("hmac-sha256", "ed25519", "ecdsa-p256-sha256", "ecdsa-p384-sha384", "rsa-pss-sha512", "rsa-v1_5-sha256"),
    ),
    tolerance: may(seconds),
    secret: may(object(secretForm)),
  },
};

/** A spec that is in form, or `undefined` with its faults pushed. */
export function parseSchemeSpec(input: unknown, path: string, faults: ConfigFault[]): SchemeSpec | undefined {
  const before = faults.length;
  object({ kind: need(oneOf(...Object.keys(SHAPES))) })(withKindOnly(input), path, faults);
  if (faults.length > before) return undefined;
  const { kind } = input as { kind: keyof typeof SHAPES };
  checkShape(input as Record<string, unknown>, { kind: need(text), ...SHAPES[kind] }, path, faults);
  if (faults.length > before) return undefined;
  const spec = input as SchemeSpec;
  try {
    compileScheme(spec, { settings: new Map(), keys: [], keyStore: undefined, tolerance: undefined });
    faults.push(...schemeContradictions(spec, path));
  } catch (thrown) {
    faults.push({ path, message: thrown instanceof Error ? thrown.message : String(thrown) });
  }
  return faults.length > before ? undefined : spec;
}

function withKindOnly(input: unknown): unknown {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return input;
  return { kind: (input as Record<string, unknown>)["kind"] };
}
