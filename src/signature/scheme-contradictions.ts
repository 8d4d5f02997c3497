/**
 * What the shapes of a written-out scheme do not say: parts that need each other, or that leave each other without effect. Such a
 * scheme would refuse every request, or check less than it seems to.
 */
import { compileContent } from "./content-template.ts";
import { compileSignedContent } from "./signed-content.ts";
import type { HttpMessageSpec, JwtSpec, SchemeSpec, SignaturePlace, SignedContent } from "./scheme-spec.ts";
import { settingKey, type Settings } from "./source.ts";
import type { ConfigFault } from "./verdict.ts";

/** What is wrong with a spec that is in form and compiles. */
export function schemeContradictions(spec: SchemeSpec, path: string): ConfigFault[] {
  switch (spec.kind) {
    case "mac":
    case "signature":
      return signedFaults(spec, path);
    case "token":
      return [spec.from, ...(spec.or === undefined ? [] : [spec.or])].flatMap((from, index) =>
        /^(header|json|form|query):/.test(from)
          ? []
          : [
              {
                path: `${path}.${index === 0 ? "from" : "or"}`,
                message: "must be a header, json, form or query source",
              },
            ],
      );
    case "jwt":
      return jwtFaults(spec, path);
    case "http-message-signature":
      return componentFaults(spec, path);
    case "basic":
    case "ip":
    case "none":
    case "coded":
      return [];
    default:
      return spec satisfies never;
  }
}

/** A setting that a scheme names and that is not there is not asked for: of a written-out scheme, that is a slip. */
export function missingSettings(spec: SchemeSpec, settings: Settings, path: string): ConfigFault[] {
  return settingsNamedBy(spec)
    .filter(([, name]) => !settings.has(settingKey(name)))
    .map(([place, name]) => ({
      path: `${path}.${place}`,
      message: `names the setting ${JSON.stringify(name)}, which is not there`,
      hint: `Give it in "settings": { ${JSON.stringify(name)}: "…" }.`,
    }));
}

function settingsNamedBy(spec: SchemeSpec): (readonly [place: string, name: string])[] {
  if (spec.kind === "jwt") {
    const claims = Object.entries(spec.claims ?? {}).flatMap(([claim, value]) =>
      typeof value === "string" && value.startsWith("config:")
        ? [[`claims.${claim}`, value.slice("config:".length)] as const]
        : [],
    );
    return [...named("issuerConfig", spec.issuerConfig), ...named("audienceConfig", spec.audienceConfig), ...claims];
  }
  if (spec.kind !== "mac" && spec.kind !== "signature") return [];
  const required = (spec.require ?? []).flatMap(({ equalsConfig }, index) =>
    named(`require[${index}].equalsConfig`, equalsConfig),
  );
  const inContent = placeholdersOf(spec.content).filter((name) => name.startsWith("config:"));
  return [...required, ...inContent.map((name) => ["content", name.slice("config:".length)] as const)];
}

function named(place: string, name: string | undefined): (readonly [string, string])[] {
  return name === undefined ? [] : [[place, name]];
}

function placeholdersOf(content: string): readonly string[] {
  return [...compileContent(content, new Map()).placeholders];
}

function signedFaults(spec: SignedContent, path: string): ConfigFault[] {
  const faults = placeFaults(spec.signature, `${path}.signature`);
  for (const [index, variant] of (spec.any ?? []).entries()) {
    const merged = { ...spec.signature, ...variant.signature };
    faults.push(...placeFaults(merged, `${path}.any[${index}].signature`));
    faults.push(...contentFaults({ ...spec, ...variant, signature: merged }, `${path}.any[${index}]`));
  }
  for (const [index, { equals, equalsConfig }] of (spec.require ?? []).entries()) {
    if (equals === undefined && equalsConfig === undefined)
      faults.push({
        path: `${path}.require[${index}]`,
        message: "asks for nothing",
        hint: "Give equals or equalsConfig.",
      });
  }
  return [...faults, ...contentFaults(spec, path)];
}

