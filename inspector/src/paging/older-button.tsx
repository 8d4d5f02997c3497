import { exactTime } from "../i18n/format.ts";
import { defineTexts, useLanguage, useTexts } from "../i18n/i18n.tsx";
import { FaultNote } from "../ui/loaded-view.tsx";
import type { Pages } from "./use-pages.ts";
import "./paging.css";

const texts = defineTexts(
  {
    older: "Show older ones",
    loading: "Loading …",
    searchedTo: (time: string) => `Searched back to ${time}.`,
  },
  {
    older: "Ältere zeigen",
    loading: "Lädt …",
    searchedTo: (time) => `Bis ${time} durchsucht.`,
  },
);

/** The end of a list: how far it goes, and the way on. */
export function OlderButton({ pages }: { readonly pages: Pages<unknown> }) {
  const t = useTexts(texts);
  const { language } = useLanguage();
  const { searchedTo, loadOlder, isLoadingOlder, fault } = pages;
  if (loadOlder === undefined) return null;
  return (
    <div className="older">
      {fault && <FaultNote fault={fault} />}
      {searchedTo !== null && <span className="quiet">{t.searchedTo(exactTime(searchedTo, language))}</span>}
      <button type="button" className="button" onClick={loadOlder} disabled={isLoadingOlder}>
        {isLoadingOlder ? t.loading : t.older}
      </button>
    </div>
  );
}
