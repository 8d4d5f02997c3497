export { decodeContent, NoRoom, type ByteRoom } from "./content-encoding.ts";
export { checkClaimedJson, decodePayload } from "./decode-payload.ts";
export { PayloadFault } from "./payload-fault.ts";
