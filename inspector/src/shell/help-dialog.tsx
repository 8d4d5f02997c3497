import { useEffect, useRef } from "react";
import { useTexts } from "../i18n/i18n.tsx";
import { shellTexts } from "./texts.ts";

/** What the keys do. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(shellTexts);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const keys: readonly (readonly [string, string])[] = [
    ["j", t.keys.nextRow],
    ["k", t.keys.previousRow],
    ["Enter", t.keys.open],
    ["Esc", t.keys.back],
    ["/", t.keys.search],
    ["p", t.keys.pause],
    ["g", t.keys.views],
    ["?", t.keys.help],
  ];
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">{t.helpTitle}</h2>
      <dl className="keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" className="button">
          {t.close}
        </button>
      </form>
    </dialog>
  );
}
