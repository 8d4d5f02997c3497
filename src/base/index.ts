export { isInRange, parseAddressRange, type AddressRange } from "./address-range.ts";
export { systemClock, type Clock } from "./clock.ts";
export { createIdSource, type NewId } from "./ids.ts";
export { BodyPieces } from "./body-pieces.ts";
export { brokenStatus, endWith, type BrokenStatus } from "./broken-request.ts";
export { defined } from "./defined.ts";
export { formatDuration, LONGEST_TIMER_MS, parseDurationMs } from "./duration.ts";
export { parseMomentMs } from "./moment.ts";
export { backoffMs, type BackoffPolicy } from "./backoff.ts";
export { InFlightMap } from "./in-flight-map.ts";
export { RecentMap } from "./recent-map.ts";
export { ReleaseStack, type Release } from "./release-stack.ts";
export {
  canArrive,
  fittingEventType,
  isPathName,
  MAX_PATH_NAME,
  PATH_NAME_HINT,
  TRIGGER_PATTERN,
} from "./path-name.ts";
export { parseJsonPath } from "./json-path.ts";
export { parseJson, stringifyJson, type JsonObject, type JsonValue } from "./json.ts";
export {
  LARGE_TEXT_CHARS,
  packText,
  readText,
  sizeOfText,
  type AnyText,
  type JsonPiece,
  type LargeText,
} from "./large-text.ts";
export { MOST_BYTES_PER_BYTE, weightOfJson } from "./json-weight.ts";
export {
  ERRORS,
  GtcError,
  messageOf,
  withPath,
  type ErrorCode,
  type ErrorDetails,
  type ErrorSpec,
  type ExitCode,
} from "./errors.ts";
export { systemCodeOf } from "./system-code.ts";
export { nearest } from "./suggest.ts";
export { threadEntry } from "./thread-entry.ts";
export { parseUrlEncoded, queryFields, type UrlEncodedField } from "./url-encoded.ts";
export { yieldToOtherThreads } from "./thread-priority.ts";
export type { Writable } from "./writable.ts";
