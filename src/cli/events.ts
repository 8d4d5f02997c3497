/**
 * `gtc events list|show|replay`: through the admin API while the gateway runs, else from the log itself. Both ways give
 * the same JSON; a replay that this command ran itself has more to say of its runs.
 */
import type { ExitCode } from "../base/index.ts";
import { viewText, type SummaryJson } from "../admin/index.ts";
import { defineCommand, type CommandContext } from "./command.ts";
import { openEvents } from "./event-source.ts";
import { eventText, listText } from "./event-text.ts";
import { withFolderInFix } from "./folder-in-fix.ts";
import { folderOf } from "./load.ts";
import { flag, integer, moment, oneOf, optional, required, text } from "./options.ts";
import { isDone, replayText, type Replay } from "./replay-text.ts";
import { visibleJson } from "../text/index.ts";

const bundleArgument = optional("The bundle's folder; by default the current one");
const json = flag("Print JSON");

export const eventsList = defineCommand({
  name: "events list",
  summary: "List events, newest first",
  examples: ["gtc events list ./my-bundle", "gtc events list ./my-bundle --status failed --since 2h --json"],
  args: { bundle: bundleArgument },
  options: {
    tenant: text("TENANT", "Only this tenant's"),
    type: text("TYPE", "Only this event type"),
    status: oneOf(["received", "done", "failed", "unmatched", "refused", "duplicate"], "Only this status"),
    since: moment("WHEN", "Only events since then: 2h, 3d, or a time"),
    limit: integer("N", "At most so many (50)", { min: 1, max: 1000 }),
    json: flag("Print JSON, one object a line"),
  },
  run: async (context, { args, options }) => {
    await using source = await openEvents(context, folderOf(context, args.bundle));
    const since = options.since?.(Date.now());
    const lines = await source.list({
      limit: String(options.limit ?? 50),
      ...(options.tenant !== undefined && { tenant: options.tenant }),
      ...(options.type !== undefined && { type: options.type }),
      ...(options.status !== undefined && { status: options.status }),
      ...(since !== undefined && { since: new Date(since).toISOString() }),
    });
    const { tenant, type, status } = options;
    const isFiltered = [tenant, type, status, since].some((value) => value !== undefined);
    if (options.json) context.stdout.write(lines.map((line) => `${visibleJson(line)}\n`).join(""));
    else if (lines.length === 0) context.stdout.write(isFiltered ? "No event matches.\n" : "No events.\n");
    else
      context.stdout.write(
        listText(
          lines.map((line) => JSON.parse(line) as SummaryJson),
          Date.now(),
          context,
        ),
      );
    return 0;
  },
});

export const eventsShow = defineCommand({
  name: "events show",
  summary: "Show one event: the request, the verdict, the answer, every run and step",
  examples: ["gtc events show 0193… ./my-bundle", "gtc events show 0193… ./my-bundle --json"],
  args: { id: required("The event's id"), bundle: bundleArgument },
  options: { json },
  run: (context, { args, options }) => printEvent(context, args, options.json),
});

/** Prints an event or a refused request, whose ids are of one kind. @throws GtcError */
export async function printEvent(context: CommandContext, given: Named, isJson: boolean): Promise<ExitCode> {
  const { id, bundle } = inOrder(given);
  await using source = await openEvents(context, folderOf(context, bundle));
  const detail = await withFolderInFix(bundle, () => source.show(id));
  context.stdout.write(isJson ? `${visibleJson(viewText(detail))}\n` : eventText(detail, context));
  return 0;
}

interface Named {
  readonly id: string;
  readonly bundle: string | undefined;
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Some give the bundle first, as to every other command: an id is told from a folder. */
function inOrder({ id, bundle }: Named): Named {
  const isTurned = bundle !== undefined && ID.test(bundle) && !ID.test(id);
  return isTurned ? { id: bundle, bundle: id } : { id, bundle };
}

export const eventsReplay = defineCommand({
  name: "events replay",
  summary: "Run a stored event again on today's flows",
  description:
    "Starts new runs of the event, marked replay_of. While the gateway runs it executes them, and they are not waited for. Otherwise this command does, and says how each ended; it waits for a next try that follows within 30 seconds, and says of a later one when the gateway will do it. Ends with 1 when a run has failed, or when no flow handles the event today.",
  examples: ["gtc events replay 0193… ./my-bundle"],
  args: { id: required("The event's id"), bundle: bundleArgument },
  options: { json },
  run: async (context, { args, options }) => {
    const { id, bundle } = inOrder(args);
    await using source = await openEvents(context, folderOf(context, bundle));
    const result = await withFolderInFix(bundle, () => source.replay(id));
    const replay = result as unknown as Replay;
    context.stdout.write(options.json ? `${visibleJson(viewText(result))}\n` : replayText(replay, bundle, context));
    return isDone(replay) ? 0 : 1;
  },
});
