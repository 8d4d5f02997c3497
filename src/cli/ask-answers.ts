/** The dialog of `gtc setup` on a terminal. */
import { autocomplete, confirm, intro, isCancel, outro, password, text } from "@clack/prompts";
import { GtcError } from "../base/index.ts";
import { listProviders } from "../signature/index.ts";
import { readAnswers, validateAnswers } from "../setup/index.ts";
import type { CommandContext } from "./command.ts";

/** The terminal at which the questions are asked. */
interface Terminal {
  readonly input: CommandContext["stdin"];
  readonly output: CommandContext["stdout"];
}

/** Asks for what setup needs; returns the answers as JSON text. @throws GtcError GTC_USAGE when the user leaves. */
export async function askAnswers({ stdin, stdout }: Pick<CommandContext, "stdin" | "stdout">): Promise<string> {
  const terminal = { input: stdin, output: stdout };
  intro("Webhooks for this bundle", terminal);
  const url = answered(
    await text({
      ...terminal,
      message: "Public URL under which senders reach you",
      initialValue: "http://localhost:8080",
      validate: urlFault,
    }),
  );
  const signatures: Record<string, unknown> = {};
  while (
    answered(
      await confirm({
        ...terminal,
        message: Object.keys(signatures).length === 0 ? "Verify the signatures of a sender?" : "Another sender?",
      }),
    )
  ) {
    const [eventType, entry] = await askSender(terminal);
    signatures[eventType] = entry;
  }
  outro("Thank you.", terminal);
  return JSON.stringify({ "events-webhook": { enabled: true, public_base_url: url, signatures } });
}

async function askSender(terminal: Terminal): Promise<readonly [string, unknown]> {
  const options = [
    ...listProviders().map(({ id, name }) => ({ value: id, label: name })),
    { value: "sha256", label: "Another: HMAC-SHA256 of the body in a header" },
  ];
  const provider = answered(
    await autocomplete({ ...terminal, message: "Who sends? (type to search)", options, maxItems: 12 }),
  );
  const eventType = answered(
    await text({
      ...terminal,
      message: "Event type in the URL",
      initialValue: provider === "sha256" ? "order.created" : provider,
    }),
  );
  const header =
    provider === "sha256"
      ? answered(await text({ ...terminal, message: "Header with the signature", initialValue: "X-Signature-256" }))
      : undefined;
  const secret = answered(
    await password({ ...terminal, message: "Secret (or $NAME to take it from the environment)" }),
  );
  return [eventType, header === undefined ? { provider, secret } : { header, algorithm: "sha256", secret }];
}

/** What setup would say of the URL in the end is said at once. */
function urlFault(value: string | undefined): string | undefined {
  const section = { enabled: true, public_base_url: value ?? "" };
  const read = readAnswers(JSON.stringify({ "events-webhook": section }));
  const validated = "faults" in read ? read : validateAnswers(read.answers, { env: {}, tenants: [] });
  const fault = "faults" in validated ? validated.faults[0] : undefined;
  return fault === undefined ? undefined : `The URL ${fault.message}. ${fault.hint ?? ""}`.trim();
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (!isCancel(answer)) return answer as Exclude<T, symbol>;
  throw new GtcError("GTC_USAGE", { detail: "The dialog was left; nothing was changed." });
}
