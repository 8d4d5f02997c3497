/** What is wrong with a request's head and node lets pass. */
import { isIPv6 } from "node:net";
import type { HeaderList } from "../event/index.ts";
import type { ProblemName } from "./problem.ts";

export type HeadFault = Extract<
  ProblemName,
  "invalid-request" | "headers-too-large" | "unsupported-transfer-coding" | "expectation-failed" | "unsupported-version"
>;

/**
 * Several times what common proxies take (Apache, Envoy and HAProxy: a hundred). Of a header of one letter that has no value
 * only that letter counts as a byte, but it takes fifty in memory: there could be thirty thousand of them.
 */
export const MOST_HEADERS = 500;

/** `host [":" port]` of RFC 3986 section 3.2, with what is between the brackets of an address in its first group. */
const HOST = /^(?:\[([^[\]]*)\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*)(?::\d*)?$/i;
/** An address of a kind that is to come. */
const IP_FUTURE = /^v[\da-f]+\.[\w.~!$&'()*+,;=:-]+$/i;

/**
 * A request is one of HTTP/1.1 or 1.0. It has no more headers than `MOST_HEADERS`, one Host that could be one (RFC 9112 section 3.2; before HTTP/1.1 it may have
 * none), no transfer coding but chunked (section 6.1): what another coding wraps would be taken for the body, and no
 * expectation but 100-continue (RFC 9110 section 10.1.1), also beside it. In HTTP/1.0 expectations are ignored.
 */
export function requestFault(headers: HeaderList, httpVersion: string): HeadFault | undefined {
  if (httpVersion !== "1.1" && httpVersion !== "1.0") return "unsupported-version";
  if (headers.length > MOST_HEADERS) return "headers-too-large";
  let hosts = 0;
  for (const [name, value] of headers) {
    if (name === "host") {
      hosts += 1;
      if (!isHost(value)) return "invalid-request";
    } else if (name === "transfer-encoding" && value.toLowerCase() !== "chunked") return "unsupported-transfer-coding";
    else if (name === "expect" && httpVersion === "1.1" && !isContinue(value)) return "expectation-failed";
  }
  if (hosts > 1 || (hosts === 0 && httpVersion === "1.1")) return "invalid-request";
  return undefined;
}

function isHost(value: string): boolean {
  const match = HOST.exec(value);
  if (match === null) return false;
  const address = match[1];
  // A zone (`%eth0`) is of the sender's machine, and no part of an address in a URI.
  return address === undefined || (isIPv6(address) && !address.includes("%")) || IP_FUTURE.test(address);
}

/** Elements of a list may be empty. */
function isContinue(value: string): boolean {
  return value.split(",").every((element) => ["", "100-continue"].includes(element.trim().toLowerCase()));
}
