/** The dialog of `gtc setup` on a terminal. */
import { cancel, confirm, intro, isCancel, outro, password, select, text } from "@clack/prompts";
import { GtcError } from "../base/index.ts";
import { listProviders } from "../signature/index.ts";

/** Asks for what setup needs; returns the answers as JSON text. @throws GtcError GTC_USAGE when the user leaves. */
export async function askAnswers(): Promise<string> {
  intro("Webhooks for this bundle");
  const url = answered(
    await text({
      message: "Public URL under which senders reach you",
      initialValue: "http://localhost:8080",
      validate: urlFault,
    }),
  );
  const signatures: Record<string, unknown> = {};
  while (
    answered(
      await confirm({
        message: Object.keys(signatures).length === 0 ? "Verify the signatures of a sender?" : "Another sender?",
      }),
    )
  ) {
    const [eventType, entry] = await askSender();
    signatures[eventType] = entry;
  }
  outro("Thank you.");
  return JSON.stringify({ "events-webhook": { enabled: true, public_base_url: url, signatures } });
}

async function askSender(): Promise<readonly [string, unknown]> {
  const options = [
    ...listProviders().map(({ id, name }) => ({ value: id, label: name })),
    { value: "sha256", label: "Another: HMAC-SHA256 of the body in a header" },
  ];
  const provider = answered(await select({ message: "Who sends?", options, maxItems: 12 }));
  const eventType = answered(
    await text({ message: "Event type in the URL", initialValue: provider === "sha256" ? "order.created" : provider }),
  );
  const header =
    provider === "sha256"
      ? answered(await text({ message: "Header with the signature", initialValue: "X-Signature-256" }))
      : undefined;
  const secret = answered(await password({ message: "Secret (or $NAME to take it from the environment)" }));
  return [eventType, header === undefined ? { provider, secret } : { header, algorithm: "sha256", secret }];
}

function urlFault(value: string | undefined): string | undefined {
  return URL.canParse(value ?? "") ? undefined : "Write a URL such as https://your-domain.com";
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (!isCancel(answer)) return answer as Exclude<T, symbol>;
  cancel("Nothing was changed.");
  throw new GtcError("GTC_USAGE", { detail: "The dialog was left." });
}
