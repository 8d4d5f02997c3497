import { useEffect, useId, useRef, type ReactNode } from "react";
import { useTexts } from "../i18n/i18n.tsx";
import { shellTexts } from "../shell/texts.ts";
import { FaultNote } from "./loaded-view.tsx";

interface ModalProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A dialog over the page; the browser keeps the focus in it and closes it on Escape. */
export function Modal({ title, onClose, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={titleId} onClose={onClose}>
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}

interface ModalActionsProps {
  readonly submit: string;
  readonly isDisabled?: boolean;
  readonly fault: Error | undefined;
  readonly onCancel: () => void;
}

/** The end of a dialog's form: what went wrong, the act, and the way out without it. */
export function ModalActions({ submit, isDisabled = false, fault, onCancel }: ModalActionsProps) {
  const t = useTexts(shellTexts);
  return (
    <>
      {fault && <FaultNote fault={fault} />}
      <div className="actions">
        <button type="submit" className="button primary" disabled={isDisabled}>
          {submit}
        </button>
        <button type="button" className="button" onClick={onCancel}>
          {t.cancel}
        </button>
      </div>
    </>
  );
}
