const en = {
  title: "Doctor",
  lead: "What is wrong with this bundle and its gateway, and what to do about it.",
  again: "Check again",
  checking: "Checking…",
  allWell: "Nothing is wrong.",
  error: "Error",
  warning: "Warning",
  note: "Note",
  ok: "In order",
  errors: (count: number) => (count === 1 ? "1 error" : `${String(count)} errors`),
  warnings: (count: number) => (count === 1 ? "1 warning" : `${String(count)} warnings`),
  fix: "What to do",
  show: { flows: "Show the flow", sources: "Show the sources", refused: "Show refused requests", "dead-letters": "Show dead letters" },
  passed: (count: number) => (count === 1 ? "1 check is in order" : `${String(count)} checks are in order`),
};

const de: typeof en = {
  title: "Diagnose",
  lead: "Was an diesem Bundle und seinem Gateway nicht stimmt, und was zu tun ist.",
  again: "Erneut prüfen",
  checking: "Prüft…",
  allWell: "Alles in Ordnung.",
  error: "Fehler",
  warning: "Warnung",
  note: "Hinweis",
  ok: "In Ordnung",
  errors: (count) => `${String(count)} Fehler`,
  warnings: (count) => (count === 1 ? "1 Warnung" : `${String(count)} Warnungen`),
  fix: "Was zu tun ist",
  show: { flows: "Ablauf zeigen", sources: "Quellen zeigen", refused: "Abgelehnte zeigen", "dead-letters": "Gescheiterte zeigen" },
  passed: (count) => (count === 1 ? "1 Prüfung ist in Ordnung" : `${String(count)} Prüfungen sind in Ordnung`),
};

export const doctorWords = { en, de };
