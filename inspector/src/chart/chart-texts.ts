import { defineTexts } from "../i18n/i18n.tsx";

export const chartTexts = defineTexts(
  {
    table: "As a table",
    time: "Time",
    nothing: "Nothing was measured in this period",
    zero: "None in this period",
    keys: "Arrow keys move through the values",
  },
  {
    table: "Als Tabelle",
    time: "Zeit",
    nothing: "In diesem Zeitraum wurde nichts gemessen",
    zero: "Keine in diesem Zeitraum",
    keys: "Pfeiltasten gehen durch die Werte",
  },
);
