/**
 * A gateway's life made hard. Senders never rest, while the gateway is killed, stopped, held, edited, rotated, replayed,
 * listed, and its disk filled (where mounting one is permitted). At the end every acknowledged event must be there, with its
 * runs over and no step done twice, and no delivery may have counted twice. A seed repeats what is done, not when the
 * machine does what it does.
 */
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../src/base/index.ts";
import { startGtc, type RunningGateway } from "../support/gtc-process.ts";
import { createSoakBundle, FIRST_SECRET, type SoakBundle } from "./bundle.ts";
import { checkAll } from "./check.ts";
import { BETWEEN_LIVES, DURING_LIFE, isGone, type Disturbance } from "./disturbances.ts";
import { Dice, Ledger } from "./ledger.ts";
import { Senders } from "./senders.ts";

export interface SoakOptions {
  readonly seed: number;
  readonly senders: number;
  /** Asked before each life. */
  readonly isOver: (lives: number) => boolean;
  readonly say: (line: string) => void;
}

export interface Soaked {
  readonly ledger: Ledger;
  readonly lives: number;
  readonly events: number;
  /** Whether there was a disk to fill. */
  readonly hadDisk: boolean;
}

const START_TRIES = 3;

/** Runs lives until `isOver`, then one more in which everything is looked at. What was wrong is in the ledger. */
export async function runSoak(options: SoakOptions): Promise<Soaked> {
  const bundle = await createSoakBundle();
  try {
    return await new Soak(options, bundle).run();
  } finally {
    await bundle.remove();
  }
}

class Soak {
  readonly #options: SoakOptions;
  readonly #bundle: SoakBundle;
  readonly #dice: Dice;
  readonly #ledger: Ledger;
  readonly #senders: Senders;

  constructor(options: SoakOptions, bundle: SoakBundle) {
    this.#options = options;
    this.#bundle = bundle;
    this.#dice = new Dice(options.seed);
    this.#ledger = new Ledger(options.say);
    this.#senders = new Senders(this.#ledger, this.#dice, FIRST_SECRET);
  }

  async run(): Promise<Soaked> {
    let lives = 0;
    while (!this.#options.isOver(lives)) {
      await this.#live(++lives);
      await this.#disturb(BETWEEN_LIVES, undefined);
    }
    const last = await this.#start();
    const { events } = await checkAll(last, this.#ledger);
    if ((await last.stop()) !== 0) this.#ledger.fault("The last stop did not end with 0.");
    return { ledger: this.#ledger, lives, events, hadDisk: this.#bundle.fill !== undefined };
  }

  /** One life: senders, disturbances, and an end that may come in the middle of one. */
  async #live(number: number): Promise<void> {
    const gateway = await this.#start();
    const over = new AbortController();
    const senders = Array.from({ length: this.#options.senders }, () => this.#senders.send(gateway, over.signal));
    const disturbed = this.#disturbUntil(over.signal, gateway);
    const lifeMs = this.#dice.happens(0.3) ? this.#dice.between(10, 400) : this.#dice.between(500, 8000);
    await delay(lifeMs);
    const isKill = this.#dice.happens(0.7);
    await this.#end(gateway, isKill);
    over.abort();
    await Promise.all([...senders, disturbed]);
    this.#bundle.free();
    this.#complainOf(gateway);
    const { size } = this.#ledger.accepted;
    this.#options.say(`life ${number}: ${isKill ? "killed" : "stopped"} after ${lifeMs} ms; ${size} accepted so far`);
  }

  async #disturbUntil(over: AbortSignal, gateway: RunningGateway): Promise<void> {
    while (!over.aborted && !isGone(gateway)) await this.#disturb(DURING_LIFE, gateway);
  }

  async #disturb(kinds: Readonly<Record<string, Disturbance>>, gateway: RunningGateway | undefined): Promise<void> {
    const [name, disturbance] = this.#dice.pick(Object.entries(kinds));
    const { say } = this.#options;
    const [bundle, ledger, dice, senders] = [this.#bundle, this.#ledger, this.#dice, this.#senders];
    await disturbance({ bundle, ledger, dice, senders, gateway, say }).catch((fault: unknown) =>
      ledger.fault(`${name}: ${messageOf(fault)}`),
    );
  }

  async #end(gateway: RunningGateway, isKill: boolean): Promise<void> {
    if (isGone(gateway)) return this.#ledger.fault(`It ended by itself:\n${endOf(gateway)}`);
    if (isKill) return gateway.kill();
    const code = await gateway.stop();
    if (code !== 0) this.#ledger.fault(`A stop ended with ${code}:\n${endOf(gateway)}`);
  }

  async #start(): Promise<RunningGateway> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await startGtc(this.#bundle.folder, ["--watch"]);
      } catch (fault) {
        if (attempt === START_TRIES) throw fault;
        this.#ledger.fault(`A start failed: ${messageOf(fault)}`);
      }
    }
  }

  /** What the gateway itself calls its own fault. */
  #complainOf(gateway: RunningGateway): void {
    const lines = gateway.output().split("\n");
    const own = lines.filter((line) => /GTC_INTERNAL|TypeError|ReferenceError|RangeError| {4}at /.test(line));
    for (const line of own.slice(0, 5)) this.#ledger.fault(`The gateway said: ${line}`);
  }
}

const SHOWN_CHARS = 3000;

function endOf(gateway: RunningGateway): string {
  return gateway.output().slice(-SHOWN_CHARS);
}
