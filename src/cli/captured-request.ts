/**
 * A request that was captured somewhere, as a file: raw HTTP, HAR, or JSON. What a capture keeps decides what can be
 * said: a body that was written down as text has lost the bytes that were no text.
 */
import { isUtf8 } from "node:buffer";
import type { SignedRequest } from "../signature/index.ts";

export interface CapturedRequest {
  readonly request: SignedRequest;
  /** The time of receipt, where the capture says it. */
  readonly receivedAtMs: number | undefined;
}

/** @throws SyntaxError when the bytes are no capture of a request, saying what is missing */
export function parseCapturedRequest(bytes: Buffer): CapturedRequest {
  if (/^[A-Z]{3,10} \S+ HTTP\/\d/.test(bytes.subarray(0, 4096).toString("latin1"))) return fromRawHttp(bytes);
  const parsed = isUtf8(bytes) ? parseJson(bytes.toString("utf8")) : undefined;
  if (!isRecord(parsed)) throw new SyntaxError("it is neither raw HTTP (POST /path HTTP/1.1 …) nor JSON");
  return isRecord(parsed["log"])
    ? fromHar(parsed["log"])
    : fromJson(isRecord(parsed["event"]) ? parsed["event"] : parsed);
}

type Json = Readonly<Record<string, unknown>>;
type Headers = (readonly [name: string, value: string])[];

function fromRawHttp(bytes: Buffer): CapturedRequest {
  const [separator, end] = headEnd(bytes);
  const [first = "", ...lines] = bytes.subarray(0, end).toString("latin1").split(/\r?\n/);
  const [method = "", target = ""] = first.split(" ");
  const headers = lines.flatMap((line): Headers => {
    const colon = line.indexOf(":");
    return colon < 1 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]];
  });
  const body = bytes.subarray(end + separator);
  const rawBody = /chunked/i.test(header(headers, "transfer-encoding") ?? "") ? unchunked(body) : body;
  return { request: { method, url: urlOf(target, headers), headers, rawBody }, receivedAtMs: undefined };
}

/** Length and place of the empty line between head and body. */
function headEnd(bytes: Buffer): readonly [separator: number, end: number] {
  const crlf = bytes.indexOf("\r\n\r\n");
  const lf = bytes.indexOf("\n\n");
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return [4, crlf];
  return lf >= 0 ? [2, lf] : [0, bytes.length];
}

/** RFC 9112 section 7.1; a body that is not framed is taken as it is. */
function unchunked(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = body.indexOf("\r\n", at);
    const size = lineEnd < 0 ? "" : (body.subarray(at, lineEnd).toString("latin1").split(";", 1)[0] ?? "").trim();
    if (!/^[0-9a-fA-F]{1,8}$/.test(size)) return body;
    const length = Number.parseInt(size, 16);
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(body.subarray(lineEnd + 2, lineEnd + 2 + length));
    at = lineEnd + 2 + length + 2;
  }
}

/** HTTP Archive 1.2: the first entry. */
function fromHar(log: Json): CapturedRequest {
  const entries = Array.isArray(log["entries"]) ? (log["entries"] as unknown[]) : [];
  const [entry] = entries;
  const request = isRecord(entry) ? entry["request"] : undefined;
  if (!isRecord(entry) || !isRecord(request)) throw new SyntaxError("the HAR file holds no request");
  const post = isRecord(request["postData"]) ? request["postData"] : {};
  return {
    request: {
      method: text(request["method"]) ?? "POST",
      url: text(request["url"]) ?? "",
      headers: headersOf(request["headers"]),
      rawBody: Buffer.from(text(post["text"]) ?? "", post["encoding"] === "base64" ? "base64" : "utf8"),
    },
    receivedAtMs: timeOf(entry["startedDateTime"]),
  };
}

/** `{ method, url, headers, body | body_base64, received_at }`; also what `gtc events show --json` prints, where the body is an object. */
function fromJson(json: Json): CapturedRequest {
  const headers = headersOf(json["headers"]);
  const shown = isRecord(json["body"]) ? json["body"] : {};
  const written = json["body_base64"] ?? json["raw_body_base64"] ?? json["bodyBase64"] ?? json["rawBody"];
  const base64 = text(written ?? shown["base64"]);
  const body = text(json["body"] ?? "") ?? text(shown["text"]);
  if (base64 === undefined && (body === undefined || !("body" in json))) {
    throw new SyntaxError("the JSON has no body_base64 and no body as a text: the bytes that were signed are needed");
  }
  return {
    request: {
      method: text(json["method"]) ?? "POST",
      url: urlOf(text(json["url"]) ?? text(json["target"]) ?? "/", headers),
      headers,
      rawBody: base64 === undefined ? Buffer.from(body ?? "", "utf8") : Buffer.from(base64, "base64"),
    },
    receivedAtMs: timeOf(json["received_at"] ?? json["receivedAt"] ?? json["now"]),
  };
}

/** An object of names, a list of pairs, or a list of `{ name, value }`. */
function headersOf(value: unknown): Headers {
  if (Array.isArray(value)) {
    return value.flatMap((line: unknown): Headers => {
      if (Array.isArray(line)) return [[String(line[0]), String(line[1])]];
      return isRecord(line) ? [[text(line["name"]) ?? "", text(line["value"]) ?? ""]] : [];
    });
  }
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, lines]): Headers =>
    (Array.isArray(lines) ? (lines as unknown[]) : [lines]).map((line) => [name, String(line)] as const),
  );
}

/** Only those who sign the URL care; they need `--url` where the capture has no host. */
function urlOf(target: string, headers: Headers): string {
  if (/^https?:\/\//.test(target)) return target;
  return `https://${header(headers, "host") ?? "localhost"}${target}`;
}

function header(headers: Headers, lowerName: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === lowerName)?.[1];
}

/** ISO text, or seconds or milliseconds since the epoch. */
function timeOf(value: unknown): number | undefined {
  if (typeof value === "number") return value > 100_000_000_000 ? value : value * 1000;
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source) as unknown;
  } catch {
    return undefined;
  }
}
