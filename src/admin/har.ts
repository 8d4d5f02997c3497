/**
 * Events as an HTTP Archive, for tools that show requests (browsers' network panels, Postman, Charles). What is masked in
 * the API is masked here as well. Fields of our own begin with an underscore, as HAR 1.2 asks.
 * http://www.softwareishard.com/blog/har-12-spec/
 */
import { STATUS_CODES } from "node:http";
import { stringifyJson } from "../base/index.ts";
import type { Answer, EventDetail, FieldValue } from "./contract/index.ts";
import { BLOT } from "./masking.ts";

interface NameValue {
  readonly name: string;
  readonly value: string;
}

export interface HarEntry {
  readonly startedDateTime: string;
  /** Milliseconds. */
  readonly time: number;
  readonly request: HarRequest;
  readonly response: HarResponse;
  readonly cache: Readonly<Record<string, never>>;
  readonly timings: { readonly send: number; readonly wait: number; readonly receive: number };
  readonly _gtc: {
    readonly event_id: string;
    readonly tenant: string;
    readonly event_type: string;
    readonly status: string;
    readonly verdict: string;
    readonly remote_address: string;
  };
}

interface HarRequest {
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  readonly cookies: readonly never[];
  readonly headers: readonly NameValue[];
  readonly queryString: readonly NameValue[];
  readonly postData?: { readonly mimeType: string; readonly text: string; readonly comment?: string };
  readonly headersSize: -1;
  readonly bodySize: number;
}

interface HarResponse {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  readonly cookies: readonly never[];
  readonly headers: readonly NameValue[];
  readonly content: { readonly size: number; readonly mimeType: string; readonly text: string };
  readonly redirectURL: string;
  readonly headersSize: -1;
  readonly bodySize: number;
}

/** An archive that is made entry by entry, each of them printed: as text they are neither copied nor looked at again. */
export class HarArchive {
  readonly #version: string;
  readonly #entries: { readonly atMs: number; readonly json: Uint8Array }[] = [];
  #bytes = 0;

  /** @param version of gtc */
  constructor(version: string) {
    this.#version = version;
  }

  /** How long its entries are together. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Adds the printed entry of an event.
   * @param atMs when the event was received
   */
  add(atMs: number, json: Uint8Array): void {
    this.#bytes += json.length;
    this.#entries.push({ atMs, json });
  }

  /**
   * The archive as JSON, oldest event first, as HAR recommends.
   * @param comment what a reader has to know of it as a whole
   */
  finish(comment?: string): Uint8Array {
    const head = { version: "1.2", creator: { name: "gtc", version: this.#version }, ...(comment && { comment }) };
    const entries = this.#entries.toSorted((a, b) => a.atMs - b.atMs);
    const pieces = entries.flatMap(({ json }, index) => (index === 0 ? [json] : [COMMA, json]));
    const start = `{"log":${JSON.stringify(head).slice(0, -1)},"entries":[`;
    return Buffer.concat([Buffer.from(start), ...pieces, Buffer.from("]}}")]);
  }
}

const COMMA = Buffer.from(",");

/** The entry of an event. @param publicBaseUrl where senders reach the gateway; an archive wants whole URLs */
export function harEntryOf(event: EventDetail, publicBaseUrl: string): HarEntry {
  const { id, tenant, event_type, status, verdict, remote_address } = event;
  const wait = event.response.duration_ms ?? 0;
  return {
    startedDateTime: event.received_at,
    time: wait,
    request: requestOf(event, publicBaseUrl),
    response: responseOf(event.response),
    cache: {},
    timings: { send: 0, wait, receive: 0 },
    _gtc: { event_id: id, tenant, event_type, status, verdict, remote_address },
  };
}

function requestOf({ method, target, headers, query, body }: EventDetail, publicBaseUrl: string): HarRequest {
  return {
    method,
    url: publicBaseUrl.replace(/\/$/, "") + target,
    // The version of the protocol is not kept with an event.
    httpVersion: "HTTP/1.1",
    cookies: [],
    headers: headers.map(shown),
    queryString: query.map(shown),
    ...(body.bytes > 0 && { postData: postDataOf(body) }),
    headersSize: -1,
    bodySize: body.bytes,
  };
}

function postDataOf({ text, content_type, truncated }: EventDetail["body"]): NonNullable<HarRequest["postData"]> {
  const mimeType = content_type ?? "application/octet-stream";
  if (text === null) return { mimeType, text: "", comment: "The body is no text; it is left out." };
  return { mimeType, text, ...(truncated && { comment: "Only the start of the body." }) };
}

function responseOf({ status, headers, body }: Answer): HarResponse {
  const text = body === null ? "" : typeof body === "string" ? body : stringifyJson(body);
  const size = Buffer.byteLength(text);
  return {
    status,
    statusText: STATUS_CODES[status] ?? "",
    httpVersion: "HTTP/1.1",
    cookies: [],
    headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    content: { size, mimeType: headers["content-type"] ?? "", text },
    redirectURL: headers["location"] ?? "",
    headersSize: -1,
    bodySize: size,
  };
}

function shown(field: FieldValue): NameValue {
  return { name: field.name, value: field.masked ? BLOT : field.value };
}
