/**
 * The scheme with its keys. A provider may have two schemes under one name, told apart by the form of the secret (GitLab's
 * token and signing token): while a secret of one replaces one of the other, each is used with its own.
 */
import { compileScheme } from "./compile-scheme.ts";
import type { CompiledScheme, SchemeContext, SigningKey } from "./compiled-scheme.ts";
import type { RequestView } from "./request-view.ts";
import { resolveScheme } from "./resolve-scheme.ts";
import type { SchemeConfig } from "./scheme-config.ts";
import type { SchemeSpec } from "./scheme-spec.ts";

/** @throws SyntaxError when the spec or a key is not in form */
export function compileWithKeys(config: SchemeConfig, context: SchemeContext): CompiledScheme {
  const groups = new Map<string | undefined, { readonly spec: SchemeSpec; readonly keys: SigningKey[] }>();
  for (const key of context.keys) {
    const { provider, spec } = resolveScheme(config, key.secret);
    const group = groups.get(provider?.id) ?? { spec, keys: [] };
    groups.set(provider?.id, group);
    group.keys.push(key);
  }
  const [first = compileScheme(resolveScheme(config, undefined).spec, context), ...others] = [...groups.values()].map(
    ({ spec, keys }) => compileScheme(spec, { ...context, keys }),
  );
  return others.length === 0 ? first : bySignature([first, ...others]);
}

/** Which one applies is decided by which signature is present, never by which would match; the newest secret's first. */
function bySignature(schemes: readonly [CompiledScheme, ...CompiledScheme[]]): CompiledScheme {
  const signatureHeaders = [...new Set(schemes.flatMap((scheme) => scheme.signatureHeaders))];
  const applying = (view: RequestView): CompiledScheme =>
    schemes.find((scheme) => scheme.signatureHeaders.some((name) => view.hasHeader(name))) ?? schemes[0];
  return {
    ...schemes[0],
    signatureHeaders,
    covers: (source, view) =>
      view === undefined ? schemes.every((scheme) => scheme.covers(source)) : applying(view).covers(source, view),
    check: (view, nowMs) => applying(view).check(view, nowMs),
  };
}
