/** `gtc doctor`: everything that can be wrong with a bundle and its surroundings, each with what to do about it. */
import type { DoctorFinding, GatewayFile } from "../admin/index.ts";
import { messageOf, type ExitCode } from "../base/index.ts";
import { ConfigFault, type GatewayConfig } from "../config/index.ts";
import {
  bundleFaults,
  examineFiles,
  examineFolders,
  examineSources,
  findingOf,
  loadBundle,
  readBundleFolder,
  type BundleFolder,
  type Finding,
} from "../setup/index.ts";
import { codeFrame, locationOf, visible, type Diagnostic } from "../text/index.ts";
import { defineCommand, type CommandContext } from "./command.ts";
import { asGtcError } from "./as-gtc-error.ts";
import { examineAnswers, examinePlace } from "./doctor-place.ts";
import { examineGateway, runningGateway } from "./doctor-gateway.ts";
import { configFor, folderOf } from "./load.ts";
import { flag, optional } from "./options.ts";
import { jsonLine } from "./json-line.ts";

export const doctor = defineCommand({
  name: "doctor",
  summary: "Look for everything that can keep webhooks from arriving, and say what to do",
  description:
    "Checks the answers, the flows, triggers and signatures, the secrets, the ports, the data folder, the public URL and the last refused requests. Ends with 1 when there is an error.",
  examples: ["gtc doctor ./my-bundle", "gtc doctor ./my-bundle --json"],
  args: { bundle: optional("The bundle's folder; by default the current one") },
  options: { json: flag("Print JSON, one finding a line") },
  run: async (context, { args, options }) => {
    const folder = folderOf(context, args.bundle);
    const { findings, diagnostics } = await examine(context, folder);
    context.stdout.write(
      options.json
        ? findings.map((finding) => jsonLine(finding)).join("")
        : findingsText(findings, diagnostics, context),
    );
    return exitCodeOf(findings);
  },
});

/** The same findings for the inspector of the gateway that runs, with their lines as text. */
export async function findingsOf(
  context: CommandContext,
  folder: string,
  self: GatewayFile,
): Promise<readonly DoctorFinding[]> {
  const { findings, diagnostics } = await examine(context, folder, self);
  const placeOf = placesOf(diagnostics);
  return findings.map((finding) => {
    const place = placeOf(finding);
    return place === undefined ? finding : { ...finding, frame: codeFrame(place.source, place.span) };
  });
}

interface Examination {
  readonly findings: readonly Finding[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Goes as far as it can: what depends on something that failed is left out. */
async function examine(context: CommandContext, folder: string, self?: GatewayFile): Promise<Examination> {
  const findings: Finding[] = [];
  const diagnostics: Diagnostic[] = [];
  const config = await attempt(
    findings,
    "configuration",
    "configuration",
    () => configFor(context, folder),
    diagnostics,
  );
  const files = await attempt(findings, "bundle", folder, () => readBundleFolder(folder));
  if (files === undefined) return { findings, diagnostics };
  findings.push(...examineFiles(files), ...(await examineFolders(files)), ...(await examineAnswers(context, files)));
  if (config !== undefined) findings.push(...(await examineRunning(context, files, config, self)));
  return { findings, diagnostics: [...diagnostics, ...files.diagnostics] };
}

async function examineRunning(
  context: CommandContext,
  files: BundleFolder,
  config: GatewayConfig,
  self: GatewayFile | undefined,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const { folder } = files;
  const { env } = context;
  const options = { keyText: env["GTC_KEY"], env, maxBodyBytes: config.maxBodyBytes };
  const bundle = await attempt(findings, "setup", folder, () => loadBundle(folder, options));
  if (bundle !== undefined) {
    const secrets = [...bundle.sources.values()].reduce((sum, { byType }) => sum + byType.size, 0);
    const message = `Set up; the secrets of ${secrets} signature(s) can be opened.`;
    // Of tenants that are not known no secret was looked at.
    if (bundleFaults(files).length === 0) findings.push({ level: "ok", check: "setup", where: folder, message });
    findings.push(...examineSources(bundle, Date.now()));
  }
  const gateway = self === undefined ? await runningGateway(folder) : { ...self, isSilent: false };
  findings.push(...(await examinePlace(folder, config, gateway !== undefined)));
  findings.push(...(await examineGateway(folder, gateway, bundle?.publicBaseUrl)));
  return findings;
}

/**
 * Runs a step; an error that an operator may meet becomes a finding, at `place` where it names none itself. One with places
 * in a file becomes a finding for each.
 */
async function attempt<T>(
  findings: Finding[],
  check: string,
  place: string,
  step: () => Promise<T>,
  diagnostics: Diagnostic[] = [],
): Promise<T | undefined> {
  try {
    return await step();
  } catch (thrown) {
    const fault = asGtcError(thrown);
    if (fault === undefined) throw thrown;
    if (fault instanceof ConfigFault) {
      const { fix } = fault;
      diagnostics.push(...fault.diagnostics);
      findings.push(...fault.diagnostics.map(findingOf));
      findings.push(
        ...fault.mistakes.map((message) => ({ level: "error", check, where: place, message, fix }) as const),
      );
      return undefined;
    }
    const where = String(fault.details["path"] ?? place);
    findings.push({ level: "error", check, where, message: messageOf(fault), fix: fault.fix });
    return undefined;
  }
}

/** Finds the diagnostic that a finding was made of: the same may be said of several places. */
function placesOf(diagnostics: readonly Diagnostic[]): (finding: Finding) => Diagnostic | undefined {
  const idOf = (where: string, message: string): string => JSON.stringify([where, message]);
  const places = new Map(
    diagnostics.map((diagnostic) => [idOf(locationOf(diagnostic), diagnostic.message), diagnostic]),
  );
  return ({ where, message }) => places.get(idOf(where, message));
}

function exitCodeOf(findings: readonly Finding[]): ExitCode {
  return findings.some(({ level }) => level === "error") ? 1 : 0;
}

function findingsText(
  findings: readonly Finding[],
  diagnostics: readonly Diagnostic[],
  { paint }: Pick<CommandContext, "paint">,
): string {
  const marks = { ok: paint.good("✓"), note: paint.dim("·"), warning: paint.warning("!"), error: paint.error("✗") };
  const placeOf = placesOf(diagnostics);
  const lines = findings.map((finding) => {
    const { level, check, where, message, fix } = finding;
    const head = `${marks[level]} ${visible(message)}\n    ${paint.dim(`${visible(where)} [${check}]`)}`;
    const place = placeOf(finding);
    const frame = place === undefined ? "" : `\n${codeFrame(place.source, place.span, paint)}`;
    return `${head}${frame}${fix === undefined ? "" : `\n    ${paint.dim("fix:")} ${visible(fix)}`}`;
  });
  const count = (level: Finding["level"]): number => findings.filter((finding) => finding.level === level).length;
  return `${lines.join("\n")}\n\n${count("error")} error(s), ${count("warning")} warning(s)\n`;
}
