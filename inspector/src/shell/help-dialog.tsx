import { useTexts } from "../i18n/i18n.tsx";
import { Modal } from "../ui/modal.tsx";
import { shellTexts } from "./texts.ts";

/** What the keys do. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(shellTexts);
  const keys: readonly (readonly [string, string])[] = [
    ["j", t.keys.nextRow],
    ["k", t.keys.previousRow],
    ["Enter", t.keys.open],
    ["Home", t.keys.first],
    ["End", t.keys.last],
    ["x", t.keys.select],
    ["Esc", t.keys.back],
    ["/", t.keys.search],
    ["p", t.keys.pause],
    ["g", t.keys.views],
    ["?", t.keys.help],
  ];
  return (
    <Modal title={t.helpTitle} onClose={onClose}>
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
    </Modal>
  );
}
