/** The bundle of a soak: flows of each kind, one event type that is signed, on a small disk of its own where that is permitted. */
import { execFileSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ANSWER, CHILD, WORK } from "../support/steady-flows.ts";
import { createTestBundle } from "../support/test-bundle.ts";

export const SIGNATURE_HEADER = "x-signature";
export const FIRST_SECRET = "the first secret of the soak";
const DISK = "size=400m";

/** `revision` only makes another definition of it. */
export function workFlow(revision: number): string {
  return `variables: { revision: ${revision} }${WORK}`;
}

const FLOWS = {
  "work.ygtc": workFlow(0),
  "child.ygtc": CHILD,
  "answer.ygtc": ANSWER,
  "doomed.ygtc": `
config: { retry_policy: { max_attempts: 3, initial_delay: 200ms } }
nodes:
  - { id: fine, type: script, config: { script: "1" }, next: fails }
  - { id: fails, type: script, config: { script: "throw 1" } }
triggers:
  - { type: event, event_type: doomed }
`,
  "large.ygtc": `
nodes:
  - { id: count, type: script, config: { script: "payload.items.len()" } }
triggers:
  - { type: event, event_type: large }
`,
  "signed.ygtc": `
nodes:
  - { id: only, type: script, config: { script: "payload.n" } }
triggers:
  - { type: event, event_type: signed }
`,
} as const;

/** The nodes that each flow gets to the end of, in their order. */
export const STEPS: Readonly<Record<string, readonly string[]>> = {
  work: ["first", "second", "spawn", "last"],
  child: ["only"],
  answer: ["reply", "after"],
  doomed: ["fine"],
  large: ["count"],
  signed: ["only"],
};

export interface SoakBundle {
  readonly folder: string;
  write(path: string, text: string): Promise<void>;
  /** Takes all room from the disk; undefined where the disk is the machine's own. */
  readonly fill: (() => void) | undefined;
  free(): void;
  remove(): Promise<void>;
}

export async function createSoakBundle(): Promise<SoakBundle> {
  const bundle = await createTestBundle(FLOWS);
  const state = join(bundle.folder, "state");
  const ballast = join(state, "ballast");
  const free = (): void => rmSync(ballast, { force: true });
  rmSync(state, { recursive: true });
  await mkdir(state, { mode: 0o700 });
  const isMounted = mount(state);
  await bundle.setup({
    signatures: { signed: { header: SIGNATURE_HEADER, algorithm: "sha256", secret: FIRST_SECRET } },
  });
  return {
    folder: bundle.folder,
    write: (path, text) => bundle.write(path, text),
    fill: isMounted ? () => fillDisk(state, ballast) : undefined,
    free,
    remove: async () => {
      if (isMounted) execFileSync("/usr/bin/umount", [state]);
      await bundle.remove();
    },
  };
}

function mount(path: string): boolean {
  try {
    execFileSync("/usr/bin/mount", ["-t", "tmpfs", "-o", DISK, "tmpfs", path], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

function fillDisk(state: string, ballast: string): void {
  const { bavail, bsize } = statfsSync(state);
  try {
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));
  } catch {
    // The gateway took some of it meanwhile: full it is all the same.
  }
}
