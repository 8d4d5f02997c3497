export { whileLocked } from "./file-lock.ts";
export { openEmbeddedLog } from "./open-embedded-log.ts";
export type { LogNotice } from "./options.ts";
