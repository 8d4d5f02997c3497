export { replayEvent, type ReplayOptions } from "./replay-event.ts";
