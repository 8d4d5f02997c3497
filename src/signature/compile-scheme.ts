/** From a spec to the thing that checks requests: one line per kind of scheme. */
import { allowlistScheme, unsignedScheme } from "./allowlist.ts";
import type { CompiledScheme, SigningKey } from "./compiled-scheme.ts";
import { compileMac } from "./mac-scheme.ts";
import { compilePublicKey } from "./public-key-scheme.ts";
import type { SchemeSpec } from "./scheme-spec.ts";
import type { Settings } from "./source.ts";
import { compileBasic, compileToken } from "./token-scheme.ts";

export interface SchemeContext {
  readonly settings: Settings;
  readonly keys: readonly SigningKey[];
}

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
    case "ip":
      return allowlistScheme();
    case "none":
      return unsignedScheme();
    case "jwt":
    case "http-message-signature":
    case "coded":
      throw new SyntaxError(`schemes of kind ${spec.kind} cannot be compiled yet`);
    default:
      return spec satisfies never;
  }
}
