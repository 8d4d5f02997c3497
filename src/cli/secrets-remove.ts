/** `gtc secrets remove`: takes a secret away that is not needed any more. */
import { formatDuration } from "../base/index.ts";
import { openSetup, readSettings, removeSecret, secretStatus, writeSetup, type OpenSetup } from "../setup/index.ts";
import { changeSetup } from "../change-setup.ts";
import { defineCommand } from "./command.ts";
import { folderOf } from "./load.ts";
import { flag, optional, required } from "./options.ts";
import { checkTenant, sourceOf, usage, WEBHOOK_ARGS, type WebhookPlace } from "./secret-place.ts";
import { readSecretUse } from "./secret-use.ts";
import { jsonLine } from "./json-line.ts";
import { visible } from "../text/index.ts";

/** Providers send again what failed within a day, and sign it as they did at first. */
const SILENT_MS = 24 * 3_600_000;

export const secretsRemove = defineCommand({
  name: "secrets remove",
  summary: "Take a secret away that is not needed any more",
  description:
    "Removes the secret from what is set up, also its sealed form; a running gateway takes that over at once. Refuses while it is the only one that verifies, and, without --force, while the provider has signed with it within a day. A secret of the answers comes back with the next `gtc setup` unless it is taken out of them, too.",
  examples: [
    "gtc secrets remove demo github default ./my-bundle",
    "gtc secrets remove demo github leaked ./my-bundle --force",
  ],
  args: {
    ...WEBHOOK_ARGS,
    secret: required("Its name, as `gtc secrets status` shows it"),
    bundle: optional("The bundle's folder; by default the current one"),
  },
  options: {
    force: flag("Also when it was in use until now: what is signed with it is refused from here on"),
    json: flag("Print JSON"),
  },
  run: async (context, { args, options }) => {
    const { stdout, stderr, paint, env } = context;
    const folder = folderOf(context, args.bundle);
    const keyText = env["GTC_KEY"];
    await readSettings(folder);
    const { changed, place } = await changeSetup(folder, async () => {
      const setup = await openSetup(folder, keyText);
      await checkTenant(folder, setup, args.tenant);
      const nowMs = Date.now();
      const place = sourceOf(setup, args, "remove");
      const changed = removeSecret(setup, place, args.secret, nowMs);
      if ("fault" in changed) throw usage(`The secret cannot be removed: ${changed.fault}.`);
      if (!options.force) await refuseWhileUsed(setup, args, folder, nowMs);
      await writeSetup(folder, changed, keyText);
      return { changed, place };
    });
    const { origin } = place.source.keys.find(({ name }) => name === args.secret) ?? {};
    if (options.json) {
      const left = sourceOf(changed, args, "remove").source.keys.map(({ name }) => name);
      const removed = { tenant: args.tenant, event_type: args.type, removed: args.secret, secrets: left };
      stdout.write(jsonLine(removed));
      return 0;
    }
    stderr.write(
      `${paint.good("✓")} ${visible(`${args.tenant}/${args.type} has no secret "${args.secret}" any more.`)}\n`,
    );
    if (origin === undefined)
      stderr.write("  It came with the answers: take it out of them, too, or the next `gtc setup` brings it back.\n");
    return 0;
  },
});

async function refuseWhileUsed(
  { settings }: OpenSetup,
  { tenant, type, secret }: WebhookPlace & { readonly secret: string },
  folder: string,
  nowMs: number,
): Promise<void> {
  const { owner, eventType } = sourceOf({ settings }, { tenant, type }, "remove");
  const rows = secretStatus(settings, (await readSecretUse(folder)).uses, nowMs);
  const row = rows.find((one) => one.tenant === owner && one.eventType === eventType && one.name === secret);
  if (row?.advice === "ended" || row?.lastUsedAtMs === undefined) return;
  const sinceMs = nowMs - row.lastUsedAtMs;
  if (sinceMs >= SILENT_MS) return;
  const since = formatDuration(Math.max(0, sinceMs));
  throw usage(
    `The provider signed with "${secret}" ${since} ago. Remove it when it has been silent for a day, or with --force.`,
  );
}
