/**
 * What an operator made of a stored event: its body, headers and query, changed or as they were. The copy is nobody's
 * request, so nothing of it may look as if a sender vouched for it or as if it had come over a connection:
 *
 * 1. Headers of the connection and of the body's framing are left out (RFC 9110, 7.6.1), and `content-length`.
 * 2. Headers in which sources in use carry signatures and tokens are left out: they speak of other bytes.
 * 3. `content-encoding` is left out when a body is given, since it is given as it reads, not as it was packed.
 */
import type { z } from "zod";
import type { Envelope, HeaderList } from "../../event/index.ts";
import { queryFields } from "../../base/index.ts";
import { decodePayload, PayloadFault } from "../../payload/index.ts";
import type { editedReplayRequest } from "../contract/requests.ts";
import type { MaskRules } from "../masking.ts";
import type { EventCopy } from "./backend.ts";
import { FieldFaults, type FieldFault } from "./handler.ts";

/** Headers that belong to the connection and not to the message. */
export const OF_CONNECTION: ReadonlySet<string> = new Set([
  "host",
  "connection",
  "proxy-connection",
  "content-length",
  "transfer-encoding",
  "trailer",
  "expect",
  "keep-alive",
  "te",
  "upgrade",
]);

/** As much as a gateway decodes by default. */
const MAX_DECODED_BYTES = 64 * 1024 * 1024;

export type Edits = z.output<typeof editedReplayRequest>;

export interface EditedCopy {
  readonly copy: EventCopy;
  /** Names of headers that were left out, each once. */
  readonly leftOut: readonly string[];
}

/** Makes the copy. @throws FieldFaults with every mistake at once. */
export async function editedCopy(original: Envelope, edits: Edits, rules: MaskRules): Promise<EditedCopy> {
  const faults: FieldFault[] = [];
  const body = editedBody(original, edits);
  const all = edits.headers === undefined ? original.headers : kept(original.headers, edits.headers, "headers", faults);
  const isLeftOut = (name: string): boolean =>
    OF_CONNECTION.has(name) ||
    rules.signatureHeaders.has(name) ||
    (name === "content-encoding" && body !== original.rawBody);
  const headers = all.filter(([name]) => !isLeftOut(name));
  const target = editedTarget(original.target, edits, faults);
  await checkPayload(headers, body, faults);
  if (faults.length > 0) throw new FieldFaults(faults);
  const leftOut = new Set(all.map(([name]) => name).filter(isLeftOut));
  return { copy: { body, headers, target }, leftOut: [...leftOut] };
}

/** Which parts of the event were changed, for the audit trail. */
export function editedParts({ body, body_base64: bytes, headers, query }: Edits): string {
  const parts = [
    ...(body === undefined && bytes === undefined ? [] : ["body"]),
    ...(headers === undefined ? [] : ["headers"]),
    ...(query === undefined ? [] : ["query"]),
  ];
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

function editedBody(original: Envelope, { body, body_base64: bytes }: Edits): Uint8Array {
  if (body !== undefined) return Buffer.from(body);
  return bytes === undefined ? original.rawBody : Buffer.from(bytes, "base64");
}

function editedTarget(target: string, { query }: Edits, faults: FieldFault[]): string {
  if (query === undefined) return target;
  const [path = ""] = target.split("?", 1);
  const pairs = kept(queryFields(target), query, "query", faults);
  const text = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString();
  return text === "" ? path : `${path}?${text}`;
}

type GivenPair = readonly [name: string, value: string | null, which?: number | undefined];

/** Pairs in which a value that is null is the original's: of several of one name the one that is named, else the first that is left. */
function kept(
  originals: readonly (readonly [string, string])[],
  given: readonly GivenPair[],
  field: "headers" | "query",
  faults: FieldFault[],
): HeaderList {
  const left = new Set(originals);
  return given.map(([written, value, which], index): [string, string] => {
    const name = field === "headers" ? written.toLowerCase() : written;
    const named = originals.filter(([known]) => known === name);
    const own = which === undefined ? named.find((pair) => left.has(pair)) : named[which];
    const isLeft = own !== undefined && left.delete(own);
    if (value === null && !isLeft)
      faults.push({ path: `$.${field}.${index}.1`, message: `The event has no more values of ${name} to keep.` });
    return [name, value ?? own?.[1] ?? ""];
  });
}

async function checkPayload(headers: HeaderList, body: Uint8Array, faults: FieldFault[]): Promise<void> {
  try {
    await decodePayload(headers, body, MAX_DECODED_BYTES);
  } catch (fault) {
    if (!(fault instanceof PayloadFault)) throw fault;
    faults.push({ path: "$.body", message: `It is not what its headers claim: ${fault.message}` });
  }
}
