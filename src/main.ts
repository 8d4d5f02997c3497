#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { processContext, runCli } from "./cli/index.ts";
import { environment } from "./config/index.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const words = process.argv.slice(2);
const context = processContext(words, environment());
process.exitCode = await runCli(words, context, version);
context.end();
