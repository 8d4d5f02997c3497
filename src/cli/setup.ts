/** `gtc setup`: answers → settings and sealed secrets; prints the URLs to register. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { GtcError, messageOf } from "../base/index.ts";
import {
  answersTemplate,
  bundleFaults,
  extendSetup,
  mergeSetup,
  openSetup,
  readAnswers,
  readBundleFolder,
  validateAnswers,
  wouldChange,
  writeSetup,
  type AnswerFault,
  type OpenSetup,
  type ValidatedAnswers,
} from "../setup/index.ts";
import { changeSetup } from "../change-setup.ts";
import { askAnswers } from "./ask-answers.ts";
import { defineCommand, UsageFault, type CommandContext } from "./command.ts";
import { BundleFault, configFor, folderOf } from "./load.ts";
import { flag, optional, text } from "./options.ts";
import { readBytes } from "./scheme-options.ts";
import { reportSetup } from "./setup-report.ts";
import { fileText, whyNoText, shellPath, visible } from "../text/index.ts";

/** The answers with all that is wrong with them. */
class AnswersFault extends GtcError {
  readonly faults: readonly AnswerFault[];
  constructor(path: string, faults: readonly AnswerFault[]) {
    super("GTC_ANSWERS_INVALID", { path, count: faults.length });
    this.faults = faults;
  }
}

export const setup = defineCommand({
  name: "setup",
  summary: "Configure a bundle from answers, and show its webhook URLs",
  description:
    "Reads the answers (JSON or YAML), validates all of them at once, seals the secrets, and prints the URLs to register. Answers in a file are the whole; without one it asks, on a terminal, and leaves as it is what it does not ask for.",
  examples: [
    "gtc setup --answers answers.json ./my-bundle",
    "gtc setup --emit-answers answers.json",
    "gtc setup ./my-bundle",
  ],
  args: { bundle: optional("The bundle's folder; by default the current one") },
  options: {
    answers: text("FILE", "Take the answers from this file (- is standard input)"),
    "dry-run": flag("Validate and show, also whether it would change anything, but write nothing"),
    "emit-answers": text(
      "FILE",
      "Write a template of the answers to this file and stop; not with --answers, --dry-run or --json",
    ),
    advanced: flag("With --emit-answers: include the optional fields"),
    "non-interactive": flag("Never ask; fail when answers are missing (as with --json)"),
    json: flag(
      "Print JSON: the URLs, as `changed` whether the answers change anything, also with --dry-run, and as `faults` and `diagnostics` what is wrong with flow files",
    ),
  },
  run: async (context, { args, options }) => {
    const { "emit-answers": template, advanced } = options;
    if (template !== undefined) {
      refuseBesideTemplate(options);
      return emit(context, template, advanced, args.bundle);
    }
    if (advanced) throw new UsageFault("--advanced goes with --emit-answers FILE");
    const folder = folderOf(context, args.bundle);
    const tenants = await tenantsOf(folder);
    // Whatever can be refused is refused before anything is written.
    const { maxBodyBytes } = await configFor(context, folder);
    const keyText = context.env["GTC_KEY"];
    const known = await setupBefore(folder, keyText);
    const answers = await answersText(context, options.answers, options["non-interactive"] || options.json, known);
    const validated = validate(options.answers, answers, context, tenants);
    // A dialog asks for a part only: answers in a file are the whole.
    const merge = options.answers === undefined ? extendSetup : mergeSetup;
    const isDryRun = options["dry-run"];
    const apply = async (): Promise<Applied> => {
      // What was set up a moment ago may be another by now: a dialog takes its time, and secrets are rotated.
      const before = await setupBefore(folder, keyText);
      const merged = merge(before, validated.answers, Date.now());
      const changed = await (isDryRun ? wouldChange(folder, before, merged) : writeSetup(folder, merged, keyText));
      return { before, merged, changed };
    };
    const applied = await (isDryRun ? apply() : changeSetup(folder, apply));
    await reportSetup(context, folder, {
      ...applied,
      notices: validated.notices,
      maxBodyBytes,
      isDryRun,
      json: options.json,
    });
    return 0;
  },
});

interface Applied {
  readonly before: OpenSetup | undefined;
  readonly merged: OpenSetup;
  readonly changed: boolean;
}

