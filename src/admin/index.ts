export { startAdmin, type AdminServer } from "./admin-server.ts";
export { findGateway, removeGatewayFile, writeGatewayFile, type GatewayFile } from "./gateway-file.ts";
export { detailToJson, refusalToJson, summaryToJson, viewText, type SummaryJson } from "./views.ts";
