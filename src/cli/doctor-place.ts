/** What `gtc doctor` finds around a bundle: the answers file beside it, the data folder, the disk, the ports. */
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { messageOf } from "../base/index.ts";
import type { GatewayConfig } from "../config/index.ts";
import {
  ANSWER_FILES,
  mergeSetup,
  openSetup,
  readAnswers,
  validateAnswers,
  wouldChange,
  type AnswerFault,
  type BundleFolder,
  type Finding,
  type ValidatedAnswers,
} from "../setup/index.ts";
import { fileText, whyNoText, shellPath } from "../text/index.ts";
import { asGtcError } from "./as-gtc-error.ts";
import type { CommandContext } from "./command.ts";

const MIN_FREE_BYTES = 256 * 1024 * 1024;

function notText(bytes: Uint8Array): { readonly faults: readonly AnswerFault[] } {
  const { what, fix } = whyNoText(bytes);
  return { faults: [{ path: "$", message: `the file ${what}`, hint: fix }] };
}

/** Validates the answers that lie in the bundle. Setup may have had another environment: faults are warnings. */
export async function examineAnswers(context: CommandContext, { folder, bundle }: BundleFolder): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of ANSWER_FILES) {
    const path = join(folder, name);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) continue;
    const text = fileText(bytes);
    const read = text === undefined ? notText(bytes) : readAnswers(text);
    const validated =
      "faults" in read ? read : validateAnswers(read.answers, { env: context.env, tenants: bundle.tenants });
    if (!("faults" in validated)) {
      findings.push(await examineSound(context, folder, path, validated));
      continue;
    }
    for (const { path: at, message, hint, place } of validated.faults) {
      const fix = hint ?? "Correct the answers, then run `gtc setup` again.";
      const where = place === undefined ? `${path} ${at}` : `${path}:${place.line}:${place.column} ${at}`;
      findings.push({ level: "warning", check: "answers", where, message: `${at} ${message}.`, fix });
    }
  }
  return findings;
}

/** Answers that were edited and not set up since are a common reason why nothing has changed. Others may be set up on purpose. */
async function examineSound(
  { env }: CommandContext,
  folder: string,
  path: string,
  answers: ValidatedAnswers,
): Promise<Finding> {
  const finding = { check: "answers", where: path };
  // What keeps the setup from being read is told by a check of its own.
  const before = await openSetup(folder, env["GTC_KEY"]).catch(() => undefined);
  if (before === undefined || !(await wouldChange(folder, before, mergeSetup(before, answers, Date.now()))))
    return { level: "ok", ...finding, message: "The answers are valid." };
  const message = "The answers are valid, but not what is set up.";
  const fix = `If they are meant to be, run \`gtc setup --answers ${shellPath(path)} ${shellPath(folder)}\`.`;
  return { level: "note", ...finding, message, fix };
}

/** The data folder, and the ports unless a gateway has them. */
export async function examinePlace(folder: string, config: GatewayConfig, isRunning: boolean): Promise<Finding[]> {
  const findings = [...(await examineNames(folder)), await examineFolder(folder), ...(await examineDisk(folder))];
  if (isRunning) return findings;
  return [
    ...findings,
    await examinePort(config.host, config.port, "--port"),
    await examinePort(config.adminHost, config.adminPort, "--admin-port"),
  ];
}

/** Settings in a file of nearly the right name hold for nothing. */
async function examineNames(folder: string): Promise<Finding[]> {
  const where = join(folder, "gtc.yml");
  if ((await stat(where).catch(() => undefined)) === undefined) return [];
  const message = "gtc.yml is not read: settings are taken from gtc.yaml.";
  return [{ level: "warning", check: "configuration", where, message, fix: "Rename the file to gtc.yaml." }];
}

async function examineFolder(folder: string): Promise<Finding> {
  const state = join(folder, "state");
  const parent = (await stat(state).catch(() => undefined)) === undefined ? folder : state;
  try {
    await rm(await mkdtemp(join(parent, ".doctor-")), { recursive: true });
    return { level: "ok", check: "data-folder", where: state, message: `${basename(parent)} can be written.` };
  } catch (error) {
    const message = `The data folder cannot be written: ${messageOf(error)}.`;
    const fix = "Give the user that runs gtc the right to write there.";
    return { level: "error", check: "data-folder", where: state, message, fix };
  }
}

async function examineDisk(folder: string): Promise<Finding[]> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= MIN_FREE_BYTES) return [];
  const message = `Only ${Math.floor((bavail * bsize) / 1024 / 1024)} MiB are free: events are refused with 503 once the disk is full.`;
  const fix = "Free space, or shorten `retention` in gtc.yaml.";
  return [{ level: "warning", check: "disk-space", where: folder, message, fix }];
}

async function examinePort(host: string, port: number, option: string): Promise<Finding> {
  const where = `${host}:${port}`;
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    return { level: "ok", check: "port", where, message: `Port ${port} is free.` };
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    const message = isTaken ? `Port ${port} is already in use.` : `Port ${port} cannot be used: ${messageOf(error)}.`;
    // Of an address that there is not, or of a right that is missing, no other program is the cause.
    const advice = isTaken ? undefined : asGtcError(error)?.fix;
    const fix = advice ?? `Stop the program that uses it, or choose another with ${option}.`;
    return { level: "error", check: "port", where, message, fix };
  } finally {
    server.close();
  }
}
