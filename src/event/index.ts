export {
  headerOf,
  type AcceptedFrom,
  type DedupeKey,
  type Envelope,
  type HeaderList,
  type VerdictRecord,
} from "./envelope.ts";
export { headOf, type EnvelopeHead, type Listed } from "./envelope-head.ts";
export type { Answer, AnswerRecord } from "./answer.ts";
