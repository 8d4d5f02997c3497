import type { ReactNode } from "react";

/** A list without rows: says so, and what brings the first one. */
export function EmptyCard({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="card empty-card">
      <strong>{title}</strong>
      {children !== undefined && <p className="quiet">{children}</p>}
    </div>
  );
}
