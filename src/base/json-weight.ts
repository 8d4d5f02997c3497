/**
 * How much memory the values of a JSON text take. It is no matter of the text's length: a payload of 25 MiB is 50 MiB of
 * values as senders mean it, and 700 when it is made of brackets. A thread that finds out while it parses is lost, and
 * where one allocation is large, the whole process with it.
 *
 * The figures are those of V8 on 64 bits, measured for texts of 25 MiB of one kind each; the sum is never much below what a
 * text takes, and at most some three times of it.
 */

const QUOTE = 0x22;
const COMMA = 0x2c;
const POINT = 0x2e;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
/** The first byte of UTF-8 whose character does not fit into one byte of a string. */
const TWO_BYTES_FROM = 0xc4;

/** An array or object with its first item. */
const CONTAINER_BYTES = 56;
const ITEM_BYTES = 8;
/** A float that is not alone with others of its kind. */
const FLOAT_BYTES = 16;
const STRING_BYTES = 24;
/** A key that was not met shortly before: the key, and the shape of the object that it is in. */
const NEW_KEY_BYTES = 144;
/** Keys that are remembered, by their hash. */
const KNOWN_KEYS = 4096;

/** Bytes of values that a byte of JSON makes at most. */
export const MOST_BYTES_PER_BYTE = 28;

/** Bytes that the values of a JSON text (or whatever else; then it means nothing) take, about. */
export function weightOfJson(json: Uint8Array): number {
  const knownKeys = new Int32Array(KNOWN_KEYS);
  let weight = 0;
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case COMMA:
        weight += ITEM_BYTES;
        break;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        weight += CONTAINER_BYTES;
        break;
      case POINT:
        weight += FLOAT_BYTES;
        break;
      case QUOTE: {
        const start = at + 1;
        let hash = 0;
        let width = 1;
        let byte = json[++at];
        while (byte !== QUOTE && byte !== undefined) {
          if (byte === BACKSLASH) at += 1;
          if (byte >= TWO_BYTES_FROM) width = 2;
          hash = Math.imul(hash ^ byte, 0x01000193);
          byte = json[++at];
        }
        if (json[at + 1] !== COLON) {
          weight += STRING_BYTES + width * (at - start);
          break;
        }
        const place = (hash ^ (hash >>> 16)) & (KNOWN_KEYS - 1);
        if (knownKeys[place] !== hash) weight += NEW_KEY_BYTES + width * (at - start);
        knownKeys[place] = hash;
        break;
      }
      default:
    }
  }
  return weight;
}
