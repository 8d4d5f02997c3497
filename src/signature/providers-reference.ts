/** The reference of providers, `docs/reference/providers.md`, written from the table. */
import { describeProvider, type ProviderDescription } from "./describe-provider.ts";
import { listProviders } from "./providers/index.ts";

export function providersReference(): string {
  const all = listProviders().map(describeProvider);
  return `${[HEAD(all.length), table(all), "## Each provider", ...all.map(section)].join("\n\n")}\n`;
}

const HEAD = (count: number): string => `# Providers

The ${count} providers that gtc knows by name. In the answers, \`"signatures": { "orders": { "provider": "shopify", "secret": "…" } }\`
is enough; the event type in the URL need not be the provider's name. This page is generated from the table in
\`src/signature/providers\`; \`gtc providers NAME\` prints one entry.

**Known** says how a scheme is known: \`sdk\` from the vendor's own code, \`doc\` from its documentation, \`third party\` from
others' code, \`unconfirmed\` from no more than common knowledge. **Tolerance** is how many seconds the timestamp may lie from the
time of receipt, in both directions; \`tolerance\` in the answers replaces it.`;

const COLUMNS = [
  "provider",
  "algorithm",
  "signature in",
  "covers the body",
  "tolerance",
  "handshake",
  "answer within",
  "known",
];

/** A table with its columns aligned, as the formatter wants them. */
function table(all: readonly ProviderDescription[]): string {
  const rows = all.map((entry) => [
    `[\`${entry.id}\`](#${entry.id})`,
    entry.algorithm,
    code(entry.place),
    entry.coversBody ? "yes" : "no",
    entry.toleranceSeconds === undefined ? "–" : `${entry.toleranceSeconds} s`,
    entry.handshake ?? "–",
    entry.responseLimitMs === undefined ? "–" : `${entry.responseLimitMs / 1000} s`,
    entry.known,
  ]);
  const widths = COLUMNS.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(COLUMNS), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

function section(entry: ProviderDescription): string {
  const lines = [
    `${entry.algorithm}${entry.place === "" ? "" : ` in ${code(entry.place)}`}${entry.content === "" ? "" : ` over ${code(entry.content.replaceAll("\n", "\\n"))}`}`,
    `Secret: ${entry.secret}`,
    ...(entry.settings ?? []).map(
      ({ name, required, what }) => `Setting \`${name}\`${required ? " (required)" : ""}: ${what}`,
    ),
    entry.eventType === undefined ? undefined : `Event type from ${code(entry.eventType)}`,
    entry.deliveryId === undefined ? undefined : `Delivery id from ${code(entry.deliveryId)}`,
    entry.retries === undefined ? undefined : `Retries: ${entry.retries}`,
    ...entry.notes,
    `Documentation: <${entry.docs}>`,
  ].filter((line) => line !== undefined);
  return [`### ${entry.id}`, entry.name, lines.map((line) => `- ${line}`).join("\n")].join("\n\n");
}

function code(text: string): string {
  return text === "" ? "–" : `\`${text}\``;
}
