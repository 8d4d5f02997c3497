import { defineTexts } from "../i18n/i18n.tsx";

export const graphTexts = defineTexts(
  {
    start: "first step",
    places: (places: string) => `place ${places} of the run`,
    succeeded: "succeeded",
    failed: "failed",
    never: "no runs",
    runs: (count: string) => `${count} ×`,
    failures: (count: string) => `${count} failed`,
    onError: "on error",
    leadsTo: "Leads to",
  },
  {
    start: "erster Schritt",
    places: (places) => `Platz ${places} des Laufs`,
    succeeded: "gelungen",
    failed: "gescheitert",
    never: "keine Läufe",
    runs: (count) => `${count} ×`,
    failures: (count) => `${count} gescheitert`,
    onError: "bei Fehler",
    leadsTo: "Führt zu",
  },
);
