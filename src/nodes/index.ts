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
export { NULL_OUTPUT, outputFromJson, outputFromValue } from "./output.ts";
