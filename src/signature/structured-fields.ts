/**
 * The part of Structured Fields (RFC 8941) that HTTP message signatures need: dictionaries of inner lists and of byte
 * sequences, with parameters. Parsing is strict; `undefined` means the field is not in form.
 */
export type BareItem =
  | { readonly type: "string" | "token"; readonly value: string }
  | { readonly type: "integer"; readonly value: number }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "bytes"; readonly value: Buffer };

export type Parameters = ReadonlyMap<string, BareItem>;

export interface Item {
  readonly item: BareItem;
  readonly parameters: Parameters;
}

export interface InnerList {
  readonly items: readonly Item[];
  readonly parameters: Parameters;
}

export type Member = Item | InnerList;

const MAX_MEMBERS = 32;
const NUMBER = /-?\d{1,15}(?![\d.])/y;
const KEY = /[a-z*][a-z0-9_.*-]*/y;
const TOKEN = /[A-Za-z*][\w!#$%&'*+.^`|~:/-]*/y;
const STRING = /"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y;
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Reads the expression here, or fails. */
  match(pattern: RegExp): RegExpExecArray {
    const found = this.tryMatch(pattern);
    if (found === undefined) throw new SyntaxError(`unexpected text at ${this.#at}`);
    return found;
  }

  tryMatch(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found;
  }

  take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}

/** A dictionary (RFC 8941 section 3.2). Of a key that comes twice the last counts, as the RFC says. */
export function parseDictionary(text: string): ReadonlyMap<string, Member> | undefined {
  const members = new Map<string, Member>();
  const reader = new Reader(text.trim());
  try {
    while (!reader.atEnd) {
      const key = reader.match(KEY)[0];
      members.set(
        key,
        reader.take("=")
          ? readMember(reader)
          : { item: { type: "boolean", value: true }, parameters: readParameters(reader) },
      );
      if (members.size > MAX_MEMBERS) return undefined;
      if (reader.atEnd) break;
      reader.match(/[ \t]*,[ \t]*/y);
      if (reader.atEnd) return undefined;
    }
    return members;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

function readMember(reader: Reader): Member {
  if (!reader.take("(")) return readItem(reader);
  const items: Item[] = [];
  for (;;) {
    reader.tryMatch(/ +/y);
    if (reader.take(")")) return { items, parameters: readParameters(reader) };
    items.push(readItem(reader));
    if (items.length > MAX_MEMBERS) throw new SyntaxError("too many items");
  }
}

function readItem(reader: Reader): Item {
  return { item: readBareItem(reader), parameters: readParameters(reader) };
}

function readParameters(reader: Reader): Parameters {
  const parameters = new Map<string, BareItem>();
  while (reader.take(";")) {
    reader.tryMatch(/ +/y);
    const key = reader.match(KEY)[0];
    parameters.set(key, reader.take("=") ? readBareItem(reader) : { type: "boolean", value: true });
    if (parameters.size > MAX_MEMBERS) throw new SyntaxError("too many parameters");
  }
  return parameters;
}

function readBareItem(reader: Reader): BareItem {
  const string = reader.tryMatch(STRING);
  if (string !== undefined) return { type: "string", value: (string[1] ?? "").replaceAll(/\\(.)/g, "$1") };
  const bytes = reader.tryMatch(BYTES);
  if (bytes !== undefined) return { type: "bytes", value: Buffer.from(bytes[1] ?? "", "base64") };
  const number = reader.tryMatch(NUMBER);
  if (number !== undefined) return { type: "integer", value: Number(number[0]) };
  if (reader.take("?1")) return { type: "boolean", value: true };
  if (reader.take("?0")) return { type: "boolean", value: false };
  return { type: "token", value: reader.match(TOKEN)[0] };
}

/** The text of an item and its parameters as RFC 8941 section 4.1 writes them. */
export function serializeItem({ item, parameters }: Item): string {
  return serializeBare(item) + serializeParameters(parameters);
}

export function serializeInnerList({ items, parameters }: InnerList): string {
  return `(${items.map(serializeItem).join(" ")})${serializeParameters(parameters)}`;
}

function serializeParameters(parameters: Parameters): string {
  return [...parameters]
    .map(([key, item]) => (item.type === "boolean" && item.value ? `;${key}` : `;${key}=${serializeBare(item)}`))
    .join("");
}

function serializeBare(item: BareItem): string {
  switch (item.type) {
    case "string":
      return `"${item.value.replaceAll(/["\\]/g, "\\$&")}"`;
    case "token":
      return item.value;
    case "integer":
      return String(item.value);
    case "boolean":
      return item.value ? "?1" : "?0";
    case "bytes":
      return `:${item.value.toString("base64")}:`;
    default:
      return item satisfies never;
  }
}
