/** What every adapter's queries must do, run by each of them. */
import { describe } from "vitest";
import { eventListsContract } from "./event-lists.contract.ts";
import { liveTailContract } from "./live-tail.contract.ts";
import { LogUnderTest, type SubjectFor } from "./log-under-test.contract.ts";
import { numbersContract } from "./numbers.contract.ts";
import { runListsContract } from "./run-lists.contract.ts";
import { textSearchContract } from "./text-search.contract.ts";

export function eventQueriesContract(name: string, subjectFor: SubjectFor): void {
  describe(`${name}: the contract of the log's queries`, () => {
    const on = LogUnderTest.forEachTest(subjectFor, { dedupeWindowMs: 1e9, refusalsKept: 20 });
    eventListsContract(on);
    textSearchContract(on);
    runListsContract(on);
    numbersContract(on);
    liveTailContract(on);
  });
}
