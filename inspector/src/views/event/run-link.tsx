import type { MouseEvent, ReactNode } from "react";

/** The id of a run's card in the document. */
export function runAnchor(id: string): string {
  return `run-${id}`;
}

/** Leads to the card of a run on the same page. */
export function RunLink({ id, children }: { readonly id: string; readonly children: ReactNode }) {
  return (
    <a href={`#${runAnchor(id)}`} onClick={(click) => showRun(click, id)}>
      {children}
    </a>
  );
}

/** Without another address in the history. */
function showRun(click: MouseEvent, id: string): void {
  click.preventDefault();
  const card = document.getElementById(runAnchor(id));
  card?.scrollIntoView({ block: "start" });
  card?.focus({ preventScroll: true });
}
