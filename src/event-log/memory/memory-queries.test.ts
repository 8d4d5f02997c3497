import { eventQueriesContract } from "../event-queries.contract.ts";
import { createMemoryLog } from "./index.ts";

eventQueriesContract("memory", async (options) => ({
  durable: false,
  open: async () => createMemoryLog(options),
  clean: async () => undefined,
}));
