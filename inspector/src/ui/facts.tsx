import { Fragment, type ReactNode } from "react";

/** Names and values in two aligned columns; a value of null is left out with its name. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) {
  const isShown = facts.some(([, value]) => value !== null && value !== undefined && value !== false);
  if (!isShown) return null;
  return (
    <dl className="facts">
      {facts.map(([name, value]) =>
        value === null || value === undefined || value === false ? null : (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ),
      )}
    </dl>
  );
}
