import { Fragment, type ReactNode } from "react";
import { visibleText } from "./visible-text.ts";

/** Names and values in two aligned columns; a value of null is left out with its name. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) {
  const isShown = facts.some(([, value]) => value !== null && value !== undefined && value !== false);
  if (!isShown) return null;
  return (
    <dl className="facts">
      {facts.map(([name, value], index) =>
        value === null || value === undefined || value === false ? null : (
          // A request may have several headers of one name.
          // oxlint-disable-next-line react/no-array-index-key
          <Fragment key={`${name} ${String(index)}`}>
            <dt>{visibleText(name)}</dt>
            <dd>{value}</dd>
          </Fragment>
        ),
      )}
    </dl>
  );
}
