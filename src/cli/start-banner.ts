/** What `gtc start` says first: where it listens, the URLs, and a signed curl to try each with. */
import { createVerifier, signRequest } from "../signature/index.ts";
import type { LoadedTenant, UrlRow } from "../setup/index.ts";
import type { CommandContext } from "./command.ts";
import { urlsText } from "./urls.ts";

interface Addresses {
  readonly webhook: { readonly host: string; readonly port: number };
  readonly admin: { readonly host: string; readonly port: number };
}

const SAMPLE = '{"message": "Hello from webhook"}';

export function bannerText(
  addresses: Addresses,
  rows: readonly UrlRow[],
  sources: ReadonlyMap<string, LoadedTenant>,
  context: Pick<CommandContext, "paint">,
): string {
  const { paint } = context;
  const local = `http://${addresses.webhook.host}:${addresses.webhook.port}`;
  const curls = rows.flatMap((row) => curlFor(row, local, sources.get(row.tenant)));
  return [
    `\n${paint.bold("gtc")} receives webhooks on ${paint.accent(local)}; admin on http://${addresses.admin.host}:${addresses.admin.port}\n`,
    urlsText(rows, context),
    ...(curls.length === 0
      ? []
      : [paint.dim("Try one (signatures with a time are good for a few minutes):"), ...curls, ""]),
  ].join("\n");
}

/** A command to paste; signed where the scheme can be signed with the secret that is at hand. */
function curlFor(row: UrlRow, local: string, tenant: LoadedTenant | undefined): string[] {
  const source = tenant?.byType.get(row.event_type) ?? tenant?.fallback;
  const plain = ["-H 'content-type: application/json'"];
  if (source === undefined) return [command(local + new URL(row.url).pathname, plain)];
  const [key] = source.keys;
  if (key === undefined || !createVerifier(source.config, source.keys).authenticates) return [];
  const request = { method: "POST", url: row.url, headers: [], rawBody: Buffer.from(SAMPLE) };
  const signed = signRequest(source.config, key, request, { nowMs: Date.now(), id: "try-1" });
  // Schemes with a public key can only be signed by the provider.
  if ("fault" in signed || signed.request.rawBody !== request.rawBody) return [];
  const headers = signed.request.headers.map(
    ([name, value]) => `-H '${name}: ${value.replaceAll("'", String.raw`'\''`)}'`,
  );
  return [command(local + new URL(signed.request.url).pathname, [...plain, ...headers])];
}

function command(url: string, headers: readonly string[]): string {
  return `  curl -X POST '${url}' ${headers.join(" ")} -d '${SAMPLE}'`;
}
