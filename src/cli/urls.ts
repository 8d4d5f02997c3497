/** `gtc urls`: the URLs to register at the senders, and how requests there are verified. */
import {
  bundleFaults,
  DISABLED,
  hasErrors,
  loadWithoutSecrets,
  urlTable,
  type LoadedBundle,
  type UrlRow,
} from "../setup/index.ts";
import { defineCommand, type CommandContext } from "./command.ts";
import { BundleFault, configFor, folderOf } from "./load.ts";
import { flag, optional } from "./options.ts";
import { table } from "./table.ts";
import { jsonLine } from "./json-line.ts";
import { visible } from "../text/index.ts";

export const urls = defineCommand({
  name: "urls",
  summary: "Show the webhook URLs of a bundle and how each is verified",
  description:
    "Where flow files have a fault, it is shown behind the URLs that are known without them, and the command ends with 3.",
  examples: ["gtc urls ./my-bundle", "gtc urls ./my-bundle --json"],
  args: { bundle: optional("The bundle's folder; by default the current one") },
  options: { json: flag("Print JSON, one object a line") },
  run: async (context, { args, options }) => {
    const folder = folderOf(context, args.bundle);
    const { maxBodyBytes } = await configFor(context, folder);
    const bundle = await loadWithoutSecrets(folder, maxBodyBytes);
    const isFaulty = hasErrors(bundle.diagnostics);
    // What a faulty flow names is not known; what signatures name is, unless nothing is known of the tenants.
    const rows = bundleFaults(bundle).length > 0 ? [] : urlTable(bundle);
    if (options.json) context.stdout.write(rows.map((row) => jsonLine(row)).join(""));
    else if (rows.length > 0 || !isFaulty) context.stdout.write(urlsText(rows, bundle, context));
    if (isFaulty) throw new BundleFault(folder, bundle.diagnostics);
    return 0;
  },
});

/** What becomes of requests that no row is about. */
function fateOfOthers(sources: LoadedBundle["sources"]): string {
  const tenants = [...sources.values()];
  if (tenants.every(({ fallback, requireSignature }) => fallback === undefined && requireSignature))
    return 'Every request is refused: "require_signature" is true, and no signature is configured.';
  const which = tenants.every(({ fallback }) => fallback !== undefined) ? "signed POST" : "POST";
  return `Any ${which} to /events/webhook/{tenant}/{event_type} is stored.`;
}

/** The table that users came for. */
export function urlsText(
  rows: readonly UrlRow[],
  { sources }: Pick<LoadedBundle, "sources">,
  context: Pick<CommandContext, "paint">,
): string {
  if (sources.size === 0) return `${DISABLED}\n`;
  if (rows.length === 0)
    return `No flow names an event type yet, other than by a pattern or a default trigger. ${fateOfOthers(sources)}\n`;
  const { paint } = context;
  const cells = rows.map((row) => [
    visible(row.tenant),
    visible(row.event_type),
    paint.accent(visible(row.url)),
    (row.verified ? paint.good : paint.warning)(visible(row.verified_by)),
  ]);
  return table(["tenant", "event type", "url", "verified by"], cells, context);
}
