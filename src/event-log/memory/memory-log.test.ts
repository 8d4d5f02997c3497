import { eventLogContract } from "../event-log.contract.ts";
import { createMemoryLog } from "./index.ts";

eventLogContract("memory", async (options) => ({
  durable: false,
  open: async () => createMemoryLog(options),
  clean: async () => undefined,
}));
