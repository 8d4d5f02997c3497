#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { processContext, runCli } from "./cli/index.ts";
import { environment } from "./config/index.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const words = process.argv.slice(2);
// A reader that goes away early (`gtc events list | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 5));
process.exitCode = await runCli(words, processContext(words, environment()), version);