/** A template sets nothing up: what else is asked of a setup would be passed over without a word. @throws UsageFault */
function refuseBesideTemplate(options: {
  readonly answers: string | undefined;
  readonly "dry-run": boolean;
  readonly json: boolean;
}): void {
  const given = { "--answers": options.answers !== undefined, "--dry-run": options["dry-run"], "--json": options.json };
  const names = Object.entries(given).flatMap(([name, isGiven]) => (isGiven ? [name] : []));
  if (names.length > 0) throw new UsageFault(`--emit-answers FILE does not go with ${names.join(", ")}`);
}

/** Whom answers may name; a fault of a flow file does not touch them. @throws GtcError, BundleFault */
async function tenantsOf(folder: string): Promise<readonly string[]> {
  const files = await readBundleFolder(folder);
  const faults = bundleFaults(files);
  if (faults.length > 0) throw new BundleFault(folder, faults);
  return files.bundle.tenants;
}

/** Undefined for a bundle that was not set up yet. @throws GtcError GTC_SECRET_KEY. */
async function setupBefore(folder: string, keyText: string | undefined): Promise<OpenSetup | undefined> {
  try {
    return await openSetup(folder, keyText);
  } catch (fault) {
    if (fault instanceof GtcError && fault.code === "GTC_NOT_SET_UP") return undefined;
    throw fault;
  }
}

async function emit(context: CommandContext, file: string, advanced: boolean, bundle: string | undefined): Promise<0> {
  const tenants = await tenantsOf(folderOf(context, bundle)).catch((fault: unknown) => {
    // Without a bundle there may be a template all the same.
    if (bundle === undefined && fault instanceof GtcError && fault.code === "GTC_BUNDLE_NOT_FOUND") return undefined;
    throw fault;
  });
  const [tenant] = tenants ?? [];
  const template = answersTemplate(advanced, tenant);
  if (file === "-") {
    context.stdout.write(template);
    return 0;
  }
  await writeFile(resolve(context.cwd, file), template, { flag: "wx" }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EEXIST") throw cause;
    throw new GtcError("GTC_USAGE", { detail: `${file} is already there; give another name.` }, { cause });
  });
  const next = `gtc setup --answers ${shellPath(file)} ${shellPath(bundle ?? (tenants === undefined ? "./my-bundle" : "."))}`;
  context.stderr.write(`${visible(`Wrote ${file}. Fill it in, then run: ${next}`)}\n`);
  return 0;
}

async function answersText(
  context: CommandContext,
  file: string | undefined,
  nonInteractive: boolean,
  before: OpenSetup | undefined,
): Promise<string> {
  if (file === undefined) {
    if (!nonInteractive && context.isTerminal) return askAnswers(context, before && asked(before));
    throw new GtcError("GTC_USAGE", {
      detail: "There are no answers: give --answers FILE (`gtc setup --emit-answers answers.json` writes a template).",
    });
  }
  const bytes = await readBytes(context, file).catch((fault: unknown) => {
    throw new AnswersFault(file, [{ path: "$", message: messageOf(fault) }]);
  });
  const answers = fileText(bytes);
  if (answers !== undefined) return answers;
  const { what, fix } = whyNoText(bytes);
  throw new AnswersFault(file, [{ path: "$", message: `the file ${what}`, hint: fix }]);
}

/** What the dialog says and offers of a setup. */
function asked({ settings }: OpenSetup): Parameters<typeof askAnswers>[1] {
  const { enabled, publicBaseUrl, shared, tenants } = settings;
  const isForSome = Object.values(tenants).some((own) => own.enabled === true);
  return { enabled, isForSome, publicBaseUrl, eventTypes: Object.keys(shared.byType) };
}

interface Validated {
  readonly answers: ValidatedAnswers;
  readonly notices: readonly string[];
}

/** @param file undefined for the dialog, whose answers have no lines */
function validate(
  file: string | undefined,
  answers: string,
  context: CommandContext,
  tenants: readonly string[],
): Validated {
  const read = readAnswers(answers);
  const validated = "faults" in read ? read : validateAnswers(read.answers, { env: context.env, tenants });
  if (!("faults" in validated)) return { answers: validated, notices: "answers" in read ? read.answers.notices : [] };
  if (file !== undefined) throw new AnswersFault(file, validated.faults);
  throw new AnswersFault(
    "the dialog",
    validated.faults.map(({ place: _place, ...fault }) => fault),
  );
}
