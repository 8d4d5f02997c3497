/**
 * From which address a request comes. Behind a proxy the connection is the proxy's; the address of the one before it stands
 * at the end of `X-Forwarded-For`, where every proxy adds whom it got the request from (a convention that all of them
 * share; RFC 7239 section 7.4 tells how it relates to `Forwarded`).
 *
 * Invariants:
 * 1. The header is only believed as far as those who wrote it are trusted: it is read from its end, and the first address
 *    that is no trusted proxy's is the client's. What stands before that, the client may have made up.
 * 2. Where an entry is no address, the last proxy that is known stands for what is behind it: nothing is guessed.
 */
import { isInRange, parseAddressRange, type AddressRange } from "../base/index.ts";
import type { HeaderList } from "../event/index.ts";

/** More proxies than anyone has in a row. */
const MOST_HOPS = 20;

export class ClientAddresses {
  readonly #trusted: readonly AddressRange[];

  /** @param trusted addresses and ranges of proxies @throws RangeError when one is neither */
  constructor(trusted: readonly string[]) {
    this.#trusted = trusted.map((entry) => {
      const range = parseAddressRange(entry);
      if (range === undefined) throw new RangeError(`${JSON.stringify(entry)} is no IP address and no CIDR range`);
      return range;
    });
  }

  /** The client's address, from that of its connection and the headers (names in lower case). */
  of(peer: string, headers: HeaderList): string {
    if (this.#trusted.length === 0 || !this.#isTrusted(peer)) return peer;
    const hops = headers.flatMap(([name, value]) => (name === "x-forwarded-for" ? value.split(",") : []));
    let address = peer;
    for (const hop of hops.slice(-MOST_HOPS).reverse()) {
      const named = withoutPort(hop.trim());
      if (named === undefined) return address;
      address = named;
      if (!this.#isTrusted(address)) return address;
    }
    return address;
  }

  #isTrusted(address: string): boolean {
    return this.#trusted.some((range) => isInRange(address, range));
  }
}

/** Some proxies write the port as well: `203.0.113.7:4711`, `[2001:db8::1]:4711`. Undefined: it is no address. */
function withoutPort(text: string): string | undefined {
  const [, inBrackets, v4] = /^(?:\[([0-9a-f.:]+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/i.exec(text) ?? [];
  const address = inBrackets ?? v4 ?? text;
  // No range, and no zone: a zone is any text, and means something on the machine alone that wrote it.
  return /^[0-9a-f.:]+$/i.test(address) && parseAddressRange(address) !== undefined ? address : undefined;
}
