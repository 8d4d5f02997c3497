import { Fragment } from "react";

/** A sentence of ours or of the gateway, in which backticks mark what is typed or read letter by letter. */
export function Prose({ text }: { readonly text: string }) {
  return text.split("`").map((part, index, { length }) => {
    const isCode = index % 2 === 1 && index < length - 1;
    // Parts have no name but their place, and a sentence never changes its order.
    // oxlint-disable-next-line react/no-array-index-key
    return isCode ? <code key={index}>{part}</code> : <Fragment key={index}>{part}</Fragment>;
  });
}
