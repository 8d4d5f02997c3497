import { visibleText } from "./visible-text.ts";

/** More characters than this scroll in a box of their own. */
const LONG = 600;

/** The value of a header or a parameter, letter by letter; one of 16 KB does not push everything else off the screen. */
export function FieldText({ name, value }: { readonly name: string; readonly value: string }) {
  if (value.length <= LONG) return <code>{visibleText(value)}</code>;
  return (
    <code className="long-field" tabIndex={0} role="group" aria-label={name}>
      {visibleText(value)}
    </code>
  );
}
