import { defineTexts } from "../i18n/i18n.tsx";

export const maskedTexts = defineTexts(
  {
    masked: (n: number) => `masked, ${n} characters`,
    maskedPaths: "Masked in the body",
    reveal: "Reveal",
    empty: "empty",
  },
  {
    masked: (n: number) => `verdeckt, ${n} Zeichen`,
    maskedPaths: "Verdeckt im Inhalt",
    reveal: "Zeigen",
    empty: "leer",
  },
);
