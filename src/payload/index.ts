export { decodeContent } from "./content-encoding.ts";
export { checkClaimedJson, decodePayload } from "./decode-payload.ts";
export { PayloadFault } from "./payload-fault.ts";
