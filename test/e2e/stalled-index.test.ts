/** While the index cannot be written (a full disk, a lock), runs go on with definitions that it does not know yet. */
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqlite } from "../../src/event-log/embedded/sqlite.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

const flow = (eventType: string, status: number): string => `
nodes: [{ id: answer, type: http_response, config: { status: ${status}, body: "done" } }]
triggers: [{ type: event, event_type: ${eventType} }]
`;

let bundle: TestBundle;
let gateway: TestGateway;
beforeEach(async () => {
  bundle = await createTestBundle({ "one.ygtc": flow("one", 200) });
  gateway = await TestGateway.start(bundle);
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

/** From now on every write that stores a definition fails, and with it all that comes behind. */
function stallIndex(): void {
  changeIndex("CREATE TRIGGER stall BEFORE INSERT ON flow BEGIN SELECT RAISE(ABORT, 'no room'); END");
}

function changeIndex(sql: string): void {
  const db = openSqlite(join(bundle.folder, "state", "log", "projection.sqlite"));
  db.exec(sql);
  db.close();
}

test("a flow that was changed meanwhile runs, and is found when the index is written again", async () => {
  stallIndex();
  await bundle.write("flows/two.ygtc", flow("two", 201));
  await gateway.takeOver(bundle);
  const posted = await gateway.post("demo/two", "{}");
  expect([posted.status, posted.body]).toEqual([201, "done"]);

  changeIndex("DROP TRIGGER stall");
  const { items } = (await (await gateway.api("events")).json()) as { items: { status: string }[] };
  expect(items.map(({ status }) => status)).toEqual(["done"]);
});
