/** From a spec to the thing that checks requests: one line per kind of scheme. */
import { allowlistScheme, unsignedScheme } from "./allowlist.ts";
import { compileCoded } from "./coded/index.ts";
import type { CompiledScheme, SchemeContext } from "./compiled-scheme.ts";
import { compileHttpMessage } from "./http-message-scheme.ts";
import { compileJwt } from "./jwt-scheme.ts";
import { compileMac } from "./mac-scheme.ts";
import { compilePublicKey } from "./public-key-scheme.ts";
import type { SchemeSpec } from "./scheme-spec.ts";
import { compileBasic, compileToken } from "./token-scheme.ts";

/** @throws SyntaxError when the spec or a key is not in form */
export function compileScheme(spec: SchemeSpec, context: SchemeContext): CompiledScheme {
  const { settings, keys } = context;
  switch (spec.kind) {
    case "mac":
      return compileMac(spec, settings, keys);
    case "signature":
      return compilePublicKey(spec, settings, keys);
    case "token":
      return compileToken(spec, settings, keys);
    case "basic":
      return compileBasic(keys);
    case "jwt":
      return compileJwt(spec, context);
    case "http-message-signature":
      return compileHttpMessage(spec, context);
    case "coded":
      return compileCoded(spec.scheme, context);
    case "ip":
      return allowlistScheme();
    case "none":
      return unsignedScheme();
    default:
      return spec satisfies never;
  }
}
