export { ReplyDesk, type Reply, type RunOutcome } from "./reply-desk.ts";
