// `npm test`: set up whatever is missing, then run every check.
import process from "node:process";
import { prepare } from "./prepare.mjs";
import { run } from "./steps.mjs";

prepare();
process.exit(run(process.execPath, ["scripts/verify.mjs"]));
