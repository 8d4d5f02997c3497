import { defineTexts } from "../i18n/i18n.tsx";

export const chartTexts = defineTexts(
  {
    table: "As a table",
    time: "Time",
    nothing: "No values in this period",
    keys: "Arrow keys move through the values",
  },
  {
    table: "Als Tabelle",
    time: "Zeit",
    nothing: "Keine Werte in diesem Zeitraum",
    keys: "Pfeiltasten gehen durch die Werte",
  },
);
