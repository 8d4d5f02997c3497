import { defineTexts } from "../i18n/i18n.tsx";

export const filterTexts = defineTexts(
  { clear: "Clear filters", remove: "remove this filter", active: "Active filters" },
  { clear: "Filter aufheben", remove: "diesen Filter entfernen", active: "Aktive Filter" },
);
