/**
 * `gtc refused list|show|accept`: through the admin API while the gateway runs, else from the log itself. Both ways give
 * the same JSON.
 */
import { defineCommand, UsageFault } from "./command.ts";
import { printEvent } from "./events.ts";
import { jsonLine } from "./json-line.ts";
import { folderOf } from "./load.ts";
import { flag, integer, moment, oneOf, optional, required, text, texts } from "./options.ts";
import { openRefused, type RefusedFilter } from "./refused-source.ts";
import { acceptedText, refusedText, unlistedText } from "./refused-text.ts";

const bundleArgument = optional("The bundle's folder; by default the current one");
const jsonLines = flag("Print JSON, one object a line");
const DEFAULT_RATE = 20;

const filterOptions = {
  tenant: text("TENANT", "Only what was sent to this tenant"),
  type: text("TYPE", "Only this event type"),
  reason: text("REASON", "Only what was refused for this, e.g. signature_mismatch"),
  since: moment("WHEN", "Only what came since then: 2h, 3d, or a time"),
  until: moment("WHEN", "Only what came before then"),
};

type Moment = ((nowMs: number) => number) | undefined;

interface FilterOptions {
  readonly tenant: string | undefined;
  readonly type: string | undefined;
  readonly reason: string | undefined;
  readonly since: Moment;
  readonly until: Moment;
}

function filterOf({ tenant, type, reason, since, until }: FilterOptions): RefusedFilter {
  const nowMs = Date.now();
  const time = (moment: NonNullable<Moment>): string => new Date(moment(nowMs)).toISOString();
  return {
    ...(tenant !== undefined && { tenant }),
    ...(type !== undefined && { type }),
    ...(reason !== undefined && { reason }),
    ...(since !== undefined && { since: time(since) }),
    ...(until !== undefined && { until: time(until) }),
  };
}

export const refusedList = defineCommand({
  name: "refused list",
  summary: "List refused requests, newest first, with why and what to do",
  examples: [
    "gtc refused list ./my-bundle",
    "gtc refused list ./my-bundle --reason signature_mismatch --since 2h --json",
  ],
  args: { bundle: bundleArgument },
  options: {
    ...filterOptions,
    accepted: oneOf(["yes", "no"], "Only those that were accepted later, or not"),
    limit: integer("N", "At most so many (50)", { min: 1, max: 1000 }),
    json: jsonLines,
  },
  run: async (context, { args, options }) => {
    const source = await openRefused(context, folderOf(context, args.bundle));
    const accepted = options.accepted === undefined ? undefined : options.accepted === "yes";
    const filter = filterOf(options);
    const rows = await source.list(filter, accepted, options.limit ?? 50);
    const isFiltered = accepted !== undefined || Object.keys(filter).length > 0;
    if (options.json) context.stdout.write(rows.map((row) => jsonLine(row)).join(""));
    else if (rows.length > 0) context.stdout.write(refusedText(rows, Date.now(), context));
    else context.stdout.write(isFiltered ? "No refused request matches.\n" : "Nothing was refused.\n");
    return 0;
  },
});

export const refusedShow = defineCommand({
  name: "refused show",
  summary: "Show one refused request as it came",
  examples: ["gtc refused show 0193… ./my-bundle"],
  args: { id: required("The refused request's id"), bundle: bundleArgument },
  options: { json: flag("Print JSON") },
  run: (context, { args, options }) => printEvent(context, args, options.json),
});

export const refusedAccept = defineCommand({
  name: "refused accept",
  summary: "Verify refused requests again with today's secrets, and accept those that verify",
  description:
    "Each is verified as it came, at the time at which it came, e.g. after a mistyped secret was corrected. What verifies becomes an event and runs its flows; what does not stays refused and says why. Nothing is accepted unverified: where that is not possible, the sender has to deliver again. Those that were refused for their timestamp are taken with --id or --reason only.",
  examples: [
    "gtc refused accept ./my-bundle --id 0193…",
    "gtc refused accept ./my-bundle --all --reason signature_mismatch --since 2h",
  ],
  args: { bundle: bundleArgument },
  options: {
    id: texts("ID", "This refused request; may be given several times"),
    all: flag("All that match the filters and were not accepted yet"),
    ...filterOptions,
    rate: integer("N", `So many a second, while the gateway runs (${DEFAULT_RATE})`, { min: 1, max: 1000 }),
    json: jsonLines,
  },
  run: async (context, { args, options }) => {
    const filter = filterOf(options);
    const isChosen = options.id.length > 0;
    if (isChosen === options.all || (isChosen && Object.keys(filter).length > 0))
      throw new UsageFault("Say which requests: give either --id, or --all with its filters");
    const source = await openRefused(context, folderOf(context, args.bundle));
    const selection = isChosen ? { refusal_ids: [...options.id] } : { filter };
    const accepted = await source.accept(selection, options.rate ?? DEFAULT_RATE);
    const { results, failures, more, untried } = accepted;
    if (options.json) context.stdout.write([...results, ...failures].map((one) => jsonLine(one)).join(""));
    else context.stdout.write(acceptedText(accepted, context));
    for (const line of unlistedText(accepted, args.bundle)) context.stderr.write(`${line}\n`);
    const isLeft = failures.length > 0 || results.some(({ outcome }) => outcome === "still_refused");
    return isLeft || more.left > 0 || untried > 0 ? 1 : 0;
  },
});
