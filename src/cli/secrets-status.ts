/** `gtc secrets status`: every secret, when it verified something last, and whether it may go. */
import { formatDuration } from "../base/index.ts";
import { readSettings, secretStatus, type SecretStatus } from "../setup/index.ts";
import { defineCommand, type CommandContext } from "./command.ts";
import { folderOf } from "./load.ts";
import { flag, optional } from "./options.ts";
import { readSecretUse } from "./secret-use.ts";
import { table } from "./table.ts";
import { jsonLine } from "./json-line.ts";
import { visible } from "../text/index.ts";

export const secretsStatus = defineCommand({
  name: "secrets status",
  summary: "Show every secret, when it was used last, and which may go",
  description:
    "Reads the events that are kept: what retention dropped does not count. A star as tenant or event type stands for all without a scheme of their own. What the file of a secret held before is a row while the gateway runs that still accepts it. Secrets themselves are never shown.",
  examples: ["gtc secrets status ./my-bundle", "gtc secrets status ./my-bundle --json"],
  args: { bundle: optional("The bundle's folder; by default the current one") },
  options: { json: flag("Print JSON, one object a line") },
  run: async (context, { args, options }) => {
    const folder = folderOf(context, args.bundle);
    const settings = await readSettings(folder);
    const nowMs = Date.now();
    const { uses, replaced } = await readSecretUse(folder);
    const rows = secretStatus(settings, uses, nowMs, replaced);
    context.stdout.write(
      options.json ? rows.map((row) => jsonLine(rowJson(row))).join("") : rowsText(rows, nowMs, context),
    );
    return 0;
  },
});

function rowJson(row: SecretStatus): object {
  return {
    tenant: row.tenant,
    event_type: row.eventType,
    scheme: row.scheme,
    secret: row.name,
    origin: row.origin,
    not_after: timeOrNull(row.notAfterMs),
    last_used_at: timeOrNull(row.lastUsedAtMs),
    used_count: row.usedCount,
    advice: row.advice,
  };
}

function timeOrNull(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : new Date(timeMs).toISOString();
}

function rowsText(rows: readonly SecretStatus[], nowMs: number, context: CommandContext): string {
  if (rows.length === 0) return "No secrets are set up.\n";
  const cells = rows.map((row) => [
    visible(row.tenant),
    visible(row.eventType),
    visible(row.scheme),
    visible(row.name),
    row.lastUsedAtMs === undefined ? "never" : `${since(row.lastUsedAtMs, nowMs)} ago`,
    String(row.usedCount),
    adviceText(row, nowMs, context),
  ]);
  return table(["tenant", "event type", "scheme", "secret", "last used", "events", "advice"], cells, context);
}

function adviceText(
  { advice, notAfterMs, lastUsedAtMs }: SecretStatus,
  nowMs: number,
  context: CommandContext,
): string {
  const { paint } = context;
  switch (advice) {
    case "in_use":
      return paint.good("in use");
    case "never_used":
      return paint.warning("never used: put it in at the provider");
    case "ends": {
      const ends = `ends in ${formatDuration((notAfterMs ?? nowMs) - nowMs)}`;
      return lastUsedAtMs === undefined ? ends : paint.warning(`${ends}, and the provider still used it`);
    }
    case "may_go":
      return paint.good(
        notAfterMs === undefined
          ? "may go: `gtc secrets remove`"
          : `may go: ends in ${formatDuration(notAfterMs - nowMs)}`,
      );
    case "ended":
      return paint.dim(`ended ${since(notAfterMs ?? nowMs, nowMs)} ago`);
    default:
      return advice satisfies never;
  }
}

function since(timeMs: number, nowMs: number): string {
  return formatDuration(Math.max(0, nowMs - timeMs));
}
