#!/usr/bin/env node
import { readFileSync } from "node:fs";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
// Asked before anything else is loaded: what an older Node lacks would be called a fault of gtc. `engines` in package.json.
if (major > 20 || (major === 20 && minor >= 19)) {
  const [{ processContext, runCli }, { environment }] = await Promise.all([
    import("./cli/index.ts"),
    import("./config/index.ts"),
  ]);
  const words = process.argv.slice(2);
  const context = processContext(words, environment());
  process.exitCode = await runCli(words, context, version);
  context.end();
} else {
  process.stderr.write(
    `✗ gtc needs Node 20.19 or newer; this is ${process.versions.node}. Install a current one and try again.\n`,
  );
  process.exitCode = 4;
}
