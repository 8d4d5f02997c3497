export { checkClaimedJson, decodePayload } from "./decode-payload.ts";
export { readContentType } from "./content-type.ts";
export { PayloadFault } from "./payload-fault.ts";
