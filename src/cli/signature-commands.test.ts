import { createHmac } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text as readAll } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signed, configOf, requestOf } from "../../test/support/signed-request.ts";
import { parseCapturedRequest } from "./captured-request.ts";
import type { Command, CommandContext } from "./command.ts";
import { providers } from "./providers.ts";
import { sign } from "./sign.ts";
import { verify } from "./verify.ts";

const plain = (text: string) => text;
const paint = { error: plain, warning: plain, dim: plain, bold: plain, good: plain, accent: plain };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gtc-signature-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Given = Readonly<Record<string, string | readonly string[] | true>>;

/** Runs a command in process: its exit code and what it printed. */
async function run(command: Command, given: Given, args: Given = {}, stdin: Buffer | string = "") {
  const stdout = new PassThrough();
  const printed = readAll(stdout);
  const context: CommandContext = {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout,
    stderr: new PassThrough(),
    isTerminal: false,
    width: 100,
    paint,
    cwd: folder,
    version: "0.0.0-test",
    env: { GITHUB_SECRET: "s3cret", OTHER: "other" },
    untilStopped: () => Promise.resolve(),
    outliveOutput: () => undefined,
    tellErrorsAsJson: () => undefined,
  };
  const mapOf = (values: Given) =>
    new Map(
      Object.entries(values).map(([name, value]) => [
        name,
        value === true ? [""] : typeof value === "string" ? [value] : value,
      ]),
    );
  try {
    const code = await command.run(context, { options: mapOf(given), args: mapOf(args) });
    return { code, printed: (stdout.end(), await printed) };
  } finally {
    stdout.end();
  }
}

const BODY = '{"zen":"Keep it logically awesome."}\n';
const MAC = createHmac("sha256", "s3cret").update(BODY).digest("hex");
const RAW = `POST /events/webhook/demo/github HTTP/1.1\r\nHost: hooks.example.com\r\nX-GitHub-Event: push\r\nX-Hub-Signature-256: sha256=${MAC}\r\n\r\n${BODY}`;

test("verify: a raw request that is signed right", async () => {
  await writeFile(join(folder, "request.http"), RAW);
  const { code, printed } = await run(verify, {
    provider: "github",
    "secret-env": "GITHUB_SECRET",
    request: "request.http",
    json: true,
  });
  expect(code).toBe(0);
  expect(JSON.parse(printed)).toMatchObject({
    verdict: "verified",
    provider: "github",
    secret: "GITHUB_SECRET",
    event_type: "push",
  });
});

test("verify: a wrong secret is explained, with exit code 1", async () => {
  const { code, printed } = await run(verify, { provider: "github", "secret-env": "OTHER", request: "-" }, {}, RAW);
  expect(code).toBe(1);
  expect(printed).toContain("refused");
  expect(printed).toContain("signature_mismatch");
  expect(printed).toContain("wrong_secret");
});

test("verify: a body that a JSON parser wrote again", async () => {
  const har = {
    log: {
      entries: [
        {
          startedDateTime: "2026-01-01T00:00:00.000Z",
          request: {
            method: "POST",
            url: "https://hooks.example.com/x",
            headers: [{ name: "X-Hub-Signature-256", value: `sha256=${MAC}` }],
            postData: { text: BODY.trim() },
          },
        },
      ],
    },
  };
  const { printed } = await run(
    verify,
    { provider: "github", "secret-env": "GITHUB_SECRET", request: "-", json: true },
    {},
    JSON.stringify(har),
  );
  expect(JSON.parse(printed)).toMatchObject({ verdict: "refused", likely: "body_trimmed", certain: true });
});

test("verify: an entry of the answers", async () => {
  await writeFile(
    join(folder, "entry.json"),
    JSON.stringify({ header: "X-Hub-Signature-256", algorithm: "sha256", secret: "$GITHUB_SECRET" }),
  );
  expect((await run(verify, { config: "entry.json", request: "-" }, {}, RAW)).code).toBe(0);
});

test.each([
  [{ provider: "githbu", "secret-env": "GITHUB_SECRET", request: "-" }, "Did you mean"],
  [{ provider: "github", "secret-env": "MISSING", request: "-" }, "MISSING"],
  [{ provider: "github", request: "-" }, "secret is missing"],
  [{ provider: "github", "secret-env": "GITHUB_SECRET" }, "--request"],
  [{ provider: "github", "secret-env": "GITHUB_SECRET", request: "nowhere.http" }, "nowhere.http"],
])("verify %j says what is wrong", async (given, message) => {
  await expect(run(verify, given, {}, RAW)).rejects.toThrow(message);
});

