import { defineTexts } from "../i18n/i18n.tsx";

export const bulkTexts = defineTexts(
  {
    selectAll: "Select all that are listed",
    cancel: "Stop",
    progress: (handled: number, total: number) => `${String(handled)} of ${String(total)}`,
    dismiss: "Close",
  },
  {
    selectAll: "Alle aufgeführten auswählen",
    cancel: "Anhalten",
    progress: (handled, total) => `${String(handled)} von ${String(total)}`,
    dismiss: "Schließen",
  },
);
