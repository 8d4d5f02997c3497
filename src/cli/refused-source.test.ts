/** What is told of many requests at once, of which the gateway lists the first ones only. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runGtc, type Ran } from "../../test/support/run-gtc.ts";
import { createTestBundle, type TestBundle } from "../../test/support/test-bundle.ts";
import { CHALLENGE_HEADER, PROOF_HEADER, proofOf } from "../admin/probe-gateway.ts";

const TOKEN = "the-token-of-a-gateway-that-has-much-to-do-0";

let bundle: TestBundle;
let server: Server;
beforeEach(async () => {
  bundle = await createTestBundle({});
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await bundle.remove();
});

const result = (outcome: string) => ({ refusal_id: "r", outcome, event_id: "e", runs: [], why: null });

/** `gtc refused accept --all` with a gateway whose job ends like this. */
async function accept(job: object): Promise<Ran> {
  server = createServer(({ headers }, response) => {
    const challenge = headers[CHALLENGE_HEADER];
    if (typeof challenge === "string") response.setHeader(PROOF_HEADER, proofOf(TOKEN, challenge)).end();
    else response.end(JSON.stringify({ id: "j", status: "done", failed: 0, duplicates: 0, failures: [], ...job }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const gateway = { pid: process.pid, admin_url: url, webhook_url: "http://127.0.0.1:1", token: TOKEN };
  await bundle.write("state/gateway.json", JSON.stringify(gateway));
  return runGtc(["refused", "accept", "--all", "."], { cwd: bundle.folder });
}

test("what is not listed counts for the exit code, and where it is listed is said", async () => {
  const job = { total: 5, accepted: 2, still_refused: 2, failed: 1, results: [result("accepted")] };
  expect(await accept(job)).toMatchObject({
    exitCode: 1,
    stderr:
      "1 more are events now: gtc refused list --accepted yes .\n3 more were not accepted: gtc refused list --accepted no .\n",
  });
});

test("what was not looked at is not told as accepted", async () => {
  const job = { status: "cancelled", total: 9, accepted: 1, still_refused: 0, results: [result("accepted")] };
  expect(await accept(job)).toMatchObject({
    exitCode: 1,
    stderr: "8 were not looked at: it was stopped in the inspector or through the API.\n",
  });
});

test("where all are accepted, nothing is left to say", async () => {
  const results = [result("accepted"), result("duplicate")];
  expect(await accept({ total: 2, accepted: 1, duplicates: 1, still_refused: 0, results })).toMatchObject({
    exitCode: 0,
    stderr: "",
  });
});
