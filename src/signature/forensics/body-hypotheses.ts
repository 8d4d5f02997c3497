/**
 * Bodies that may have been signed before something on the way changed them. Each is made when it is asked for: whoever
 * asks has a bound on their bytes.
 */
import { utf8Text } from "../encoding.ts";
import { jsonShape, parseJson } from "../sent-text.ts";
import type { SignedRequest } from "../request.ts";
import type { SchemeConfig } from "../scheme-config.ts";
import type { SchemeSpec } from "../scheme-spec.ts";
import type { Hypothesis } from "./hypothesis.ts";

const RAW_BODY = "Hand the request through untouched: no body parser, decompression or rewriting in front of gtc.";

/** No sender nests so deep. Deeper values exhaust the stack when they are written. */
const MAX_DEPTH = 500;
/** Strangers write the bodies: some kilobytes that nest deep are gigabytes when each value is indented. */
const MAX_WRITTEN_LENGTH = 1024 * 1024;

export function* bodyHypotheses(request: SignedRequest): Generator<Hypothesis> {
  yield* decompressed(request);
  yield* trimmed(request);
  yield* reserialised(request);
}

/** A token that holds the hash of a body: it may be made with the right secret, but over a body that cannot be guessed. */
export function otherBody(config: SchemeConfig, spec: SchemeSpec): Hypothesis[] {
  if (spec.kind !== "jwt" || spec.body === undefined) return [];
  const { body: _body, ...withoutBody } = spec;
  return [
    {
      reason: "body_changed",
      config: { ...config, scheme: { spec: withoutBody } },
      detail: "the token is made with the right secret, but over another body: it was changed after it was signed",
      fix: RAW_BODY,
    },
  ];
}

function withBody(request: SignedRequest, rawBody: Uint8Array): SignedRequest {
  const headers = request.headers.filter(([name]) => name.toLowerCase() !== "content-encoding");
  const { method, url, remoteAddress } = request;
  return { method, url, headers, rawBody, ...(remoteAddress !== undefined && { remoteAddress }) };
}

function decompressed(request: SignedRequest): Hypothesis[] {
  const codings = request.headers.filter(([name]) => name.toLowerCase() === "content-encoding");
  const decoded = codings.length === 0 ? undefined : request.decodedBody?.(false);
  if (decoded === undefined) return [];
  const encoding = codings.map(([, value]) => value).join(", ");
  const detail = `the signature is over the body after decompression, but it arrived compressed (${encoding})`;
  const fix = "Switch compression off at the sender or in the proxy, or sign what is sent.";
  return [{ reason: "body_decompressed", request: withBody(request, decoded), detail, fix }];
}

function trimmed(request: SignedRequest): Hypothesis[] {
  const { rawBody } = request;
  const text = Buffer.from(rawBody).toString("latin1");
  const variants: readonly [text: string, what: string][] = [
    [`${text}\n`, "a line break at the end was cut off"],
    [`${text}\r\n`, "a line break (CRLF) at the end was cut off"],
    [text.replace(/\r?\n$/, ""), "a line break was added at the end"],
    [text.trim(), "white space around the body was added"],
    [text.replaceAll(/\r?\n/g, "\r\n"), "line breaks were changed from CRLF to LF"],
    [text.replaceAll("\r\n", "\n"), "line breaks were changed from LF to CRLF"],
    [text.replace(/^\u00ef\u00bb\u00bf/, ""), "a byte order mark was added"],
    ["", "the body was lost before it was signed"],
  ];
  return variants
    .filter(([variant]) => variant !== text)
    .map(([variant, detail]) => ({
      reason: "body_trimmed",
      request: withBody(request, Buffer.from(variant, "latin1")),
      detail,
      fix: RAW_BODY,
    }));
}

/** How common serialisers write the same JSON value. */
const SERIALISERS: readonly [name: string, write: (value: unknown) => string, indentation?: number][] = [
  ["compact (JSON.stringify)", (value) => JSON.stringify(value)],
  ["indented by 2", (value) => JSON.stringify(value, null, 2), 2],
  ["indented by 4", (value) => JSON.stringify(value, null, 4), 4],
  ["indented by tabs", (value) => JSON.stringify(value, null, "\t"), 1],
  ["with spaces (json.dumps of Python)", (value) => asciiOnly(spaced(value))],
  ["with spaces, not escaped", spaced],
  ["with escaped Unicode", (value) => asciiOnly(JSON.stringify(value))],
  ["with escaped Unicode and slashes (json_encode of PHP)", (value) => escapeSlashes(asciiOnly(JSON.stringify(value)))],
  ["with escaped slashes", (value) => escapeSlashes(JSON.stringify(value))],
  ["compact with a line break at its end", (value) => `${JSON.stringify(value)}\n`],
];

function* reserialised(request: SignedRequest): Generator<Hypothesis> {
  const text = utf8Text(request.rawBody) ?? "";
  const shape = jsonShape(text);
  if (shape.depth > MAX_DEPTH) return;
  const value = parseJson(text);
  if (value === undefined || typeof value !== "object") return;
  for (const [name, write, indentation = 0] of SERIALISERS) {
    if (text.length + indentation * shape.indents > MAX_WRITTEN_LENGTH) continue;
    const variant = write(value);
    if (variant === text) continue;
    yield {
      reason: "body_reserialised",
      request: withBody(request, Buffer.from(variant)),
      detail: `the signature is over the same JSON in another form: ${name}`,
      fix: `The JSON was parsed and written again on the way, or before it was signed. ${RAW_BODY}`,
    };
  }
}

/** `{"a": 1, "b": [1, 2]}`: separators with a space, as Python writes them. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${spaced(item)}`)
    .join(", ")}}`;
}

function asciiOnly(json: string): string {
  return json.replaceAll(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function escapeSlashes(json: string): string {
  return json.replaceAll("/", String.raw`\/`);
}
