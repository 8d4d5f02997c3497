/** A few lives of a soak; `npm run soak` has as many as are wanted. */
import { expect, test } from "vitest";
import { runSoak } from "./run-soak.ts";

const LIVES = 5;
const SENDERS = 4;
const SEED = 1;

test("a gateway that is killed, stopped, held, edited, rotated and left without disk loses nothing and does nothing twice", async () => {
  const said: string[] = [];
  const { ledger, events } = await runSoak({
    seed: SEED,
    senders: SENDERS,
    isOver: (lives) => lives >= LIVES,
    say: (line) => said.push(line),
  });
  expect(ledger.faults, said.join("\n")).toEqual([]);
  expect(events).toBeGreaterThan(0);
}, 300_000);
