/**
 * Texts in English and German. Each view keeps its own beside it: `defineTexts(en, de)` makes the compiler insist on the
 * same keys and the same parameters in both, `useTexts` gives those of the language in use.
 */
import { createContext, use } from "react";

export type Language = "en" | "de";

/** A text, a text with parameters, or a group of texts. */
interface TextTree {
  readonly [key: string]: string | ((...args: never[]) => string) | TextTree;
}

/** The shape that a translation must have: literal texts become any text. */
type Shape<T> = { readonly [K in keyof T]: T[K] extends string ? string : T[K] extends TextTree ? Shape<T[K]> : T[K] };

export interface Texts<T> {
  readonly en: T;
  readonly de: T;
}

/** Both languages of one view. */
export function defineTexts<const T extends TextTree>(en: T, de: Shape<T>): Texts<Shape<T>> {
  return { en: en as Shape<T>, de };
}

interface LanguageChoice {
  readonly language: Language;
  readonly choose: (language: Language) => void;
}

export const LanguageContext = createContext<LanguageChoice>({ language: "en", choose: () => {} });

export function useLanguage(): LanguageChoice {
  return use(LanguageContext);
}

/** The texts in the language in use. */
export function useTexts<T>(texts: Texts<T>): T {
  return texts[useLanguage().language];
}

/** The first language of the browser that we have. */
export function preferredLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const language = tag.toLowerCase().split("-")[0];
    if (language === "en" || language === "de") return language;
  }
  return "en";
}
