export { listEventViews, showEventView } from "./event-views.ts";
export { startAdmin, type AdminServer } from "./admin-server.ts";
export { adminToken } from "./admin-token.ts";
export type { Acceptance, AdminBackend, BundleView, DoctorFinding, EventCopy, SourceView } from "./api/backend.ts";
export { AuditTrail } from "./audit-trail.ts";
export { apiReferencePage } from "./api-reference.ts";
export { openApiDocument } from "./openapi.ts";
export { findGateway, removeGatewayFile, writeGatewayFile, type GatewayFile } from "./gateway-file.ts";
export { viewText, type SummaryJson } from "./views.ts";
