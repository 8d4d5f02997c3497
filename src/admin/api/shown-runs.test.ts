import { expect, test } from "vitest";
import type { RunDetail, StepDone } from "../../event-log/index.ts";
import { isTooHeavy, runsWithRoom } from "./shown-runs.ts";

type Step = readonly [status: StepDone["status"], outputChars?: number];

const runOf = (id: string, steps: readonly Step[], payloadJson?: string): RunDetail =>
  ({
    run: { id, ...(payloadJson !== undefined && { payloadJson }) },
    steps: steps.map(([status, chars]) => ({
      status,
      ...(chars !== undefined && { outputJson: JSON.stringify("x".repeat(chars)) }),
    })),
  }) as unknown as RunDetail;

const shown = (runs: readonly RunDetail[], payloadChars: number): readonly string[] =>
  runsWithRoom(runs, payloadChars, 1000).map(({ run, outputsLeftOut }) => `${run.id}${outputsLeftOut ? " bare" : ""}`);

test("of many replays of a large payload the newest are shown with it, the others without what they took and gave", () => {
  const runs = ["a", "b", "c", "d"].map((id) => runOf(id, [["succeeded", 1]]));
  expect(shown(runs, 10)).toEqual(["a", "b", "c", "d"]);
  expect(shown(runs, 400)).toEqual(["a bare", "b bare", "c", "d"]);
  const [bare] = runsWithRoom(runs, 400, 1000);
  expect(bare?.steps).toEqual([{ status: "succeeded" }]);
});

test("what a step got counts for each of its tries, and an async run's own payload instead of the event's", () => {
  const tries: readonly Step[] = [["succeeded", 250], ["failed"], ["failed"], ["failed"]];
  expect(shown([runOf("tried", tries)], 1)).toEqual(["tried bare"]);
  expect(shown([runOf("tried", tries.slice(0, 3))], 1)).toEqual(["tried"]);
  expect(shown([runOf("own", [["failed"]], "{}")], 5000)).toEqual(["own"]);
});

test("what takes twenty times its length in memory counts for it", () => {
  const brackets = { status: "succeeded", outputJson: `[${"[],".repeat(100)}1]` };
  const run = { run: { id: "brackets" }, steps: [brackets] } as unknown as RunDetail;
  expect(shown([run], 0)).toEqual(["brackets bare"]);
  expect(isTooHeavy(`[${"[],".repeat(3_000_000)}1]`)).toBe(false);
  expect(isTooHeavy(`[${"[],".repeat(5_000_000)}1]`)).toBe(true);
});
