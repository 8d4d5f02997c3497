/** What became of a replay, as a person reads it. */
import { shellPath, visible } from "../text/index.ts";
import type { CommandContext } from "./command.ts";

export interface Replay {
  readonly event_id: string;
  readonly runs: readonly ReplayedRun[];
}

interface ReplayedRun {
  readonly id: string;
  readonly flow: string;
  /** This and what follows are known where the command ran it itself. */
  readonly status?: "succeeded" | "failed" | "waiting";
  readonly attempt?: number;
  readonly error?: { readonly message: string } | null;
  readonly resume_at?: string | null;
}

/** Whether something was started, and nothing of it has failed for good. */
export function isDone({ runs }: Replay): boolean {
  return runs.length > 0 && runs.every(({ status }) => status !== "failed");
}

/** @param bundle its folder as it was given */
export function replayText(
  { event_id: id, runs }: Replay,
  bundle: string | undefined,
  context: CommandContext,
): string {
  if (runs.length === 0) return `No flow handles event ${visible(id)} today; nothing was started.\n`;
  const folder = bundle === undefined ? [] : [shellPath(bundle)];
  const lines = runs.map((run) => `${visible(`Started ${run.flow} as run ${run.id}`)}${outcome(run, folder, context)}`);
  return `${lines.join("\n")}\nSee: ${visible(["gtc events show", id, ...folder].join(" "))}\n`;
}

function outcome(run: ReplayedRun, folder: readonly string[], { paint }: CommandContext): string {
  const { status, attempt = 1, error, resume_at: resumeAt } = run;
  const why = visible(error?.message ?? "");
  switch (status) {
    case undefined:
      return "";
    case "succeeded":
      return `: ${paint.good("succeeded")}${attempt > 1 ? ` at try ${attempt}` : ""}`;
    case "failed":
      return `: ${paint.error("failed")} at try ${attempt}, no further try: ${why}`;
    case "waiting": {
      const start = visible(["gtc start", ...folder].join(" "));
      return `: ${paint.warning("waiting")}, try ${attempt} failed: ${why}\n  The gateway tries it again at ${resumeAt ?? ""}, or when it is started later: \`${start}\`.`;
    }
    default:
      return status satisfies never;
  }
}
