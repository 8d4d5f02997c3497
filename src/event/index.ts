export {
  headerOf,
  listHeaderOf,
  type AcceptedFrom,
  type DedupeKey,
  type Envelope,
  type HeaderList,
  type VerdictRecord,
} from "./envelope.ts";
export { headOf, type EnvelopeHead, type Listed } from "./envelope-head.ts";
export { hasNoBody, type Answer, type AnswerRecord, type GivenAnswer, type LargeBody } from "./answer.ts";
