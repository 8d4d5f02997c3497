export { Acceptor, type Acceptance, type BeforeStored } from "./accept-refused.ts";
export { buildSourceTable, type TenantSettings } from "./build-source-table.ts";
export { startIngress, type Ingress, type IngressOptions } from "./http-server.ts";
export { PROBLEMS } from "./problem.ts";
export type { RequestRecord } from "./request-record.ts";
export { hindranceTo } from "./still-refused.ts";
export type { Route, SourceSettings, SourceTable, TenantSources } from "./source-table.ts";
