export { openEmbeddedLog } from "./open-embedded-log.ts";
export type { LogNotice } from "./options.ts";
