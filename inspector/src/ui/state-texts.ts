import { defineTexts } from "../i18n/i18n.tsx";

/** The states of requests and runs, in the same words in every view. */
export const stateTexts = defineTexts(
  {
    verdicts: { verified: "verified", unsigned: "unsigned", refused: "refused" },
    statuses: {
      received: "under way",
      done: "done",
      failed: "failed",
      unmatched: "no flow",
      refused: "refused",
      duplicate: "duplicate",
    },
    runs: { queued: "queued", running: "running", waiting: "waiting", succeeded: "succeeded", failed: "failed" },
    resolved: "resolved",
    resolvedWhy: "It failed; a replay has done its work since.",
    test: "test",
    acceptedLater: "accepted later",
  },
  {
    verdicts: { verified: "geprüft", unsigned: "unsigniert", refused: "abgelehnt" },
    statuses: {
      received: "in Arbeit",
      done: "erledigt",
      failed: "gescheitert",
      unmatched: "kein Ablauf",
      refused: "abgelehnt",
      duplicate: "doppelt",
    },
    runs: {
      queued: "wartet auf Start",
      running: "läuft",
      waiting: "wartet",
      succeeded: "gelungen",
      failed: "gescheitert",
    },
    resolved: "nachgeholt",
    resolvedWhy: "Es scheiterte; eine Wiederholung hat die Arbeit seither getan.",
    test: "Test",
    acceptedLater: "später angenommen",
  },
);
