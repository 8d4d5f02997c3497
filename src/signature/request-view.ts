/**
 * One request as a scheme reads it: headers by name, and the body as JSON or form, parsed at most once and only when
 * something asks for it. Rules: (1) a header that occurs twice is remembered in `duplicated` and reads as absent, unless
 * the scheme allows repetition; (2) nothing here throws on what a sender wrote.
 */
import { utf8Text } from "./encoding.ts";
import { multipartField } from "./multipart-field.ts";
import type { SignedRequest } from "./request.ts";
import type { FoundValue } from "./source.ts";
import {
  hasMoreValues,
  MAX_UNVERIFIED_BYTES,
  MAX_UNVERIFIED_VALUES,
  parseJson,
  parseForm,
  type FormFields,
} from "./sent-text.ts";

const NO_LINE = ["", ""] as const;
const LOWER_CASE_BIT = 0x20;

export class RequestView {
  readonly request: SignedRequest;
  /** The name of the first repeated header that was asked for. */
  duplicated: string | undefined;
  /** The body has more than is read before it is verified: what a scheme did not find in it may be there. */
  hasUnread = false;
  #isVerified = false;
  #json: { readonly value: unknown } | undefined;
  #form: { readonly fields: FormFields | undefined } | undefined;
  #sortedForm: { readonly bytes: Uint8Array | undefined } | undefined;
  #query: { readonly fields: FormFields | undefined } | undefined;

  /** The claims of a verified token, for sources `claim:…`. */
  claims: unknown;

  /** The id that the signature covers, where the scheme has one. */
  signedId: FoundValue | undefined;

  constructor(request: SignedRequest) {
    this.request = request;
  }

  /** The value of a header; `lowerName` in lower case. */
  header(lowerName: string): string | undefined {
    const { headers } = this.request;
    const last = lowerName.length - 1;
    let found: string | undefined;
    for (let index = 0; index < headers.length; index++) {
      const line = headers[index] ?? NO_LINE;
      const name = line[0];
      // Length and last letter tell most names apart without making them lower case.
      if (name.length !== lowerName.length) continue;
      if ((name.charCodeAt(last) | LOWER_CASE_BIT) !== (lowerName.charCodeAt(last) | LOWER_CASE_BIT)) continue;
      if (name !== lowerName && name.toLowerCase() !== lowerName) continue;
      if (found !== undefined) {
        this.duplicated ??= lowerName;
        return undefined;
      }
      found = line[1];
    }
    return found;
  }

  /** Every value of a header that may be repeated, at most `limit`. */
  headerLines(lowerName: string, limit: number): string[] {
    const values: string[] = [];
    for (const [name, value] of this.request.headers) {
      if (values.length < limit && name.toLowerCase() === lowerName) values.push(value);
    }
    return values;
  }

  hasHeader(lowerName: string): boolean {
    return this.request.headers.some(([name]) => name.toLowerCase() === lowerName);
  }

  /** From now on, the body is known to come from its sender: what was too much before is read, and JSON that is packed unsaid. */
  markVerified(): void {
    this.#isVerified = true;
    if (this.#json?.value === undefined) this.#json = undefined;
    if (this.#form?.fields === undefined) this.#form = undefined;
  }

  /** The body as JSON, or `undefined` when it is not JSON. */
  json(): unknown {
    this.#json ??= { value: this.#isVerified ? parseJson(this.jsonText()) : this.#unverifiedJson() };
    return this.#json.value;
  }

  #unverifiedJson(): unknown {
    const text = this.jsonText(MAX_UNVERIFIED_BYTES);
    const isTooMuch = text !== undefined && hasMoreValues(text, MAX_UNVERIFIED_VALUES);
    this.hasUnread ||= isTooMuch;
    return isTooMuch ? undefined : parseJson(text);
  }

  /**
   * The text that holds the JSON: the body, or the field `payload` of a form (GitHub, Slack), or `json` (Dropbox Sign). Hardly
   * a scheme signs the Content-Type: a body that was seen must not lose its id because it comes again as a form.
   */
  private jsonText(maxBytes = Infinity): string | undefined {
    const type = this.header("content-type") ?? "";
    const mediaType = type.split(";", 1)[0]?.trim().toLowerCase();
    const decoded = this.#bodyOfJson();
    const mayBeForm = !beginsLikeJson(decoded);
    const isForm = mayBeForm && mediaType === "application/x-www-form-urlencoded";
    const isMultipart = mayBeForm && mediaType === "multipart/form-data";
    const body = isForm || isMultipart ? this.request.rawBody : decoded;
    if (body.length > maxBytes) {
      this.hasUnread = true;
      return undefined;
    }
    const text = isForm
      ? (this.form("payload") ?? this.form("json"))
      : isMultipart
        ? multipartField(type, body, "json")
        : utf8Text(body);
    return text ?? this.#unpackedText();
  }

  /**
   * The bytes that may be JSON. Content-Encoding is as seldom signed: a body that was seen must not lose its id because it
   * comes again as something packed.
   */
  #bodyOfJson(): Uint8Array {
    const { rawBody, decodedBody } = this.request;
    if (decodedBody === undefined) return rawBody;
    // What is packed may begin with a bracket, too, and is no text.
    if (this.hasHeader("content-encoding") && beginsLikeJson(rawBody) && utf8Text(rawBody) !== undefined)
      return rawBody;
    return this.decodedBody();
  }

