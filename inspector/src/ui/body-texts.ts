import { defineTexts } from "../i18n/i18n.tsx";

export const bodyTexts = defineTexts(
  {
    withheld:
      "Not shown: this body could not be looked through (too large, cut off or damaged), and it may hold a field that is masked.",
  },
  {
    withheld:
      "Nicht gezeigt: Dieser Inhalt ließ sich nicht durchsehen (zu groß, abgeschnitten oder beschädigt) und könnte ein verdecktes Feld enthalten.",
  },
);
