import { defineTexts } from "../../i18n/i18n.tsx";

export const doctorTexts = defineTexts(
  {
    title: "Doctor",
    lead: "What is wrong with this bundle and its gateway, and what to do about it.",
    again: "Check again",
    allWell: "Nothing is wrong.",
    notChecked: "This gateway made no checks. `gtc doctor` makes them on the command line.",
    error: "Error",
    warning: "Warning",
    note: "Note",
    ok: "In order",
    fix: "What to do",
    fileFault: "A fault in a file",
    show: {
      flows: "Show the flow",
      sources: "Show the sources",
      refused: "Show refused requests",
      deadLetters: "Show dead letters",
    },
    passed: (count: number) => (count === 1 ? "1 check is in order" : `${String(count)} checks are in order`),
  },
  {
    title: "Diagnose",
    lead: "Was an diesem Bundle und seinem Gateway nicht stimmt, und was zu tun ist.",
    again: "Erneut prüfen",
    allWell: "Alles in Ordnung.",
    notChecked: "Dieses Gateway hat nichts geprüft. `gtc doctor` prüft auf der Kommandozeile.",
    error: "Fehler",
    warning: "Warnung",
    note: "Hinweis",
    ok: "In Ordnung",
    fix: "Was zu tun ist",
    fileFault: "Ein Fehler in einer Datei",
    show: {
      flows: "Ablauf zeigen",
      sources: "Quellen zeigen",
      refused: "Abgelehnte zeigen",
      deadLetters: "Gescheiterte zeigen",
    },
    passed: (count) => (count === 1 ? "1 Prüfung ist in Ordnung" : `${String(count)} Prüfungen sind in Ordnung`),
  },
);
