/** What `gtc start` says first: where it listens, the URLs, and a signed curl to try each with. */
import { createVerifier, signRequest, type SignedRequest, type SigningKey } from "../signature/index.ts";
import type { LoadedSource, LoadedTenant, UrlRow } from "../setup/index.ts";
import { visible } from "../text/index.ts";
import type { CommandContext } from "./command.ts";
import { urlsText } from "./urls.ts";

interface Started {
  readonly addresses: {
    readonly webhook: { readonly host: string; readonly port: number };
    readonly admin: { readonly host: string; readonly port: number };
  };
  readonly token: string;
}

interface Sample {
  readonly body: string;
  /** As they are written for a shell, in double quotes. */
  readonly headers: readonly string[];
  readonly agoMs?: number;
  readonly id?: string;
}

const WEBHOOK_PATH = "/events/webhook";
const SAMPLE: Sample = { body: '{"message": "Hello from webhook"}', headers: [] };
/** Of another body, moment and id, to see what stays the same. */
const OTHER_SAMPLE: Sample = { body: '{"message": "Bye"}', headers: [], agoMs: 86_400_000, id: "try-2" };
/** What some providers say beside the signature, by the header of the signature. */
const SAMPLES: Readonly<Record<string, Sample>> = {
  "x-hub-signature-256": {
    body: '{"commits": [{"message": "Hello from GitHub"}]}',
    // A second paste is another delivery, not a duplicate.
    headers: ["x-github-event: push", "x-github-delivery: try-$(date +%s)"],
  },
};

/** What the banner says of a bundle. */
interface Shown {
  readonly publicBaseUrl: string;
  readonly sources: ReadonlyMap<string, LoadedTenant>;
}

export function bannerText(
  { addresses, token }: Started,
  rows: readonly UrlRow[],
  { publicBaseUrl, sources }: Shown,
  context: Pick<CommandContext, "paint">,
): string {
  const { paint } = context;
  const local = `http://${hostText(addresses.webhook.host)}:${addresses.webhook.port}`;
  const curls = rows.flatMap((row) => curlFor(row, local, sources.get(row.tenant)));
  const open = rows.filter((row) => sendsSecret(row, sources.get(row.tenant)));
  // Behind the # it goes to no server, into no log and no Referer; the page exchanges it for a cookie and forgets it.
  const inspector = `http://${hostText(addresses.admin.host)}:${addresses.admin.port}/#token=${token}`;
  return [
    `\n${paint.bold("gtc")} receives webhooks on ${paint.accent(local)}\nInspector: ${paint.accent(inspector)}\n`,
    urlsText(shownRows(rows, publicBaseUrl, local, addresses.webhook.port), { sources }, context),
    ...placeLines(publicBaseUrl, local, addresses.webhook.port, context),
    ...(curls.length === 0
      ? []
      : [paint.dim("Try one (signatures with a time are good for a few minutes):"), ...curls, ""]),
    ...(open.length === 0 ? [] : [paint.dim(visible(openText(open))), ""]),
  ].join("\n");
}

/** The URLs that lead here: those of a public URL with another port of this machine would not. */
function shownRows(rows: readonly UrlRow[], publicBaseUrl: string, local: string, port: number): readonly UrlRow[] {
  if (!isElsewhere(publicBaseUrl, port)) return rows;
  return rows.map((row) => ({ ...row, url: `${local}${WEBHOOK_PATH}/${row.tenant}/${row.event_type}` }));
}

/** Whether the public URL is this machine's, with another port: then nothing listens there, and its URLs lead nowhere. */
function isElsewhere(publicBaseUrl: string, port: number): boolean {
  return isHere(publicBaseUrl) && portOf(publicBaseUrl) !== port;
}

function isHere(publicBaseUrl: string): boolean {
  const { hostname, protocol } = new URL(publicBaseUrl);
  return protocol === "http:" && ["localhost", "[::1]", "127.0.0.1"].includes(hostname);
}

function portOf(publicBaseUrl: string): number {
  return Number(new URL(publicBaseUrl).port || 80);
}

