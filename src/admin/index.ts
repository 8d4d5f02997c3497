export { listEventViews, showEventView } from "./event-views.ts";
export { startAdmin, type AdminServer } from "./admin-server.ts";
export { apiReferencePage } from "./api-reference.ts";
export { openApiDocument } from "./openapi.ts";
export { findGateway, removeGatewayFile, writeGatewayFile, type GatewayFile } from "./gateway-file.ts";
export { viewText, type SummaryJson } from "./views.ts";
