/** Puts a value where a source says it is found: the way back of `source.ts`, for signing. */
import { isRecord } from "./jws.ts";
import { queryOf } from "./request-view.ts";
import { parseJson } from "./sent-text.ts";
import type { SignedRequest } from "./request.ts";

/** @throws SyntaxError when nothing can be put there */
export function placeValue(request: SignedRequest, source: string, value: string): SignedRequest {
  const colon = source.indexOf(":");
  const name = source.slice(colon + 1);
  switch (source.slice(0, colon)) {
    case "header":
      return withHeader(request, name, value);
    case "query":
      return {
        ...request,
        url: `${request.url}${queryOf(request.url) === "" ? "?" : "&"}${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
      };
    case "json":
      return { ...request, rawBody: withJsonValue(request.rawBody, name.split("."), value) };
    case "form": {
      const form = new URLSearchParams(Buffer.from(request.rawBody).toString("utf8"));
      form.set(name, value);
      return { ...request, rawBody: Buffer.from(form.toString()) };
    }
    default:
      throw new SyntaxError(`nothing can be written to ${source}`);
  }
}

/** With one header line of that name. */
export function withHeader(request: SignedRequest, name: string, value: string): SignedRequest {
  const others = request.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  return { ...request, headers: [...others, [name, value]] };
}

function withJsonValue(body: Uint8Array, path: readonly string[], value: string): Buffer {
  const parsed = parseJson(Buffer.from(body).toString("utf8"));
  if (!isRecord(parsed)) throw new SyntaxError("the body has to be a JSON object to hold the signature");
  return Buffer.from(JSON.stringify(setAt(parsed, path, /^\d{1,15}$/.test(value) ? Number(value) : value)));
}

function setAt(
  object: Readonly<Record<string, unknown>>,
  path: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const [key = "", ...rest] = path;
  const inner = object[key];
  const next = rest.length === 0 ? value : setAt(isRecord(inner) ? inner : {}, rest, value);
  return Object.fromEntries([...Object.entries(object).filter(([name]) => name !== key), [key, next]]);
}
