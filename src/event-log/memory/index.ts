export { createMemoryLog, type MemoryLogOptions } from "./memory-log.ts";