  /** The JSON of a body that is packed, and of which nothing says so. */
  #unpackedText(): string | undefined {
    const { rawBody, unpackedBody } = this.request;
    if (!this.#isVerified || utf8Text(rawBody) !== undefined) return undefined;
    const unpacked = unpackedBody?.();
    return unpacked !== undefined && beginsLikeJson(unpacked) ? utf8Text(unpacked) : undefined;
  }

  /** The body with `Content-Encoding` undone where the edge can do that, else as it was sent. */
  decodedBody(): Uint8Array {
    const { rawBody, decodedBody } = this.request;
    if (decodedBody === undefined || !this.hasHeader("content-encoding")) return rawBody;
    return decodedBody(this.#isVerified) ?? rawBody;
  }

  /** The fields of a form body in their order; `undefined` when it is no text, has too many, or is too long to be read yet. */
  formFields(maxBytes = MAX_UNVERIFIED_BYTES): FormFields | undefined {
    this.#form ??= { fields: this.#parseForm(maxBytes) };
    return this.#form.fields;
  }

  #parseForm(maxBytes: number): FormFields | undefined {
    const { rawBody } = this.request;
    if (!this.#isVerified && rawBody.length > maxBytes) {
      this.hasUnread = true;
      return undefined;
    }
    const text = utf8Text(rawBody);
    return text === undefined ? undefined : parseForm(text);
  }

  /**
   * Twilio's and Mandrill's form: fields sorted by name, name and value joined without separators; the values of one name
   * without repetitions, sorted; absent where the form cannot be read whole. As bytes, and made once: a scheme with several
   * readings of the URL hashes it for each of them, and anybody may send 25 MiB.
   * https://www.twilio.com/docs/usage/webhooks/webhooks-security
   * @param maxBytes a longer form is not read; Mandrill's may hold a mail with all that is attached to it
   */
  sortedForm(maxBytes = Infinity): Uint8Array | undefined {
    this.#sortedForm ??= { bytes: sortedBytes(this.formFields(maxBytes)) };
    return this.#sortedForm.bytes;
  }

  form(name: string): string | undefined {
    return only(this.formFields(), name);
  }

  /** The parameters of the URL's query in their order; `undefined` when there are too many. */
  queryFields(): FormFields | undefined {
    this.#query ??= { fields: parseForm(queryOf(this.request.url)) };
    return this.#query.fields;
  }

  query(name: string): string | undefined {
    return only(this.queryFields(), name);
  }
}

/** With a bracket, as no form does; white space and the mark of UTF-8 may stand in front. */
function beginsLikeJson(body: Uint8Array): boolean {
  const isMarked = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
  for (let at = isMarked ? 3 : 0; at < body.length; at++) {
    const byte = body[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return byte === 0x7b || byte === 0x5b;
  }
  return false;
}

/** The query of a URL without `?` and fragment, or `""`. */
export function queryOf(url: string): string {
  const hash = url.indexOf("#");
  const end = hash < 0 ? url.length : hash;
  const mark = url.indexOf("?");
  return mark < 0 || mark > end ? "" : url.slice(mark + 1, end);
}

/** The path of an absolute URL as it is written, with the query when `withQuery`. */
export function pathOf(url: string, withQuery: boolean): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0) return "/";
  const path = url.slice(start).split("#", 1)[0] ?? "/";
  return withQuery ? path : (path.split("?", 1)[0] ?? "/");
}

function only(fields: FormFields | undefined, name: string): string | undefined {
  const found = fields?.filter((field) => field[0] === name) ?? [];
  return found.length === 1 ? found[0]?.[1] : undefined;
}

function sortedBytes(fields: FormFields | undefined): Uint8Array | undefined {
  if (fields === undefined) return undefined;
  const byName = new Map<string, Set<string>>();
  for (const [name, value] of fields) {
    const values = byName.get(name) ?? new Set();
    byName.set(name, values.add(value));
  }
  const names = [...byName.keys()].sort();
  const text = names
    .map((name) =>
      [...(byName.get(name) ?? [])]
        .sort()
        .map((value) => name + value)
        .join(""),
    )
    .join("");
  return Buffer.from(text);
}
