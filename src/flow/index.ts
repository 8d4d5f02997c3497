export { loadFlows, loadingFlows, type LoadedFlows } from "./load-flows.ts";
export type { FlowFile } from "./read-flow-file.ts";
export type { FlowDefinition, FlowEdge, FlowGraph, FlowNode, RetryPolicy, Trigger } from "./flow-definition.ts";
export { findFlow, matchTriggers, type FlowSet, type TriggerMatch } from "./flow-set.ts";
export { viewStoredFlow, type StoredFlowView } from "./stored-view.ts";
export { compileFlow, END_TYPE, type CompiledFlow, type CompiledFlowNode } from "./compile-flow.ts";
export { parseBundleFile, type BundleFile } from "./bundle-file.ts";
export { bundleJsonSchema, flowJsonSchema, type JsonSchema } from "./json-schemas.ts";