const HEADER = /^[\w!#$%&'*+.^`|~-]+$/;
const PLACES = ["header", "json", "form", "query"] as const;

function placeFaults(place: SignaturePlace, path: string): ConfigFault[] {
  const given = PLACES.filter((name) => place[name] !== undefined);
  const [first, second] = given;
  if (first === undefined)
    return [{ path, message: "names no place of the signature", hint: `Give one of ${PLACES.join(", ")}.` }];
  if (second !== undefined)
    return [{ path, message: `cannot stand in ${given.join(" and ")}`, hint: "Give one place, in variants the same." }];
  const { header, moreHeaders = [], repeatable = false } = place;
  const faults = [...(header === undefined ? [] : [header]), ...moreHeaders]
    .filter((name) => !HEADER.test(name))
    .map((name) => ({ path, message: `${JSON.stringify(name)} is not the name of a header` }));
  if (header === undefined && (repeatable || moreHeaders.length > 0))
    faults.push({ path, message: "repeatable and moreHeaders need a header" });
  const several = [repeatable, moreHeaders.length > 0, header?.endsWith("#") === true].filter(Boolean).length;
  if (several > 1) faults.push({ path, message: "can have only one of repeatable, moreHeaders and a header with #" });
  return faults;
}

function contentFaults(spec: SignedContent, path: string): ConfigFault[] {
  const faults: ConfigFault[] = [];
  for (const content of [spec.content, ...(spec.readings ?? [])]) {
    const placeholders = placeholdersOf(content);
    if (placeholders.every((name) => name === "secret" || name.startsWith("config:")))
      faults.push({
        path: `${path}.content`,
        message: "holds nothing of the request: all would have the same signature",
        hint: "Placeholders stand in braces, such as {body}.",
      });
    for (const part of ["timestamp", "id"] as const) {
      if (placeholders.includes(part) && spec[part] === undefined)
        faults.push({ path: `${path}.${part}`, message: `is missing, but {${part}} stands in the content` });
    }
  }
  if (faults.length === 0 && !coversItsTime(spec))
    faults.push({
      path: `${path}.timestamp`,
      message: "is not covered by the signature: whoever sends a request again could write another",
      hint: "Put {timestamp} into the content where the sender signs it; else leave it out.",
    });
  return faults;
}

function coversItsTime(spec: SignedContent): boolean {
  const { any: _any, ...own } = spec;
  if (own.timestamp === undefined) return true;
  return compileSignedContent(own, new Map(), undefined).covers(own.timestamp.from);
}

function jwtFaults({ claims, url }: JwtSpec, path: string): ConfigFault[] {
  const faults: ConfigFault[] = [];
  for (const [name, value] of Object.entries(claims ?? {})) {
    if (typeof value !== "string" && typeof value !== "boolean")
      faults.push({ path: `${path}.claims.${name}`, message: "must be a text, true or false" });
  }
  if (url !== undefined && url.claim === undefined && url.hashClaim === undefined)
    faults.push({ path: `${path}.url`, message: "asks for nothing", hint: "Give claim or hashClaim." });
  return faults;
}

/** RFC 9421 section 2.2; `@target` is ours, for any of three. */
const DERIVED = /^@(method|target|target-uri|authority|scheme|request-target|path|query|query-param)$/;

function componentFaults({ components = [] }: HttpMessageSpec, path: string): ConfigFault[] {
  return components.flatMap((name, index): ConfigFault[] => {
    const isOne = name.startsWith("@") ? DERIVED.test(name) : HEADER.test(name) && name === name.toLowerCase();
    if (isOne) return [];
    const message = `${JSON.stringify(name)} is no component: they are header names in lower case, @method, @target-uri and the like`;
    return [{ path: `${path}.components[${index}]`, message }];
  });
}
