export { startAdmin, type AdminServer } from "./admin-server.ts";
export { findGateway, removeGatewayFile, writeGatewayFile, type GatewayFile } from "./gateway-file.ts";
