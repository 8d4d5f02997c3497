// `npm test`: set up whatever is missing, then run every check.
import { existsSync } from "node:fs";
import process from "node:process";
import { installPackages, prepare } from "./prepare.mjs";
import { run } from "./steps.mjs";

prepare();
if (!existsSync("/usr/bin/chromium")) installPackages(["chromium"], "to test the inspector in a real browser");
process.exit(run(process.execPath, ["scripts/verify.mjs"]));
