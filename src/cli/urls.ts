/** `gtc urls`: the URLs to register at the senders, and how requests there are verified. */
import { DISABLED, hasErrors, loadWithoutSecrets, urlTable, type LoadedBundle, type UrlRow } from "../setup/index.ts";
import { defineCommand, type CommandContext } from "./command.ts";
import { BundleFault, configFor, folderOf } from "./load.ts";
import { flag, optional } from "./options.ts";
import { table } from "./table.ts";
import { jsonLine } from "./json-line.ts";
import { visible } from "../text/index.ts";

export const urls = defineCommand({
  name: "urls",
  summary: "Show the webhook URLs of a bundle and how each is verified",
  examples: ["gtc urls ./my-bundle", "gtc urls ./my-bundle --json"],
  args: { bundle: optional("The bundle's folder; by default the current one") },
  options: { json: flag("Print JSON, one object a line") },
  run: async (context, { args, options }) => {
    const folder = folderOf(context, args.bundle);
    const { maxBodyBytes } = await configFor(context, folder);
    const bundle = await loadWithoutSecrets(folder, maxBodyBytes);
    if (hasErrors(bundle.diagnostics)) throw new BundleFault(folder, bundle.diagnostics);
    const rows = urlTable(bundle);
    context.stdout.write(options.json ? rows.map((row) => jsonLine(row)).join("") : urlsText(rows, bundle, context));
    return 0;
  },
});

/** The table that users came for. */
export function urlsText(
  rows: readonly UrlRow[],
  { sources }: Pick<LoadedBundle, "sources">,
  context: Pick<CommandContext, "paint">,
): string {
  if (sources.size === 0) return `${DISABLED}\n`;
  if (rows.length === 0)
    return "No flow names an event type yet. Any POST to /events/webhook/{tenant}/{event_type} is stored.\n";
  const { paint } = context;
  const cells = rows.map((row) => [
    visible(row.tenant),
    visible(row.event_type),
    paint.accent(visible(row.url)),
    (row.verified ? paint.good : paint.warning)(visible(row.verified_by)),
  ]);
  return table(["tenant", "event type", "url", "verified by"], cells, context);
}
