/**
 * `npm run soak [-- --minutes 5 --seed N --senders 8]`: what `run-soak.ts` says, for as long as is asked for. Ends with 1 when
 * something was wrong.
 */
import { parseArgs } from "node:util";
import { runSoak } from "./run-soak.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: String(Date.now() % 1e6) },
    senders: { type: "string", default: "8" },
  },
});
const MINUTE_MS = 60_000;
const endAt = performance.now() + Number(values.minutes) * MINUTE_MS;

console.log(`seed ${values.seed}`);
const { ledger, lives, events, hadDisk } = await runSoak({
  seed: Number(values.seed),
  senders: Number(values.senders),
  isOver: () => performance.now() > endAt,
  say: (line) => console.log(line),
});
const statuses = [...ledger.statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
console.log(
  `${lives} lives, ${events} events in the log, ${ledger.accepted.size} of them accepted, ${ledger.replayed.size} replayed.`,
);
console.log(`Answers: ${statuses.join(", ")}; ${ledger.unanswered} requests had none.`);
if (!hadDisk) console.log("No disk could be mounted here, so none was filled.");
console.log(ledger.faults.length === 0 ? "Nothing was wrong." : `${ledger.faults.length} fault(s).`);
process.exitCode = ledger.faults.length > 0 ? 1 : 0;
