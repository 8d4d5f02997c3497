/** What `gtc setup` says when it is done: the URLs to register, and what keeps webhooks from arriving or from being run. */
import {
  droppedSecrets,
  previewBundle,
  DISABLED,
  readExternalSecrets,
  settingsOf,
  urlTable,
  type LoadedBundle,
  type OpenSetup,
  type UrlRow,
} from "../setup/index.ts";
import { diagnosticToJson, shellPath, visible, type Diagnostic } from "../text/index.ts";
import type { CommandContext } from "./command.ts";
import { jsonLine } from "./json-line.ts";
import { urlsText } from "./urls.ts";

interface Reported {
  readonly before: OpenSetup | undefined;
  readonly merged: OpenSetup;
  readonly notices: readonly string[];
  readonly maxBodyBytes: number;
  /** In a dry run: whether anything would change. */
  readonly changed: boolean;
  readonly isDryRun: boolean;
  readonly json: boolean;
}

/** Prints the URLs, as a table or as JSON, and on the standard error what is to be said beside them. */
export async function reportSetup(
  context: CommandContext,
  folder: string,
  { before, merged, notices, maxBodyBytes, changed, isDryRun, json }: Reported,
): Promise<void> {
  const { stdout, stderr, paint } = context;
  for (const notice of notices) stderr.write(`${paint.dim("note:")} ${visible(notice)}\n`);
  const bundle = await previewBundle(folder, merged, maxBodyBytes);
  await warnOfUnread(context, bundle, merged);
  const rows = urlTable(bundle);
  const rowsBefore = before === undefined ? [] : urlTable(await previewBundle(folder, before, maxBodyBytes));
  warnOfUnverified(context, rowsBefore, rows);
  warnOfDropped(context, before, merged);
  const faults = bundle.diagnostics.filter(({ level }) => level === "error");
  if (json) {
    const diagnostics = faults.map((fault) => diagnosticToJson(fault));
    stdout.write(jsonLine({ changed, dry_run: isDryRun, urls: rows, faults: faults.length, diagnostics }));
  } else {
    stderr.write(`${paint.good("✓")} ${isDryRun ? foreseen(changed, merged.secrets.size) : outcome(changed)}\n\n`);
    stdout.write(tableText(rows, bundle, faults, context));
  }
  warnOfSilence(context, bundle, faults);
}

/** Nothing where there is no row for a reason that is told as a warning. */
function tableText(
  rows: readonly UrlRow[],
  bundle: LoadedBundle,
  faults: readonly Diagnostic[],
  context: CommandContext,
): string {
  const isTold = bundle.sources.size === 0 || faults.length > 0;
  return rows.length === 0 && isTold ? "" : urlsText(rows, bundle, context);
}

/** What keeps webhooks from being taken or run, though the answers are in order. */
function warnOfSilence({ paint, stderr }: CommandContext, bundle: LoadedBundle, faults: readonly Diagnostic[]): void {
  const mark = paint.warning("!");
  if (faults.length > 0) {
    const look = visible(`\`gtc doctor ${shellPath(bundle.folder)}\``);
    stderr.write(
      `\n${mark} Flow files have ${faults.length} fault(s); what they name is not shown, and \`gtc start\` refuses them. ${look} shows the places.\n`,
    );
  }
  if (bundle.sources.size === 0) stderr.write(`\n${mark} ${DISABLED}\n`);
  const silent = bundle.bundle.tenants.filter((tenant) => !bundle.sources.has(tenant));
  if (bundle.sources.size > 0 && silent.length > 0)
    stderr.write(
      `\n${mark} Not set up, so that webhooks for it are answered with 404: ${visible(silent.join(", "))}.\n`,
    );
}

/** Answers that leave a signature out switch its verification off: that is not to happen by mistake. */
function warnOfUnverified({ paint, stderr }: CommandContext, before: readonly UrlRow[], now: readonly UrlRow[]): void {
  const verified = new Set(now.filter((row) => row.verified).map((row) => `${row.tenant}/${row.event_type}`));
  const lost = before.filter((row) => row.verified).map((row) => `${row.tenant}/${row.event_type}`);
  const names = lost.filter((name) => !verified.has(name));
  if (names.length === 0) return;
  stderr.write(`${paint.warning("!")} Verified until now, but not by these answers: ${visible(names.join(", "))}.\n`);
}

/** A provider may sign with a secret that no answers know. */
function warnOfDropped({ paint, stderr }: CommandContext, before: OpenSetup | undefined, merged: OpenSetup): void {
  const names = before === undefined ? [] : droppedSecrets(before, merged, Date.now());
  if (names.length === 0) return;
  const mark = paint.warning("!");
  stderr.write(
    `${mark} Secrets that came by rotation or a handshake end with these answers: ${visible(names.join(", "))}.\n`,
  );
}

/** Secrets that are kept elsewhere may not be on this machine: that is no fault of setup, but of a start. */
async function warnOfUnread(
  context: CommandContext,
  { folder, bundle }: LoadedBundle,
  { settings }: OpenSetup,
): Promise<void> {
  const { env, paint, stderr } = context;
  const { faults } = await readExternalSecrets(settingsOf(settings, bundle.tenants), { env, folder });
  if (faults.length === 0) return;
  const detail = faults.join("; ");
  stderr.write(
    `${paint.warning("!")} Secrets cannot be read: ${visible(detail)}. Without them \`gtc start\` refuses.\n`,
  );
}

function foreseen(changed: boolean, secrets: number): string {
  const would = changed ? "They would change the bundle" : "The bundle is set up like this already";
  return `The answers are valid: ${secrets} secret(s). ${would}. Nothing was written (--dry-run).`;
}

function outcome(changed: boolean): string {
  return changed ? "The bundle is set up." : "The bundle was set up like this already; nothing changed.";
}
