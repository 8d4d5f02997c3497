/** `gtc secrets rotate`: a new secret beside the old one, with an overlap in which both verify. */
import { randomBytes } from "node:crypto";
import { formatDuration } from "../base/index.ts";
import {
  addSecret,
  MAX_OVERLAP_MS,
  openSetup,
  parseOverlapMs,
  readSettings,
  writeSetup,
  type AddedSecret,
  type OpenSetup,
} from "../setup/index.ts";
import { changeSetup } from "../change-setup.ts";
import { defineCommand, type CommandContext } from "./command.ts";
import { folderOf } from "./load.ts";
import { flag, optional, text } from "./options.ts";
import { checkTenant, sourceOf, usage, WEBHOOK_ARGS, type WebhookPlace } from "./secret-place.ts";
import { jsonLine } from "./json-line.ts";
import { visible } from "../text/index.ts";

const DEFAULT_OVERLAP = "24h";

export const secretsRotate = defineCommand({
  name: "secrets rotate",
  summary: "Give a webhook a new secret; the old one goes on verifying for a while",
  description:
    "Adds the secret, seals it, and lets those that are there end after the overlap. A running gateway takes it over at once. Put the new secret in at the provider within the overlap; `gtc secrets status` shows when the old one was last used.",
  examples: [
    "gtc secrets rotate demo github ./my-bundle --secret-env NEW_GITHUB_SECRET",
    "gtc secrets rotate demo stripe ./my-bundle --secret-env STRIPE_SECRET --overlap 3d",
    "gtc secrets rotate demo github ./my-bundle --generate",
  ],
  args: {
    ...WEBHOOK_ARGS,
    bundle: optional("The bundle's folder; by default the current one"),
  },
  options: {
    "secret-env": text("NAME", "Take the new secret from this variable of the environment"),
    generate: flag("Make a new secret and print it, once"),
    overlap: text("TIME", `How long the secrets that are there go on (${DEFAULT_OVERLAP}): 30m, 24h, 7d`),
    name: text("NAME", "What to call it; by default today's date"),
    json: flag("Print JSON"),
  },
  run: async (context, { args, options }) => {
    const folder = folderOf(context, args.bundle);
    const keyText = context.env["GTC_KEY"];
    const nowMs = Date.now();
    const overlapMs = overlapOf(options.overlap ?? DEFAULT_OVERLAP);
    await readSettings(folder);
    const { changed, secret, request } = await changeSetup(folder, async () => {
      const setup = await openSetup(folder, keyText);
      await checkTenant(folder, setup, args.tenant);
      const name = options.name ?? freeName(new Date(nowMs).toISOString().slice(0, 10), setup, args);
      const request = { ...args, name, nowMs, othersUntilMs: nowMs + overlapMs };
      const { changed, secret } = options.generate
        ? withGenerated(setup, request, options["secret-env"])
        : { changed: withAdded(setup, request, givenSecret(context, options["secret-env"])), secret: undefined };
      await writeSetup(folder, changed, keyText);
      return { changed, secret, request };
    });
    report(context, changed, { ...request, secret, overlapMs, json: options.json });
    return 0;
  },
});

interface RotateRequest extends WebhookPlace {
  readonly name: string;
  readonly nowMs: number;
  readonly othersUntilMs: number;
}

function overlapOf(text: string): number {
  const overlapMs = parseOverlapMs(text);
  if (overlapMs === undefined) throw usage(`--overlap ${text} is no duration; write 30m, 24h or 7d.`);
  if (overlapMs > MAX_OVERLAP_MS) throw usage(`--overlap ${text} is longer than ${formatDuration(MAX_OVERLAP_MS)}.`);
  return overlapMs;
}

function givenSecret(context: CommandContext, variable: string | undefined): string {
  if (variable === undefined) throw usage("Give the new secret with --secret-env NAME, or let --generate make one.");
  const secret = context.env[variable];
  if (secret === undefined || secret === "")
    throw usage(`${variable} is ${secret === undefined ? "not set" : "empty"}.`);
  return secret;
}

/** A second rotation on one day gets a number. */
function freeName(date: string, setup: OpenSetup, place: WebhookPlace): string {
  const taken = new Set(sourceOf(setup, place, "rotate").source.keys.map(({ name }) => name));
  let name = date;
  for (let count = 2; taken.has(name); count++) name = `${date}.${count}`;
  return name;
}

function tryToAdd(setup: OpenSetup, request: RotateRequest, secret: string): ReturnType<typeof addSecret> {
  const added: AddedSecret = { name: request.name, secret, origin: "rotated" };
  return addSecret(setup, sourceOf(setup, request, "rotate"), added, request);
}

function withAdded(setup: OpenSetup, request: RotateRequest, secret: string): OpenSetup {
  const changed = tryToAdd(setup, request, secret);
  if ("fault" in changed) throw usage(`The secret cannot be added: ${changed.fault}.`);
  return changed;
}

/** The first form of a random secret that the scheme takes. */
function withGenerated(
  setup: OpenSetup,
  request: RotateRequest,
  variable: string | undefined,
): { readonly changed: OpenSetup; readonly secret: string } {
  if (variable !== undefined) throw usage("--generate and --secret-env exclude each other.");
  const bytes = randomBytes(32);
  const forms = [bytes.toString("hex"), `whsec_${bytes.toString("base64")}`, bytes.toString("base64")];
  for (const secret of forms) {
    const changed = tryToAdd(setup, request, secret);
    if (!("fault" in changed)) return { changed, secret };
  }
  throw usage("A secret for this scheme comes from the provider; give it with --secret-env NAME.");
}

interface Report extends RotateRequest {
  /** Only when it was made here. */
  readonly secret: string | undefined;
  readonly overlapMs: number;
  readonly json: boolean;
}

function report(
  { stdout, stderr, paint }: CommandContext,
  setup: OpenSetup,
  { tenant, type, name, secret, ...rest }: Report,
): void {
  const { owner, source } = sourceOf(setup, { tenant, type }, "rotate");
  const secrets = source.keys.map((key) => ({
    name: key.name,
    not_after: key.notAfterMs === undefined ? null : new Date(key.notAfterMs).toISOString(),
  }));
  if (rest.json) {
    stdout.write(jsonLine({ tenant, event_type: type, name, ...(secret !== undefined && { secret }), secrets }));
    return;
  }
  const shared = owner === "*" ? " It counts for all tenants without one of their own." : "";
  stderr.write(`${paint.good("✓")} ${visible(`${tenant}/${type} has a new secret, "${name}".`)}${shared}\n`);
  stderr.write(
    `  The others verify for ${formatDuration(rest.overlapMs)} more. Put the new one in at the provider until then.\n`,
  );
  if (secret !== undefined) {
    stderr.write(`  It is shown this once:\n`);
    stdout.write(`${secret}\n`);
  }
}
