/**
 * Puts a text into the clipboard. Browsers keep `navigator.clipboard` from pages that came over plain HTTP from another
 * machine; there the old command does it. @throws Error when neither does
 */
export async function copyText(text: string): Promise<void> {
  if (typeof navigator.clipboard === "object") return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  // Inside of an open dialog, or it could not be selected.
  const place = document.querySelector("dialog[open]") ?? document.body;
  place.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (!isCopied) throw new Error("the browser did not copy it");
}
