/** What the event log has to say to an operator, in words. */
import { messageOf } from "../base/index.ts";
import type { LogNotice } from "../event-log/embedded/index.ts";
import { visible } from "../text/index.ts";
import type { CommandContext } from "./command.ts";

export type { LogNotice };

/** One line; the name of the notice is its first word, for whoever searches for it. */
export function noticeText(notice: LogNotice): string {
  return `event log: ${notice.kind}${detailOf(notice)}`;
}

/** For a command that opens the log itself: each notice is a line of the standard error. */
export function noticesTo({ stderr, paint }: Pick<CommandContext, "stderr" | "paint">): (notice: LogNotice) => void {
  return (notice) => void stderr.write(`${paint.warning("!")} ${visible(noticeText(notice))}\n`);
}

/** For a command that does the gateway's work itself: what goes wrong meanwhile, such as a disk without room, is a line each. */
export function faultsTo({
  stderr,
  paint,
}: Pick<CommandContext, "stderr" | "paint">): (what: string, fault: unknown) => void {
  return (what, fault) => void stderr.write(`${paint.warning("!")} ${visible(`${what}: ${messageOf(fault)}`)}\n`);
}

function detailOf(notice: LogNotice): string {
  switch (notice.kind) {
    case "damage":
      return `: ${damageText(notice.damage)}`;
    case "unavailable":
    case "projection-rebuilt":
    case "projection-lost":
      return `: ${notice.because}`;
    case "keys-forgotten":
      return `: ${notice.count} delivery id(s) of duplicates were given up before their window was over`;
    case "recovered":
      return "";
    default:
      return notice satisfies never;
  }
}

function damageText({ kind, path, from, bytes }: Extract<LogNotice, { kind: "damage" }>["damage"]): string {
  switch (kind) {
    case "torn-tail":
      return `the last ${bytes} byte(s) of ${path} are no whole record and are left out`;
    case "skipped":
      return `${bytes} byte(s) inside ${path} (at ${from} of the journal) cannot be read and are left out; all whole records around them are kept`;
    case "unreadable-segment":
      return `${path} (${bytes} bytes) has no readable head and is left out, as ${path}.damaged; what was in it is lost unless you restore the file`;
    case "missing":
      return `behind ${path} ${bytes} byte(s) of the journal are missing: a file was removed or cut; restore it from a copy, or what was in it cannot be shown or replayed`;
    default:
      return kind satisfies never;
  }
}
