// What the compilers leave to do: the executable bit that the `gtc` link of npm needs, and the page's files in compressed
// form, which the admin port serves as they are; and a mark that all of it is there.
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const PAGE = "dist/inspector";
const TEXT = new Set([".css", ".html", ".js", ".svg"]);

if (existsSync("dist/main.js")) chmodSync("dist/main.js", 0o755);

for (const entry of existsSync(PAGE) ? readdirSync(PAGE, { recursive: true, withFileTypes: true }) : []) {
  if (!entry.isFile() || !TEXT.has(extname(entry.name))) continue;
  const path = join(entry.parentPath, entry.name);
  const content = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  writeFileSync(
    `${path}.br`,
    brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
  );
}

// The last of the build, by which `npm start` knows that it came to its end.
writeFileSync("dist/.built", "");
