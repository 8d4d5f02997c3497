export { openEmbeddedLog } from "./open-embedded-log.ts";
export type { EmbeddedLogOptions, LogNotice } from "./options.ts";
