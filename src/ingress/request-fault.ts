/** What is wrong with a request's headers and node lets pass; read from the raw list, which costs least. */
import type { ProblemName } from "./problem.ts";

/**
 * A request has one Host (RFC 9112 section 3.2; before HTTP/1.1 it may have none), and no transfer coding but chunked
 * (section 6.1): what another coding wraps would be taken for the body.
 */
export function requestFault(rawHeaders: readonly string[], httpVersion: string): ProblemName | undefined {
  let hosts = 0;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === "host") hosts += 1;
    else if (name.length === 17 && name.toLowerCase() === "transfer-encoding") {
      if (rawHeaders[at + 1]!.toLowerCase() !== "chunked") return "unsupported-transfer-coding";
    }
  }
  if (hosts > 1 || (hosts === 0 && httpVersion === "1.1")) return "invalid-request";
  return undefined;
}
