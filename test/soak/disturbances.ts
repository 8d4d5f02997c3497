/** What happens to a gateway in its life, and to its bundle between two of them. */
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { RunningGateway } from "../support/gtc-process.ts";
import { workFlow, type SoakBundle } from "./bundle.ts";
import type { Dice, Ledger } from "./ledger.ts";
import type { Senders } from "./senders.ts";

const GTC = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** Exit codes. */
const REFUSED_BY_SYSTEM = 4;
const OWN_FAULT = 5;

export interface Scene {
  readonly bundle: SoakBundle;
  readonly ledger: Ledger;
  readonly dice: Dice;
  readonly senders: Senders;
  /** Undefined: none runs. */
  readonly gateway: RunningGateway | undefined;
  readonly say: (line: string) => void;
}

export type Disturbance = (scene: Scene) => Promise<unknown>;

/** Of a gateway that runs; each leaves it as it was. */
export const DURING_LIFE: Readonly<Record<string, Disturbance>> = {
  wait: ({ dice }) => delay(dice.between(50, 1000)),
  "edit a flow": ({ bundle, dice }) => bundle.write("flows/work.ygtc", workFlow(dice.between(1, 1e6))),
  "edit a flow wrongly, then rightly": async ({ bundle, dice }) => {
    await bundle.write("flows/work.ygtc", "nodes: [ {");
    await delay(dice.between(0, 400));
    await bundle.write("flows/work.ygtc", workFlow(dice.between(1, 1e6)));
  },
  "rotate the secret": (scene) => rotate(scene),
  "replay an event": (scene) => replay(scene),
  "list events": (scene) => gtc(scene, ["events", "list", "--limit", "20", "--json"], [0]),
  "list failed runs' events": (scene) => gtc(scene, ["events", "list", "--status", "failed", "--json"], [0]),
  "ask the doctor": (scene) => gtc(scene, ["doctor", "--json"], [0, 1]),
  "hold the process": async ({ gateway, dice }) => {
    gateway?.child.kill("SIGSTOP");
    await delay(dice.between(10, 1500));
    gateway?.child.kill("SIGCONT");
  },
  "fill the disk, then free it": async ({ bundle, dice }) => {
    bundle.fill?.();
    await delay(dice.between(50, 2500));
    bundle.free();
  },
};

/** Of a bundle that no gateway runs on. */
export const BETWEEN_LIVES: Readonly<Record<string, Disturbance>> = {
  nothing: () => Promise.resolve(),
  "remove the index": async ({ bundle }) => {
    for (const end of ["", "-wal", "-shm"])
      await rm(join(bundle.folder, "state", "log", `projection.sqlite${end}`), { force: true });
  },
  "rotate the secret": (scene) => rotate(scene),
  "replay an event": (scene) => replay(scene),
  "list events": (scene) => gtc(scene, ["events", "list", "--limit", "20", "--json"], [0]),
  "list refused requests": (scene) => gtc(scene, ["refused", "list", "--json"], [0]),
  "print its URLs": (scene) => gtc(scene, ["urls", "--json"], [0]),
};

/** Runs a command on the bundle. One that fails for want of room on the disk, or as the gateway was killed under it, is no fault. */
async function gtc(
  { bundle, ledger, gateway, say }: Scene,
  words: readonly string[],
  exits: readonly number[],
): Promise<string> {
  const ran = await promisify(execFile)(process.execPath, [GTC, ...words, bundle.folder], { maxBuffer: 2 ** 28 }).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
    (fault: { code: number; stdout: string; stderr: string }) => fault,
  );
  if (!exits.includes(ran.code)) {
    const said = `gtc ${words.join(" ")} ended with ${ran.code}: ${ran.stderr}`;
    const isExpected =
      ran.code === REFUSED_BY_SYSTEM || (gateway !== undefined && ran.code !== OWN_FAULT && isGone(gateway));
    if (isExpected) say(`  ${said.trim()}`);
    else ledger.fault(said);
    return "";
  }
  for (const line of ran.stdout.split("\n")) if (words.includes("--json") && line !== "") JSON.parse(line);
  return ran.stdout;
}

export function isGone({ child }: RunningGateway): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function rotate(scene: Scene): Promise<void> {
  const { bundle, senders, say } = scene;
  const words = ["secrets", "rotate", "demo", "signed", bundle.folder, "--generate", "--overlap", "7d"];
  const ran = await promisify(execFile)(process.execPath, [GTC, ...words]).catch((fault: { stderr: string }) => {
    say(`  gtc secrets rotate: ${fault.stderr.trim()}`);
  });
  const secret = ran?.stdout.trim() ?? "";
  if (secret !== "") senders.learn(secret);
}

async function replay(scene: Scene): Promise<void> {
  const { ledger, dice } = scene;
  const ids = [...ledger.accepted.keys()];
  if (ids.length === 0) return;
  const id = dice.pick(ids);
  // A replay that starts nothing, or fails, is told by the exit code as well.
  if (["unmatched", "doomed"].includes(ledger.accepted.get(id)!.eventType)) return;
  const said = await gtc(scene, ["events", "replay", id, "--json"], [0]);
  if (said === "") return;
  const { runs } = JSON.parse(said) as { runs: readonly { id: string }[] };
  ledger.replayed.set(id, [...(ledger.replayed.get(id) ?? []), ...runs.map((run) => run.id)]);
}
