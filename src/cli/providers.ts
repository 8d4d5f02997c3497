/** `gtc providers`: the providers that are known by name, or one of them in full. */
import { GtcError, nearest } from "../base/index.ts";
import { describeProvider, listProviders, type ProviderDescription } from "../signature/index.ts";
import { defineCommand, type CommandContext } from "./command.ts";
import { flag, optional } from "./options.ts";

export const providers = defineCommand({
  name: "providers",
  summary: "List the providers whose signatures are known, or show one",
  examples: ["gtc providers", "gtc providers stripe", "gtc providers --json"],
  args: { name: optional("The provider to show") },
  options: { json: flag("Print JSON, one object a line") },
  run: async (context, { args, options }) => {
    const all = listProviders().map(describeProvider);
    const shown = args.name === undefined ? all : [find(args.name, all)];
    const [only] = shown;
    if (options.json) context.stdout.write(shown.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    else if (args.name !== undefined && only !== undefined) context.stdout.write(inFull(only, context));
    else context.stdout.write(list(all, context));
    return 0;
  },
});

function find(name: string, all: readonly ProviderDescription[]): ProviderDescription {
  const found = all.find(({ id }) => id === name.toLowerCase());
  if (found !== undefined) return found;
  const meant =
    nearest(
      name,
      all.flatMap((entry) => [entry.id, entry.name]),
    ) ?? all.find(({ id }) => id.startsWith(name))?.id;
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw new GtcError("GTC_USAGE", { detail: `There is no provider ${name}.${hint}` });
}

function list(all: readonly ProviderDescription[], { paint }: CommandContext): string {
  const rows = all.map((entry) => [entry.id, entry.algorithm, entry.place, handshakeOf(entry), limitOf(entry) ?? ""]);
  const head = ["PROVIDER", "ALGORITHM", "SIGNATURE IN", "HANDSHAKE", "ANSWER WITHIN"];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const foot = paint.dim(`${all.length} providers; \`gtc providers NAME\` shows one with its documentation page.`);
  return `${[paint.bold(line(head)), ...rows.map(line), "", foot].join("\n")}\n`;
}

function handshakeOf({ handshake, handshakeMethods }: ProviderDescription): string {
  if (handshake === undefined) return "";
  return handshakeMethods.length === 0 ? handshake : `${handshake} (${handshakeMethods.join(", ")})`;
}

function limitOf({ responseLimitMs }: ProviderDescription): string | undefined {
  return responseLimitMs === undefined ? undefined : `${responseLimitMs / 1000} s`;
}

function inFull(entry: ProviderDescription, { paint }: CommandContext): string {
  const { toleranceSeconds, settings = [] } = entry;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["algorithm", entry.algorithm],
    ["signature in", entry.place],
    ["signed content", entry.content.replaceAll("\n", String.raw`\n`)],
    ["covers the body", entry.coversBody ? "yes" : "no"],
    ["tolerance", toleranceSeconds === undefined ? undefined : `${toleranceSeconds} s`],
    ["secret", entry.secret],
    ...settings.map(
      ({ name, required, what }) => [`setting ${name}`, `${what}${required ? " (required)" : ""}`] as const,
    ),
    ["event type", entry.eventType],
    ["delivery id", entry.deliveryId],
    ["handshake", handshakeOf(entry)],
    ["answer within", limitOf(entry)],
    ["retries", entry.retries],
    ["known from", entry.known],
    ["documentation", entry.docs],
  ];
  const present = facts.filter(([, value]) => value !== undefined && value !== "");
  const width = Math.max(...present.map(([name]) => name.length));
  const lines = present.map(([name, value]) => `  ${paint.dim(name.padEnd(width))}  ${value ?? ""}`);
  return `${[paint.bold(`${entry.id} – ${entry.name}`), ...lines, ...entry.notes.map((note) => `  • ${note}`)].join("\n")}\n`;
}
