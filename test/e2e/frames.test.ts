/** What a viewer is told of a script's error names the file by its place in the bundle. */
import { expect, test } from "vitest";
import { createTestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

test("the code frame of a failed script tells nothing of where the bundle lies", async () => {
  const flow = `
config: { retry_policy: { max_attempts: 1 } }
nodes: [{ id: fails, type: script, config: { script: "throw \\"no\\"" } }]
triggers: [{ type: event, event_type: broken }]
`;
  const bundle = await createTestBundle({ "broken.ygtc": flow });
  try {
    await using gateway = await TestGateway.start(bundle);
    const id = String((await gateway.post("demo/broken", "{}")).json()["event_id"]);
    await gateway.settled(id);
    const text = await (await gateway.api(`events/${id}`)).text();
    expect(text).toContain("flows/broken.ygtc:3:");
    expect(text).not.toContain(bundle.folder);
  } finally {
    await bundle.remove();
  }
});
