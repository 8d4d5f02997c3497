import type { ReactNode } from "react";

interface PageHeadProps {
  readonly title: string;
  readonly lead?: ReactNode;
  /** What acts on the whole view: its period, its filters. */
  readonly children?: ReactNode;
}

/** The head of a view: what it is, in a word and in a sentence. */
export function PageHead({ title, lead, children }: PageHeadProps) {
  return (
    <header className="operate-head">
      <div>
        <h1>{title}</h1>
        {lead !== undefined && <p className="quiet">{lead}</p>}
      </div>
      {children}
    </header>
  );
}
