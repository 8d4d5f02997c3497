/** Commands on a bundle whose gateway was killed, while its number and its port are somebody else's by now. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestBundle, type TestBundle } from "../../test/support/test-bundle.ts";
import { CHALLENGE_HEADER, PROOF_HEADER, proofOf } from "../admin/probe-gateway.ts";
import { runGtc } from "../../test/support/run-gtc.ts";
import { TestGateway } from "../../test/support/test-gateway.ts";

const TOKEN = "the-token-of-the-gateway-that-was-killed-0";
const COMMANDS = ["events list", "refused list", "secrets status", "doctor"];

let bundle: TestBundle;
let server: Server | undefined;
beforeEach(async () => {
  bundle = await createTestBundle(
    {},
    { signatures: { github: { provider: "github", secret: "a-good-secret-of-github" } } },
  );
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await bundle.remove();
});

/** The file that the killed gateway left. */
const leave = (adminUrl: string): Promise<void> =>
  bundle.write(
    "state/gateway.json",
    JSON.stringify({ pid: process.pid, admin_url: adminUrl, webhook_url: "http://127.0.0.1:1", token: TOKEN }),
  );

async function listen(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("another program has the port, and answers whatever it is asked", () => {
  const asked: IncomingMessage[] = [];
  beforeEach(async () => {
    asked.length = 0;
    const url = await listen((request, response) => {
      asked.push(request);
      response.writeHead(200, { "content-type": "text/html" }).end("<html></html>");
    });
    await leave(url);
  });

  test.each(COMMANDS)("%s works without a gateway, and gives it no token", async (command) => {
    expect(await runGtc([...command.split(" "), bundle.folder, "--json"])).toMatchObject({ exitCode: 0, stderr: "" });
    expect(asked.map(({ headers }) => headers.authorization)).not.toContain(`Bearer ${TOKEN}`);
  });
});

test.each(COMMANDS)("%s is not refused by the gateway of another bundle", async (command) => {
  const other = await createTestBundle({});
  try {
    await using gateway = await TestGateway.start(other);
    await leave(gateway.adminUrl);
    expect(await runGtc([...command.split(" "), bundle.folder, "--json"])).toMatchObject({ exitCode: 0, stderr: "" });
  } finally {
    await other.remove();
  }
});

/** A gateway that refuses what it is asked, with an answer. */
async function refuseAll(status: number, answer: string): Promise<void> {
  const url = await listen(({ headers }, response) => {
    const challenge = headers[CHALLENGE_HEADER];
    if (typeof challenge === "string") return response.setHeader(PROOF_HEADER, proofOf(TOKEN, challenge)).end();
    return response.writeHead(status, { "content-type": "application/problem+json" }).end(answer);
  });
  await leave(url);
}

test.each([
  ["GTC_TOO_MANY_JOBS", 1, 409, "2 bulk jobs of this kind are running already."],
  ["GTC_TOO_MANY_QUESTIONS", 4, 503, "12 questions about the log are being answered already."],
  ["GTC_LOG_UNAVAILABLE", 4, 503, "The event log does not accept events: ENOSPC"],
])("%s of the gateway is told as such, not as a gateway that does not answer", async (code, exits, status, detail) => {
  await refuseAll(status, JSON.stringify({ status, code, detail, fix: "Try again." }));
  const { exitCode, stderr } = await runGtc(["refused", "accept", "--all", bundle.folder, "--json"]);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code, message: detail, fix: "Try again." } });
  expect(exitCode).toBe(exits);
});

test("an answer that is no problem of the gateway's is no fault of gtc", async () => {
  await refuseAll(502, "<html>Bad Gateway</html>");
  const { exitCode, stderr } = await runGtc(["events", "list", bundle.folder, "--json"]);
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: "GTC_GATEWAY_UNREACHABLE", details: { pid: process.pid, detail: "502" } },
  });
  expect(exitCode).toBe(4);
});

test.each(COMMANDS.slice(0, 3))(
  "%s says of a gateway that ends in the middle of its answer that it does not answer",
  async (command) => {
    const url = await listen(({ headers }, response) => {
      const challenge = headers[CHALLENGE_HEADER];
      if (typeof challenge === "string") return response.setHeader(PROOF_HEADER, proofOf(TOKEN, challenge)).end();
      response.writeHead(200, { "content-length": 1000 }).write('{"items":', () => response.destroy());
      return undefined;
    });
    await leave(url);
    const { exitCode, stdout, stderr } = await runGtc([...command.split(" "), bundle.folder, "--json"]);
    expect([exitCode, stdout]).toEqual([4, ""]);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "GTC_GATEWAY_UNREACHABLE" } });
  },
);
