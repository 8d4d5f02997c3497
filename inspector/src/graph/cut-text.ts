/** Texts that are longer than there is room for. */

/** Without its end. */
export function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
}

/** Without its middle: conditions of one branch begin alike and differ at their ends. */
export function cutMiddle(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const start = Math.floor(characters / 3);
  return `${text.slice(0, start)}…${text.slice(text.length - (characters - start - 1))}`;
}
