export { Source, type Position, type Span } from "./source.ts";
export { diagnosticToJson, locationOf, type Diagnostic, type DiagnosticJson } from "./diagnostic.ts";
export { fileText, whyNoText } from "./file-text.ts";
export { codeFrame, noPaint, renderDiagnostic, type Paint } from "./code-frame.ts";
export { shellPath } from "./shell-word.ts";
export { visible, visibleJson, visibleLines } from "./visible.ts";