/** Where to try, when the URLs of the table do not lead here from this machine, or are not those of `gtc urls`. */
function placeLines(
  publicBaseUrl: string,
  local: string,
  port: number,
  { paint }: Pick<CommandContext, "paint">,
): readonly string[] {
  if (isElsewhere(publicBaseUrl, port))
    return [
      `${paint.warning("!")} public_base_url is ${visible(publicBaseUrl)}, another port: \`gtc urls\` shows that one. Correct it with \`gtc setup\`, or start with --port ${portOf(publicBaseUrl)}.`,
      "",
    ];
  if (isHere(publicBaseUrl)) return [];
  return [`On this machine: ${paint.accent(`${local}${WEBHOOK_PATH}/{tenant}/{event_type}`)}`, ""];
}

/** As it stands in a URL; an address that means all of them is reached at this machine's own. */
function hostText(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

/** A command to paste; signed where the scheme can be signed with the secret that is at hand. */
function curlFor(row: UrlRow, local: string, tenant: LoadedTenant | undefined): string[] {
  const source = sourceOf(row, tenant);
  const plain = ["-H 'content-type: application/json'"];
  const url = `${local}${WEBHOOK_PATH}/${row.tenant}/${row.event_type}`;
  if (source === undefined) return [command(url, plain, SAMPLE)];
  const [key] = source.keys;
  if (key === undefined || !createVerifier(source.config, source.keys).authenticates) return [];
  if (sendsSecret(row, tenant)) return [];
  const general = signSample(row.url, source, key, SAMPLE);
  const own = general?.headers.map(([name]) => SAMPLES[name.toLowerCase()]).find((found) => found !== undefined);
  const sample = own ?? SAMPLE;
  const request = own === undefined ? general : signSample(row.url, source, key, own);
  if (request === undefined) return [];
  const headers = request.headers.map(([name, value]) => `-H '${name}: ${value.replaceAll("'", String.raw`'\''`)}'`);
  return [command(url + new URL(request.url).search, [...plain, ...headers], sample)];
}

function sourceOf({ event_type: eventType }: UrlRow, tenant: LoadedTenant | undefined): LoadedSource | undefined {
  return tenant?.byType.get(eventType) ?? tenant?.fallback;
}

/**
 * Whether the sender sends the secret itself, as with a token: then it is the same beside every body and at every moment. A
 * log keeps what stands here, and a secret is never printed unasked.
 */
function sendsSecret(row: UrlRow, tenant: LoadedTenant | undefined): boolean {
  const source = sourceOf(row, tenant);
  const [key] = source?.keys ?? [];
  if (source === undefined || key === undefined) return false;
  const [one, other] = [SAMPLE, OTHER_SAMPLE].map((sample) => signSample(row.url, source, key, sample));
  if (one === undefined || other === undefined) return false;
  if (one.headers.some(([, value]) => value.includes(key.secret))) return true;
  const hasMore = one.headers.length > 0 || one.url !== row.url;
  return hasMore && one.url === other.url && JSON.stringify(one.headers) === JSON.stringify(other.headers);
}

function openText(rows: readonly UrlRow[]): string {
  const names = rows.map((row) => `${row.tenant}/${row.event_type}`).join(", ");
  return `Not here, as it would show the secret: a curl for ${names}. "Sources" in the inspector copies one.`;
}

/** Undefined for schemes with a public key, which only the provider can sign, and for those that change the body. */
function signSample(
  url: string,
  { config }: LoadedSource,
  key: SigningKey,
  { body, agoMs = 0, id = "try-1" }: Sample,
): SignedRequest | undefined {
  const request = { method: "POST", url, headers: [], rawBody: Buffer.from(body) };
  const signed = signRequest(config, key, request, { nowMs: Date.now() - agoMs, id });
  return "fault" in signed || signed.request.rawBody !== request.rawBody ? undefined : signed.request;
}

function command(url: string, headers: readonly string[], sample: Sample): string {
  const all = [...headers, ...sample.headers.map((header) => `-H "${header}"`)];
  return visible(`  curl -X POST '${url}' ${all.join(" ")} -d '${sample.body}'`);
}
