/** The command is given to a real shell, with a `curl` that writes down what it was given. */
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { curlCommand } from "./curl.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gtc-curl-"));
  // Its arguments behind each other, with a line between them; and the standard input where one of them asks for it.
  const script = `#!/bin/sh
printf '%s\\n' "$@" > '${folder}/arguments'
case "$*" in *--data-binary*) cat > '${folder}/body' ;; *) printf '%s' "$7" > '${folder}/body' ;; esac
`;
  writeFileSync(join(folder, "curl"), script);
  chmodSync(join(folder, "curl"), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["text", Buffer.from('{"a": "it\'s $HOME `x` \\\\ \u20ac"}')],
  ["several lines", Buffer.from("one\ntwo\n\nBODY\n")],
  // In base64 this is a word that could end the input.
  ["bytes that look like the end", Buffer.from("BODY", "base64")],
  ["bytes", Buffer.from([0, 1, 0xff, 0x0a])],
  ["more than an argument can hold", Buffer.from(`{"pad":"${"'".repeat(400_000)}"}`)],
])("%s arrives as it is", (_what, rawBody) => {
  const headers = [["x-note", "it's"] as const];
  const command = curlCommand({ method: "POST", url: "http://127.0.0.1/a?b=c&d", headers, rawBody });
  execFileSync("/bin/sh", { input: command, env: { PATH: `${folder}:${process.env["PATH"] ?? ""}` } });
  expect(readFileSync(join(folder, "body")).equals(rawBody)).toBe(true);
  const given = readFileSync(join(folder, "arguments"), "utf8").split("\n");
  expect(given.slice(0, 5)).toEqual(["-X", "POST", "http://127.0.0.1/a?b=c&d", "-H", "x-note: it's"]);
});

const hasCurl = spawnSync("curl", ["--version"]).status === 0;

test.runIf(hasCurl)("what curl takes for patterns, or leaves out, is sent as it is by a real one", async () => {
  const server = createServer((_request, response) => response.end()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const target = "/a?ids[]=1&set={a,b}&range=[1-3]&open={";
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${target}`;
  const headers = [["x-empty", ""] as const, ["x-note", "@file;"] as const];
  const sent = once(server, "request") as Promise<[IncomingMessage]>;
  const shell = execFile("/bin/sh");
  shell.stdin?.end(curlCommand({ method: "POST", url, headers, rawBody: Buffer.from("@x") }));
  // A curl that sends nothing ends without a request.
  const [request] = await Promise.race([sent, once(shell, "close").then(() => [undefined] as const)]);
  expect(request?.url).toBe(target);
  expect(request?.headers).toMatchObject({ "x-empty": "", "x-note": "@file;" });
  await new Promise((closed) => server.close(closed));
});
