/**
 * Requests that gtc itself makes (keys, certificates): https only, never to an address inside (SSRF). The host's name is
 * resolved once, every address is judged, and the connection goes to one of them (the next where one does not answer), so
 * that a second resolution cannot lead elsewhere. Redirects are not followed; size and time are bounded.
 */
import { lookup as resolveName } from "node:dns/promises";
import { request } from "node:https";
import { BlockList, isIPv6 } from "node:net";

export interface GuardOptions {
  readonly maxBytes?: number;
  /** Resolves a host's name; tests give their own. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Whether a connection may go to an address; tests let theirs go to this machine. */
  readonly isAllowed?: (address: string) => boolean;
  /** Certificates (PEM) to trust instead of those that node knows. */
  readonly ca?: string;
}

const MAX_BYTES = 1024 * 1024;

/** Addresses that are not public: IANA's special-purpose registries (RFC 6890), and multicast. */
const INSIDE = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  INSIDE.addSubnet(network, bits, "ipv4");
}
for (const [network, bits] of [
  ["::", 96],
  // IPv4 behind a translator (RFC 2765 section 2.1).
  ["::ffff:0:0:0", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 63],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["5f00::", 16],
  ["fc00::", 7],
  ["fe80::", 9],
  ["ff00::", 8],
] as const) {
  INSIDE.addSubnet(network, bits, "ipv6");
}

/** Whether an address is one of the public internet. An IPv4 address written as IPv6 is judged as IPv4. */
export function isPublicAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isPublicAddress(mapped);
  return !INSIDE.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/**
 * Returns a function that fetches a text; with JSON to post it is a POST, else a GET.
 * It throws when the URL is not https, an address is not public, the answer is no 200, or a bound is passed.
 */
export function createGuardedFetch({
  maxBytes = MAX_BYTES,
  resolve = resolveAll,
  isAllowed = isPublicAddress,
  ca,
}: GuardOptions = {}): (url: string, signal: AbortSignal, postJson?: string) => Promise<string> {
  return async (text, signal, postJson) => {
    const url = new URL(text);
    if (url.protocol !== "https:") throw new Error(`${url.protocol}// is not fetched, only https`);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const addresses = await untilAborted(resolve(host), signal);
    if (addresses.length === 0 || !addresses.every(isAllowed))
      throw new Error(`${host} is no address of the public internet`);
    return send({ url, addresses, maxBytes, signal, postJson, ca });
  };
}

/** The system's resolver cannot be stopped; nobody waits for it longer than for the rest. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", abort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function resolveAll(host: string): Promise<readonly string[]> {
  return (await resolveName(host, { all: true })).map(({ address }) => address);
}

interface Judged {
  readonly url: URL;
  /** The addresses that were judged. */
  readonly addresses: readonly string[];
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly postJson: string | undefined;
  readonly ca: string | undefined;
}

function send({ url, addresses, maxBytes, signal, postJson, ca }: Judged): Promise<string> {
  return new Promise((done, fail) => {
    const judged = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
    const outgoing = request(url, {
      signal,
      agent: false,
      ...(ca !== undefined && { ca }),
      ...(postJson !== undefined && {
        method: "POST",
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(postJson) },
      }),
      lookup: (_host, options, callback) => {
        if (options.all === true) callback(null, judged);
        else callback(null, judged[0]?.address ?? "", judged[0]?.family);
      },
    });
    outgoing.on("error", fail);
    outgoing.on("response", (response) => {
      if (response.statusCode !== 200) {
        outgoing.destroy(new Error(`${url.host} answered ${response.statusCode ?? "nothing"}`));
        return;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBytes) outgoing.destroy(new Error(`${url.host} answered more than ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on("error", fail);
      response.on("end", () => done(Buffer.concat(chunks).toString("utf8")));
    });
    outgoing.end(postJson);
  });
}
