/**
 * The dialog of `gtc setup` on a terminal. Of a bundle that is set up it changes what it asks for and leaves the rest; what
 * setup would refuse in the end is refused at once.
 */
import { autocomplete, confirm, intro, isCancel, log, outro, password, text, updateSettings } from "@clack/prompts";
import { GtcError } from "../base/index.ts";
import { listProviders } from "../signature/index.ts";
import { readAnswers, validateAnswers, type AnswerFault } from "../setup/index.ts";
import type { CommandContext } from "./command.ts";

/** The terminal at which the questions are asked. */
interface Terminal {
  readonly input: CommandContext["stdin"];
  readonly output: CommandContext["stdout"];
}

/** What is set up before. */
interface Before {
  /** Whether webhooks are received by all tenants that say nothing else. */
  readonly enabled: boolean;
  /** Whether some tenants receive them although others do not. */
  readonly isForSome: boolean;
  readonly publicBaseUrl: string;
  /** Event types with a signature of their own. */
  readonly eventTypes: readonly string[];
}

/** Asks for what setup needs; returns the answers as JSON text. @throws GtcError GTC_DIALOG_LEFT. */
export async function askAnswers(
  { stdin, stdout, env }: Pick<CommandContext, "stdin" | "stdout" | "env">,
  before: Before | undefined,
): Promise<string> {
  const terminal = { input: stdin, output: stdout };
  // Ctrl-D closes the line that a prompt reads, which then would never be answered.
  updateSettings({ aliases: { "\u0004": "cancel" } });
  intro("Webhooks for this bundle", terminal);
  const kept = before?.eventTypes ?? [];
  if (kept.length > 0) log.info(`Already verified, and kept: ${kept.join(", ")}.`, terminal);
  const url = answered(
    await text({
      ...terminal,
      message: "Public URL under which senders reach you",
      initialValue: before?.publicBaseUrl ?? "http://localhost:8080",
      validate: (value) => faultOf("The URL", { public_base_url: value ?? "" }, env),
    }),
  );
  const enabled = await askEnabled(terminal, before);
  const signatures: Record<string, unknown> = {};
  while (
    answered(
      await confirm({
        ...terminal,
        message:
          Object.keys(signatures).length + kept.length === 0
            ? "Verify the signatures of a sender?"
            : "Verify the signatures of another sender?",
      }),
    )
  ) {
    const [eventType, entry] = await askSender(terminal, env, signatures);
    signatures[eventType] = entry;
  }
  outro("Thank you.", terminal);
  return JSON.stringify({ "events-webhook": { enabled, public_base_url: url, signatures } });
}

/** What was switched off on purpose, or for other tenants, is not switched on by a dialog about something else. */
async function askEnabled(terminal: Terminal, before: Before | undefined): Promise<boolean> {
  if (before === undefined || before.enabled) return true;
  if (before.isForSome) return false;
  return answered(
    await confirm({
      ...terminal,
      message: "Webhooks are switched off. Receive them from now on?",
      initialValue: false,
    }),
  );
}

/** Asks for one sender; `given` are the event types of those before, which would be overwritten. */
async function askSender(
  terminal: Terminal,
  env: CommandContext["env"],
  given: Readonly<Record<string, unknown>>,
): Promise<readonly [string, unknown]> {
  const options = [
    ...listProviders().map(({ id, name }) => ({ value: id, label: name })),
    { value: "sha256", label: "Another: HMAC-SHA256 of the body in a header" },
  ];
  const provider = answered(
    await autocomplete({
      ...terminal,
      message: "Who sends? (type to search)",
      options,
      maxItems: 12,
      validate: (value) => (value === "sha256" ? undefined : notAskedFor(String(value), env)),
    }),
  );
  const eventType = answered(
    await text({
      ...terminal,
      message: "Event type in the URL",
      initialValue: provider === "sha256" ? "order.created" : provider,
      validate: (value) =>
        Object.hasOwn(given, value ?? "")
          ? "It was given above: another sender needs an event type of its own."
          : faultOf("It", { signatures: { [value ?? ""]: { provider: "github", secret: "x" } } }, env),
    }),
  );
  const header = provider === "sha256" ? await askHeader(terminal, env) : undefined;
  const entryWith = (secret: string): object =>
    header === undefined ? { provider, secret } : { header, algorithm: "sha256", secret };
  const secret = answered(
    await password({
      ...terminal,
      message: "Secret (or $NAME to take it from the environment)",
      validate: (value) => faultOf("The secret", { signatures: { [eventType]: entryWith(value ?? "") } }, env),
    }),
  );
  return [eventType, entryWith(secret)];
}

async function askHeader(terminal: Terminal, env: CommandContext["env"]): Promise<string> {
  return answered(
    await text({
      ...terminal,
      message: "Header with the signature",
      initialValue: "X-Signature-256",
      validate: (value) =>
        faultOf("It", { signatures: { any: { header: value ?? "", algorithm: "sha256", secret: "x" } } }, env),
    }),
  );
}

/** What a provider needs beside a secret is not asked for: without it no secret would be taken, and the dialog not end. */
function notAskedFor(provider: string, env: CommandContext["env"]): string | undefined {
  const faults = faultsIn({ signatures: { [provider]: { provider } } }, env);
  const fault = faults.find(({ path }) => !path.endsWith(".secret"));
  if (fault === undefined) return undefined;
  return `It needs more than a secret: ${fault.path.split(".").at(-1)}. Set it up with --answers FILE.`;
}

/** The first fault that setup would find in a part of the answers. */
function faultOf(what: string, part: object, env: CommandContext["env"]): string | undefined {
  const [fault] = faultsIn(part, env);
  return fault === undefined ? undefined : `${what} ${fault.message}. ${fault.hint ?? ""}`.trim();
}

function faultsIn(part: object, env: CommandContext["env"]): readonly AnswerFault[] {
  const section = { enabled: true, public_base_url: "http://localhost", ...part };
  const read = readAnswers(JSON.stringify({ "events-webhook": section }));
  const validated = "faults" in read ? read : validateAnswers(read.answers, { env, tenants: [] });
  return "faults" in validated ? validated.faults : [];
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (!isCancel(answer)) return answer as Exclude<T, symbol>;
  throw new GtcError("GTC_DIALOG_LEFT");
}
