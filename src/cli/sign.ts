/** `gtc sign`: prints a signed request for a payload, ready to paste into a terminal. */
import { createIdSource, GtcError, systemClock } from "../base/index.ts";
import { curlCommand, signRequest, type SignedRequest } from "../signature/index.ts";
import { defineCommand } from "./command.ts";
import { flag, moment, text, texts } from "./options.ts";
import { readBytes, readScheme, SCHEME_OPTIONS } from "./scheme-options.ts";
import { jsonLine } from "./json-line.ts";

const DEFAULT_URL = "http://localhost:8080/events/webhook/demo/test";

export const sign = defineCommand({
  name: "sign",
  summary: "Sign a payload as a provider would, and print the curl command",
  description:
    "The request is signed for --url, which has to be the URL that gtc knows. Where a provider signs with a key pair, --secret-file holds the private key in PEM.",
  examples: [
    'gtc sign --provider stripe --secret-env STRIPE_SECRET --data \'{"type":"invoice.paid"}\'',
    "gtc sign --provider github --secret-env GITHUB_SECRET --data @push.json --send-header 'X-GitHub-Event: push'",
  ],
  args: {},
  options: {
    data: text("TEXT|@FILE", "The payload; `@-` for the standard input", { short: "d" }),
    ...SCHEME_OPTIONS,
    method: text("METHOD", "POST, unless it is another one"),
    "send-header": texts("LINE", "A further header, `Name: value`", { short: "H" }),
    id: text("ID", "The delivery's id, where one is signed"),
    at: moment("TIME", "The moment that the timestamp says"),
    http: flag("Print raw HTTP, as `gtc verify` reads it"),
    json: flag("Print JSON"),
  },
  run: async (context, { options }) => {
    const data = options.data ?? "";
    const rawBody = data.startsWith("@") ? await readBytes(context, data.slice(1)) : Buffer.from(data, "utf8");
    const { config, keys } = await readScheme(context, options);
    const [key = { name: "none", secret: "" }] = keys;
    const unsigned: SignedRequest = {
      method: options.method ?? "POST",
      url: options.url ?? DEFAULT_URL,
      headers: withContentType(options["send-header"].map(headerLine), rawBody),
      rawBody,
    };
    const nowMs = options.at?.(systemClock.now()) ?? systemClock.now();
    const id = options.id ?? createIdSource(systemClock)();
    const result = signRequest(config, key, unsigned, { nowMs, id });
    if ("fault" in result)
      throw new GtcError("GTC_USAGE", { detail: `The request cannot be signed: ${result.fault}.` });
    const print = options.json ? asJson : options.http ? asRawHttp : curlCommand;
    context.stdout.write(print(result.request));
    return 0;
  },
});

function headerLine(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  if (colon < 1) throw new GtcError("GTC_USAGE", { detail: `--send-header ${line} is not Name: value` });
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}

type Headers = SignedRequest["headers"];

function withContentType(headers: Headers, body: Buffer): Headers {
  if (headers.some(([name]) => name.toLowerCase() === "content-type") || body.length === 0) return headers;
  const isJson = /^\s*[[{]/.test(body.subarray(0, 100).toString("latin1"));
  return [["Content-Type", isJson ? "application/json" : "application/x-www-form-urlencoded"], ...headers];
}

function asRawHttp({ method, url, headers, rawBody }: SignedRequest): Buffer {
  const { host, pathname, search } = new URL(url);
  const lines = [
    `${method} ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${rawBody.length}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), rawBody]);
}

function asJson({ method, url, headers, rawBody }: SignedRequest): string {
  return jsonLine({ method, url, headers, body_base64: Buffer.from(rawBody).toString("base64") });
}
