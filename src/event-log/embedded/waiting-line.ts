/** First in, first out, for lines that may be long: taking the first does not move all others. */

/** Taken places are given free when there are more than that, and more than half. */
const KEPT_PLACES = 1024;

export class WaitingLine<Item> {
  #items: Item[] = [];
  #head = 0;

  /** Puts the item at the end of the line, or before all others. */
  add(item: Item, first = false): void {
    if (!first) this.#items.push(item);
    else if (this.#head > 0) this.#items[--this.#head] = item;
    else this.#items.unshift(item);
  }

  /** Takes the first; undefined: there is none. */
  shift(): Item | undefined {
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
      return undefined;
    }
    const item = this.#items[this.#head++];
    if (this.#head > KEPT_PLACES && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
