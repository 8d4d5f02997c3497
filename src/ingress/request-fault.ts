/** What is wrong with a request's headers and node lets pass. */
import type { HeaderList } from "../event/index.ts";
import type { ProblemName } from "./problem.ts";

/**
 * A request has one Host (RFC 9112 section 3.2; before HTTP/1.1 it may have none), and no transfer coding but chunked
 * (section 6.1): what another coding wraps would be taken for the body.
 */
export function requestFault(headers: HeaderList, httpVersion: string): ProblemName | undefined {
  let hosts = 0;
  for (const [name, value] of headers) {
    if (name === "host") hosts += 1;
    else if (name === "transfer-encoding" && value.toLowerCase() !== "chunked") return "unsupported-transfer-coding";
  }
  if (hosts > 1 || (hosts === 0 && httpVersion === "1.1")) return "invalid-request";
  return undefined;
}
