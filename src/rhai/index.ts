/**
 * Rhai as a library: parse, check, compile once, run many times. Knows nothing of webhooks; see `README.md` beside it.
 */
export { checkScript, compileScript, suspectScript, type CompiledScript } from "./compile-script.ts";
export { fieldsRead, type FieldRead } from "./fields-read.ts";
export { parse as parseScript } from "./parser.ts";
export { print as printScript } from "./printer.ts";
export { native, type Native, type NativeOptions } from "./natives.ts";
export { RhaiError, type RhaiErrorKind } from "./errors.ts";
export { parseJsonValue } from "./json.ts";
export { toJsonText } from "./json-text.ts";
export { DEFAULT_OPTIONS, type RhaiOptions } from "./options.ts";
export type { RhaiHost } from "./runtime.ts";
export { RhaiScope } from "./rhai-scope.ts";
export { debugForm, display } from "./text-form.ts";
export { rhaiValues, type ValueCases } from "./rhai-values.ts";
export type { RhaiValue } from "./values.ts";
export { codeFrame, renderDiagnostic, Source, type Diagnostic, type Span } from "../text/index.ts";
