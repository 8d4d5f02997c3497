/** RFC 9421 section 2: which signature of a message is meant, and the text it was made over. */
import { refuse, type Refusal } from "./compiled-scheme.ts";
import { pathOf, queryOf, type RequestView } from "./request-view.ts";
import type { HttpMessageSpec } from "./scheme-spec.ts";
import {
  parseDictionary,
  serializeInnerList,
  serializeItem,
  type InnerList,
  type Item,
  type Member,
  type Parameters,
} from "./structured-fields.ts";

export interface Component {
  readonly name: string;
  readonly item: Item;
}

export interface ChosenSignature {
  readonly components: readonly Component[];
  readonly input: InnerList;
  readonly signature: Buffer;
  readonly created: number | undefined;
  readonly expires: number | undefined;
  readonly keyid: string | undefined;
  readonly alg: string | undefined;
}

/** The signature with the configured label or tag, or the only one. */
export function chooseSignature(view: RequestView, spec: HttpMessageSpec): ChosenSignature | Refusal {
  // RFC 9421, 4.3: a proxy adds a signature of its own, as a further member or on a line of its own.
  const inputText = fieldValue("signature-input", view);
  const signatureText = fieldValue("signature", view);
  if (inputText === undefined || signatureText === undefined)
    return refuse("signature_missing", "header Signature-Input or Signature is not there");
  const inputs = parseDictionary(inputText);
  const signatures = parseDictionary(signatureText);
  if (inputs === undefined || signatures === undefined) {
    return refuse("signature_malformed", "Signature-Input or Signature is not a dictionary of RFC 8941");
  }
  const fitting = [...inputs].filter(([label, member]) => isMeant(label, member, spec));
  if (fitting.length > 1)
    return refuse("too_many_signatures", "several signatures fit: name the one that counts by label or tag");
  const [label, input] = fitting[0] ?? ["", undefined];
  const member = signatures.get(label);
  if (input === undefined || !("items" in input))
    return refuse("signature_version", "no signature has the configured label or tag");
  if (member === undefined || !("item" in member) || member.item.type !== "bytes")
    return refuse("signature_malformed", `Signature holds no bytes for ${label}`);
  return describe(input, member.item.value);
}

function isMeant(label: string, member: Member, spec: HttpMessageSpec): boolean {
  if (!("items" in member)) return false;
  if (spec.label !== undefined && spec.label !== label) return false;
  return spec.tag === undefined || textParameter(member.parameters, "tag") === spec.tag;
}

function describe(input: InnerList, signature: Buffer): ChosenSignature | Refusal {
  const components: Component[] = [];
  const seen = new Set<string>();
  for (const item of input.items) {
    const identifier = serializeItem(item);
    if (item.item.type !== "string" || seen.has(identifier))
      return refuse("signature_malformed", "a covered component is no text or comes twice");
    seen.add(identifier);
    components.push({ name: item.item.value, item });
  }
  return {
    components,
    input,
    signature,
    created: integerParameter(input.parameters, "created"),
    expires: integerParameter(input.parameters, "expires"),
    keyid: textParameter(input.parameters, "keyid"),
    alg: textParameter(input.parameters, "alg"),
  };
}

function textParameter(parameters: Parameters, name: string): string | undefined {
  const item = parameters.get(name);
  return item?.type === "string" ? item.value : undefined;
}

function integerParameter(parameters: Parameters, name: string): number | undefined {
  const item = parameters.get(name);
  return item?.type === "integer" ? item.value : undefined;
}

/** RFC 9421 section 2.5. A component that is absent or that we do not know ends it. */
export function signatureBase(chosen: ChosenSignature, view: RequestView): string | Refusal {
  const lines: string[] = [];
  for (const { name, item } of chosen.components) {
    const value = componentValue(name, item, view);
    if (value === undefined)
      return refuse("field_missing", `the covered component ${serializeItem(item)} is not there or not supported`);
    lines.push(`${serializeItem(item)}: ${value}`);
  }
  lines.push(`"@signature-params": ${serializeInnerList(chosen.input)}`);
  return lines.join("\n");
}

function componentValue(name: string, item: Item, view: RequestView): string | undefined {
  if (name === "@query-param") return queryParameter(item, view);
  // Parameters such as sf, bs, key and tr change what is signed; none of the known senders uses them.
  if (item.parameters.size > 0) return undefined;
  if (name.startsWith("@")) return derivedComponent(name, view);
  if (name !== name.toLowerCase()) return undefined;
  return fieldValue(name, view);
}

const MAX_LINES = 16;

/** RFC 9421, 2.1: the lines of a header as one. `undefined` also when there are too many: none may go unread behind them. */
export function fieldValue(lowerName: string, view: RequestView): string | undefined {
  const values = view.headerLines(lowerName, MAX_LINES + 1);
  return values.length === 0 || values.length > MAX_LINES ? undefined : values.map(unfolded).join(", ");
}

/** RFC 9421, 2.1: without white space around it, and a line folding is a single space. */
function unfolded(value: string): string {
  // Split, not replaced: a pattern that begins with white space tries each of thousands of blanks anew.
  const lines = value.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").join(" ");
}

function derivedComponent(name: string, { request }: RequestView): string | undefined {
  const { method, url } = request;
  switch (name) {
    case "@method":
      return method;
    case "@target-uri":
      return url;
    case "@request-target":
      return pathOf(url, true);
    case "@path":
      return pathOf(url, false);
    case "@query":
      return `?${queryOf(url)}`;
    case "@authority":
      return URL.canParse(url) ? new URL(url).host.toLowerCase() : undefined;
    case "@scheme":
      return URL.canParse(url) ? new URL(url).protocol.replace(":", "") : undefined;
    default:
      return undefined;
  }
}

/** RFC 9421 section 2.2.8: one parameter, decoded and encoded again. */
function queryParameter(item: Item, view: RequestView): string | undefined {
  const wanted = textParameter(item.parameters, "name");
  if (wanted === undefined || item.parameters.size !== 1) return undefined;
  const found = view.queryFields()?.filter(([name]) => encodeField(name) === wanted) ?? [];
  const value = found.length === 1 ? found[0]?.[1] : undefined;
  return value === undefined ? undefined : encodeField(value);
}

/** The set of the URL standard for forms, a space as %20: https://url.spec.whatwg.org/#application-x-www-form-urlencoded-percent-encode-set */
function encodeField(text: string): string {
  const escape = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replaceAll(/[!'()~]/g, escape);
}
