/** Refused requests, and what became of them, as a person reads it. */
import type { Accepted } from "../admin/index.ts";
import { formatDuration } from "../base/index.ts";
import { shellPath, visible } from "../text/index.ts";
import type { CommandContext, Palette } from "./command.ts";
import { likelyCause, words } from "./refusal-words.ts";
import type { AcceptedBulk, RefusedRow } from "./refused-source.ts";
import { table } from "./table.ts";

export function refusedText(rows: readonly RefusedRow[], nowMs: number, context: CommandContext): string {
  const { paint } = context;
  const lines = rows.map((row) => [
    row.id,
    `${formatDuration(Math.max(0, nowMs - Date.parse(row.received_at)))} ago`,
    visible(row.tenant),
    visible(row.event_type),
    paint.error(visible(words(row.reason))),
    row.accepted_as === null
      ? visible(likelyCause(row.likely) ?? "")
      : paint.good(`accepted as ${row.accepted_as.event_id}`),
  ]);
  return table(["id", "received", "tenant", "type", "refused", "likely"], lines, context);
}

export function acceptedText({ results, failures }: Accepted, { paint }: CommandContext): string {
  const lines = [
    ...results.map((result) => resultLine(result, paint)),
    ...failures.map(
      ({ refusal_id: id, message }) => `${visible(id)}  ${paint.error("not verified")}  ${visible(message)}`,
    ),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** What the list of results does not say. @param bundle its folder as it was given */
export function unlistedText({ more, untried }: AcceptedBulk, bundle: string | undefined): readonly string[] {
  const list = (accepted: "yes" | "no"): string =>
    ["gtc refused list --accepted", accepted, ...(bundle === undefined ? [] : [shellPath(bundle)])].join(" ");
  return [
    ...(more.events > 0 ? [`${more.events} more are events now: ${list("yes")}`] : []),
    ...(more.left > 0 ? [`${more.left} more were not accepted: ${list("no")}`] : []),
    ...(untried > 0 ? [`${untried} were not looked at: it was stopped in the inspector or through the API.`] : []),
  ].map(visible);
}

function resultLine({ refusal_id: id, outcome, event_id: event, why }: Accepted["results"][number], paint: Palette) {
  switch (outcome) {
    case "accepted":
      return `${id}  ${paint.good("accepted")}  as event ${event ?? ""}`;
    case "duplicate":
      return `${id}  ${paint.good("an event already")}  ${event ?? ""}`;
    case "still_refused": {
      const { reason = "", detail = "", hint = "" } = why ?? {};
      const because = [words(reason), detail, hint].filter(Boolean).map((part) => visible(part));
      return `${id}  ${paint.error("still refused")}  ${because.join("\n    ")}`;
    }
    default:
      return outcome satisfies never;
  }
}
