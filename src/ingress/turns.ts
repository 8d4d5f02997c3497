/**
 * Lets requests through a few at a time. When many bodies are complete at once, handling them all in one turn of the
 * event loop would leave the disk idle meanwhile, and then the processor idle while the disk writes them all. So after
 * each small group the loop gets to see what else is ready: a finished write, whose answers can go out.
 */
export class Turns {
  readonly #perTurn: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;
  #scheduled = false;

  constructor(perTurn: number) {
    this.#perTurn = perTurn;
  }

  /** Undefined: go on at once. Else resolves when it is this request's turn; turns are given in order. */
  next(): Promise<void> | undefined {
    this.#schedule();
    if (this.#taken < this.#perTurn && this.#waiting.length === 0) {
      this.#taken += 1;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const group = this.#waiting.splice(0, this.#perTurn);
      this.#taken = group.length;
      if (group.length > 0) this.#schedule();
      for (const go of group) go();
    });
  }
}
