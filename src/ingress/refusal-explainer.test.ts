import { expect, test } from "vitest";
import { systemClock } from "../base/index.ts";
import { createKeyStore } from "../signature/index.ts";
import { buildSourceTable } from "./build-source-table.ts";
import { RefusalExplainer, type RefusalCase } from "./refusal-explainer.ts";

const CASE: RefusalCase = {
  route: { tenant: "demo", eventType: "github" },
  request: { method: "POST", url: "https://example.com/", headers: [], rawBody: Buffer.from("{}"), remoteAddress: "" },
  receivedAtMs: 0,
  verdict: {
    status: "refused",
    scheme: "hmac-sha256",
    provider: undefined,
    reason: "signature_missing",
    detail: "no header",
    hint: "",
  },
};

function createExplainer(onFault: (what: string) => void): RefusalExplainer {
  const keyStore = createKeyStore(async () => "");
  const sources = buildSourceTable("https://example.com", new Map(), keyStore);
  return new RefusalExplainer({ clock: systemClock, sources: () => sources, onFault });
}

test("where telling one refusal fails, those behind it are told all the same", async () => {
  const faults: string[] = [];
  const explainer = createExplainer((what) => faults.push(what));
  const told: string[] = [];
  explainer.explain(CASE, () => {
    throw new Error("the ring is gone");
  });
  explainer.explain(CASE, ({ reason }) => told.push(reason));
  await explainer.settled();
  expect({ told, faults }).toEqual({ told: ["signature_missing"], faults: ["telling a refusal"] });
});

test("a case past the bounds is told at once, and a fault there reaches nobody's request", () => {
  const faults: string[] = [];
  const explainer = createExplainer((what) => faults.push(what));
  const large = { ...CASE, request: { ...CASE.request, rawBody: new Uint8Array(2 * 1024 * 1024) } };
  explainer.explain(large, () => {
    throw new Error("the ring is gone");
  });
  expect(faults).toEqual(["telling a refusal"]);
});
