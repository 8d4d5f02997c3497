/**
 * What every adapter of the port must do, run by each of them. `durable` adapters are also opened again after a close.
 */
import { describe } from "vitest";
import { claimsContract } from "./claims.contract.ts";
import { factsContract } from "./facts.contract.ts";
import { keepingContract } from "./keeping.contract.ts";
import { LogUnderTest, type SubjectFor } from "./log-under-test.contract.ts";
import { storedEventsContract } from "./stored-events.contract.ts";

export function eventLogContract(name: string, subjectFor: SubjectFor): void {
  describe(`${name}: the contract of the event log`, () => {
    const on = LogUnderTest.forEachTest(subjectFor, { dedupeWindowMs: 60_000, refusalsKept: 3 });
    storedEventsContract(on);
    claimsContract(on);
    factsContract(on);
    keepingContract(on);
  });
}
