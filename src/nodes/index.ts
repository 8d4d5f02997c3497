export type {
  CompileContext,
  CompiledNode,
  ConfigFault,
  ConfigPath,
  ConfigTarget,
  EventView,
  NodeType,
  Outcome,
  Output,
  StepContext,
  StepError,
} from "./node-type.ts";
export { mapOf } from "./config-schemas.ts";
export { NULL_OUTPUT, outputFromJson, outputFromValue } from "./output.ts";
export { NODE_TYPES, type AnyNodeType } from "./registry.ts";
export { BUILT_IN_NAMES } from "./scope.ts";
export { BUILT_IN_TARGETS, nodeOfTarget } from "./targets.ts";
