/**
 * A quick yes for bytes that are JSON: three times as quick as JsonCheck for what webhooks send (docs/design/speed.md).
 * Where it says no, or cannot say, JsonCheck looks closely and tells where the fault is. The scan itself is WebAssembly,
 * because only there sixteen bytes are compared at a time.
 *
 * Invariants:
 * 1. Yes is only said where JsonCheck says it (a property test holds the two together).
 * 2. Nothing depends on it: where a machine has no SIMD, or there is no address space for its memory, it never says yes.
 */
import { isUtf8 } from "node:buffer";
import { JSON_SCAN_WASM } from "./json-scan-wasm.ts";

interface Scan {
  readonly memory: Uint8Array;
  /** 1 when the bytes of its memory from `at` to `end` are JSON but for their UTF-8. */
  readonly accepts: (at: number, end: number) => number;
}

/** What is used of it here: Node's types name no values of WebAssembly. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => {
    readonly exports: { readonly memory: { readonly buffer: ArrayBuffer }; readonly accepts: Scan["accepts"] };
  };
};

/** Where the text stands in the scan's memory, and what the scan writes behind it. */
const TEXT_AT = 512;
const PADDING_BYTES = 16;

let scan: Scan | "none" | undefined;

/** Whether bytes are JSON in UTF-8 that nests no deeper than MAX_JSON_DEPTH. False also where it would take a closer look. */
export function isPlainJson(bytes: Uint8Array): boolean {
  scan ??= load();
  if (scan === "none" || bytes.length > scan.memory.length - TEXT_AT - PADDING_BYTES) return false;
  scan.memory.set(bytes, TEXT_AT);
  return scan.accepts(TEXT_AT, TEXT_AT + bytes.length) === 1 && isUtf8(bytes);
}

function load(): Scan | "none" {
  try {
    const module = new WebAssembly.Module(Buffer.from(JSON_SCAN_WASM, "base64"));
    const { memory, accepts } = new WebAssembly.Instance(module).exports;
    return { memory: new Uint8Array(memory.buffer), accepts };
  } catch {
    return "none";
  }
}
