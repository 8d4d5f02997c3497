/** The order of texts is that of their code points. JavaScript's own is by UTF-16 units and differs beyond U+FFFF. */

/** A text without surrogates can be indexed directly, and has its code points in JavaScript's order; nearly all are so. */
export function isPlain(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text);
}

/** Below 0, 0 or above 0. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    const bothSurrogates = left >= 0xd800 && right >= 0xd800;
    return bothSurrogates ? fixSurrogate(left) - fixSurrogate(right) : left - right;
  }
  return a.length - b.length;
}

/** Sorts texts by code points, in place. */
export function sortTexts(texts: string[]): string[] {
  // Without surrogates the engine's own order is the same, and found several times as fast.
  return texts.every(isPlain) ? texts.sort() : texts.sort(compareText);
}

/** Moves surrogates above U+E000..U+FFFF, where their code points belong. */
function fixSurrogate(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
