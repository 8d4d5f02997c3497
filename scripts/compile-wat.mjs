// Compiles src/payload/json-scan.wat into the module that holds it. With `--check` it writes nothing and exits with 1 when
// the module is not what the source makes now. The compiler is only needed for this: its output is in the repository.
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import wabt from "wabt";

const SOURCE = "src/payload/json-scan.wat";
const TARGET = "src/payload/json-scan-wasm.ts";

const compiler = await wabt();
const module = compiler.parseWat(SOURCE, readFileSync(SOURCE, "utf8"), { simd: true });
module.validate();
const base64 = Buffer.from(module.toBinary({}).buffer).toString("base64");
const wanted = `/** json-scan.wat, compiled by \`npm run generate\`. */\nexport const JSON_SCAN_WASM =\n  "${base64}";\n`;

if (readFileSync(TARGET, { encoding: "utf8", flag: "a+" }) !== wanted) {
  const isCheck = process.argv.includes("--check");
  console.log(`${isCheck ? "out of date" : "written"}: ${TARGET}`);
  if (isCheck) process.exitCode = 1;
  else writeFileSync(TARGET, wanted);
}
