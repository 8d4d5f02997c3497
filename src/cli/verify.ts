/** `gtc verify`: verifies a captured request offline, and explains a refusal. */
import { GtcError } from "../base/index.ts";
import {
  createVerifier,
  explainRefusal,
  VerifierFault,
  type Explanation,
  type SchemeConfig,
  type SignedRequest,
  type SigningKey,
  type Verdict,
} from "../signature/index.ts";
import { parseCapturedRequest, type CapturedRequest } from "./captured-request.ts";
import { defineCommand, type CommandContext } from "./command.ts";
import { flag, moment, text } from "./options.ts";
import { readBytes, readScheme, SCHEME_OPTIONS } from "./scheme-options.ts";
import { jsonLine } from "./json-line.ts";
import { visible } from "../text/index.ts";

export const verify = defineCommand({
  name: "verify",
  summary: "Verify a captured request offline and say why it would be refused",
  description:
    "Reads raw HTTP, HAR or JSON. Timestamps are judged against --at, the time in the capture, or now. Nothing is fetched: where a provider publishes keys or certificates, give them with --secret-file.",
  examples: [
    "gtc verify --provider github --secret-env GITHUB_SECRET --request request.http",
    "gtc verify --provider stripe --secret-env STRIPE_SECRET --request - --at 2026-01-31T08:00:00Z < request.http",
  ],
  args: {},
  options: {
    request: text("FILE", "The captured request; `-` for the standard input"),
    ...SCHEME_OPTIONS,
    at: moment("TIME", "The time of receipt"),
    json: flag("Print JSON"),
  },
  run: async (context, { options }) => {
    if (options.request === undefined) throw new GtcError("GTC_USAGE", { detail: "verify needs --request FILE." });
    const captured = readCapture(await readBytes(context, options.request), options.request);
    const { config, keys } = await readScheme(context, options);
    const nowMs = options.at?.(Date.now()) ?? captured.receivedAtMs ?? Date.now();
    const verdict = await verdictOf(config, keys, captured.request, nowMs);
    const explanation =
      verdict.status === "refused"
        ? await explainRefusal({ config, keys, request: captured.request, nowMs }, verdict)
        : undefined;
    const facts = factsOf(verdict, explanation);
    context.stdout.write(options.json ? jsonLine(facts) : inWords(facts, verdict, context));
    return verdict.status === "refused" ? 1 : 0;
  },
});

function readCapture(bytes: Buffer, path: string): CapturedRequest {
  try {
    return parseCapturedRequest(bytes);
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw new GtcError(
      "GTC_USAGE",
      { detail: `${path} is no captured request: ${thrown.message}.` },
      { cause: thrown },
    );
  }
}

async function verdictOf(
  config: SchemeConfig,
  keys: readonly SigningKey[],
  request: SignedRequest,
  nowMs: number,
): Promise<Verdict> {
  try {
    return await createVerifier(config, keys).verify(request, nowMs);
  } catch (thrown) {
    if (!(thrown instanceof VerifierFault)) throw thrown;
    throw new GtcError(
      "GTC_USAGE",
      { detail: `This request cannot be judged here: ${thrown.message}.` },
      { cause: thrown },
    );
  }
}

type Facts = Readonly<Record<string, unknown>>;

/** What is printed, in the order of printing; absent facts are left out. */
function factsOf(verdict: Verdict, explanation: Explanation | undefined): Facts {
  const common = { verdict: verdict.status, provider: verdict.provider, scheme: verdict.scheme };
  switch (verdict.status) {
    case "verified": {
      const { keyName, authenticated, providerType, deliveryId, handshake } = verdict;
      return {
        ...common,
        secret: keyName,
        authenticated,
        event_type: providerType,
        delivery_id: deliveryId,
        handshake: handshake?.name,
      };
    }
    case "handshake":
      return { ...common, handshake: verdict.handshake.name, answer: verdict.handshake.answer };
    case "refused": {
      const { reason, detail } = verdict;
      const { reason: likely, detail: why, fix, certain } = explanation ?? {};
      return { ...common, reason, detail, likely, why, certain, fix: fix ?? verdict.hint };
    }
    default:
      return verdict satisfies never;
  }
}

function inWords(facts: Facts, { status }: Verdict, { paint }: CommandContext): string {
  const { verdict: _verdict, ...rest } = facts;
  const head = status === "refused" ? paint.error("refused") : paint.good(status);
  const lines = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        `  ${paint.dim(name.padEnd(12))} ${visible(typeof value === "string" ? value : JSON.stringify(value))}\n`,
    );
  return `${head}\n${lines.join("")}`;
}