test.each([
  [
    "raw HTTP, chunked",
    `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n`,
    "hello world",
  ],
  ["raw HTTP with bare line feeds", "POST / HTTP/1.1\nA: b\n\nhello", "hello"],
  [
    "JSON with base64",
    JSON.stringify({ method: "POST", url: "https://x.example/", headers: { A: ["b", "c"] }, body_base64: "aGVsbG8=" }),
    "hello",
  ],
  [
    "JSON inside an event",
    JSON.stringify({ event: { target: "/x", headers: [["Host", "h"]], body: "hello" } }),
    "hello",
  ],
  [
    "JSON as events show prints it",
    JSON.stringify({ event: { target: "/x", headers: [["Host", "h"]], body: { text: "hello" } } }),
    "hello",
  ],
  [
    "JSON as events show prints bytes",
    JSON.stringify({ event: { target: "/x", headers: [], body: { base64: "aGVsbG8=" } } }),
    "hello",
  ],
])("a capture as %s", (_name, capture, body) => {
  expect(Buffer.from(parseCapturedRequest(Buffer.from(capture)).request.rawBody).toString()).toBe(body);
});

test.each(["", "hello", "{}", '{"log":{}}', '{"body":{"a":1}}'])("%j is no capture", (capture) =>
  expect(() => parseCapturedRequest(Buffer.from(capture))).toThrow(SyntaxError),
);

test.each<[string, object]>([
  ["a variable that is kept there", { secret: { env: "GITHUB_SECRET" } }],
  ["a file", { secret: { file: "kept-secret" } }],
  ["a reference", { secret: "${GITHUB_SECRET}" }],
  ["a list", { secrets: [{ env: "OTHER" }, { name: "new", secret: { file: "kept-secret" } }] }],
])(
  "an entry of the answers with %s for its secret is read as it stands, also with a mark at its beginning",
  async (_what, secret) => {
    await writeFile(join(folder, "kept-secret"), "s3cret\r\n");
    await writeFile(join(folder, "entry.json"), `\uFEFF${JSON.stringify({ provider: "github", ...secret })}\r\n`);
    expect((await run(verify, { config: "entry.json", request: "-" }, {}, RAW)).code).toBe(0);
  },
);

test("a secret that begins with a dollar sign is itself, wherever it was read", async () => {
  await writeFile(join(folder, "dollar"), "$ecret\n");
  expect((await run(sign, { provider: "github", "secret-file": "dollar", data: BODY })).printed).toContain(
    createHmac("sha256", "$ecret").update(BODY).digest("hex"),
  );
});

test("an entry that is no JSON is not quoted: what stands there may be a secret", async () => {
  await writeFile(join(folder, "entry.json"), `{"provider": "github", "secret": 's3cr3t-of-github'}`);
  const failed = run(verify, { config: "entry.json", request: "-" }, {}, RAW);
  await expect(failed).rejects.toThrow("entry.json is not JSON");
  await expect(failed).rejects.not.toThrow("s3cr");
});

test("what sign prints as HTTP, verify accepts", async () => {
  for (const provider of ["github", "slack", "shopify", "square"]) {
    const url = "https://hooks.example.com/events/webhook/demo/x";
    const signing = { provider, "secret-env": "GITHUB_SECRET", url, data: BODY, http: true } as const;
    const { printed } = await run(sign, signing);
    expect((await run(verify, { provider, "secret-env": "GITHUB_SECRET", url, request: "-" }, {}, printed)).code).toBe(
      0,
    );
  }
});

test("sign prints a curl command that a shell understands", async () => {
  const { printed } = await run(sign, {
    provider: "github",
    "secret-env": "GITHUB_SECRET",
    data: `it's`,
    "send-header": ["X-GitHub-Event: push"],
  });
  expect(printed).toContain("curl -X POST 'http://localhost:8080/events/webhook/demo/test'");
  expect(printed).toContain("-H 'X-GitHub-Event: push'");
  expect(printed).toContain(`--data-raw 'it'\\''s'`);
  expect(printed).toMatch(/-H 'X-Hub-Signature-256: sha256=[0-9a-f]{64}'/);
});

test("sign prints the same headers that the library makes", async () => {
  const { printed } = await run(sign, {
    provider: "stripe",
    "secret-env": "GITHUB_SECRET",
    data: BODY,
    json: true,
    at: "2026-01-01T00:00:00Z",
  });
  const [, expected] = signed(configOf("stripe"), "s3cret", requestOf(BODY)).headers.at(-1) ?? [];
  expect(JSON.parse(printed)).toMatchObject({ headers: expect.arrayContaining([["Stripe-Signature", expected]]) });
});

test("sign says which requests it cannot sign", async () => {
  await expect(run(sign, { provider: "aws-sns", data: "{}" })).rejects.toThrow("cannot be signed");
});

test("providers: the list, one in full, and JSON", async () => {
  expect((await run(providers, {})).printed).toContain("136 providers");
  const { printed } = await run(providers, {}, { name: "stripe" });
  expect(printed).toContain("https://docs.stripe.com/webhooks/signature");
  expect(printed).toContain("{timestamp}.{body}");
  const lines = (await run(providers, { json: true })).printed.trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toContain("shopify");
  await expect(run(providers, {}, { name: "strpe" })).rejects.toThrow("Did you mean stripe");
});
