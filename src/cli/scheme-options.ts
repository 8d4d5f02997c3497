/** The options by which `gtc verify` and `gtc sign` name a scheme and its secrets. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { GtcError, messageOf } from "../base/index.ts";
import { keyFaults, parseSchemeConfig, type SchemeConfig, type SigningKey } from "../signature/index.ts";
import { fileText, whyNoText } from "../text/index.ts";
import type { CommandContext } from "./command.ts";
import { integer, text, texts } from "./options.ts";

export const SCHEME_OPTIONS = {
  provider: text("NAME", "The provider, as in the answers; `gtc providers` lists them"),
  header: text("NAME", "The header of the signature, where it is not the provider's usual one"),
  algorithm: text("NAME", "Without a provider: sha256, sha1, sha512, stripe, token, bearer, basic"),
  config: text("FILE", "A file with an entry of `signatures` as it stands in the answers (JSON)"),
  "secret-env": texts("NAME", "The environment variable that holds the secret; several may be given"),
  "secret-file": texts("FILE", "A file that holds the secret, a public key or a certificate"),
  setting: texts("NAME=VALUE", "A setting of the provider, such as webhook_id or audience"),
  tolerance: integer("SECONDS", "How far the timestamp may lie from the time of receipt", { min: 1, max: 604_800 }),
  url: text("URL", "The URL as it is configured at the provider"),
} as const;

export interface SchemeGiven {
  readonly provider: string | undefined;
  readonly header: string | undefined;
  readonly algorithm: string | undefined;
  readonly config: string | undefined;
  readonly "secret-env": readonly string[];
  readonly "secret-file": readonly string[];
  readonly setting: readonly string[];
  readonly tolerance: number | undefined;
  readonly url: string | undefined;
}

/** @throws GtcError `GTC_USAGE` with all faults */
export async function readScheme(
  context: CommandContext,
  given: SchemeGiven,
): Promise<{ config: SchemeConfig; keys: readonly SigningKey[] }> {
  const entry = { ...(await entryFrom(context, given)), ...(await secretsFrom(context, given)) };
  const parsed = parseSchemeConfig(entry);
  if ("faults" in parsed) {
    const lines = parsed.faults.map(({ path, message, hint }) =>
      `${path} ${message}${hint === undefined ? "" : ` (${hint})`}`.trim(),
    );
    throw new GtcError("GTC_USAGE", { detail: `The scheme is not usable: ${lines.join("; ")}` });
  }
  const { config, keys } = parsed;
  const [fault] = keyFaults(config, keys);
  if (fault !== undefined) throw new GtcError("GTC_USAGE", { detail: `The secret ${fault.path} ${fault.message}` });
  return { config, keys };
}

async function entryFrom(context: CommandContext, given: SchemeGiven): Promise<Record<string, unknown>> {
  const { provider, header, algorithm, tolerance, url } = given;
  const settings = Object.fromEntries(
    given.setting.map((line) => {
      const equals = line.indexOf("=");
      if (equals < 1) throw new GtcError("GTC_USAGE", { detail: `--setting ${line} is not NAME=VALUE` });
      return [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
  const base = given.config === undefined ? {} : await writtenEntry(context, given.config);
  return {
    ...base,
    ...(provider !== undefined && { provider }),
    ...(header !== undefined && { header }),
    ...(algorithm !== undefined && { algorithm }),
    ...(tolerance !== undefined && { tolerance }),
    ...(url !== undefined && { url }),
    ...(Object.keys(settings).length > 0 && { settings }),
  };
}

async function secretsFrom(context: CommandContext, given: SchemeGiven): Promise<{ secrets?: unknown }> {
  const fromEnv = given["secret-env"].map((name) => ({ name, secret: resolved(context, `$${name}`) }));
  const fromFiles = await Promise.all(
    given["secret-file"].map(async (path, index) => ({
      name: `file-${index + 1}`,
      secret: await secretFrom(context, path),
    })),
  );
  const secrets = [...fromEnv, ...fromFiles];
  return secrets.length === 0 ? {} : { secrets };
}

/** An entry of the answers from a file, with its secrets in the places of their references. */
async function writtenEntry(context: CommandContext, path: string): Promise<Json> {
  const bytes = await readBytes(context, path);
  const text = fileText(bytes);
  if (text === undefined) throw new GtcError("GTC_USAGE", { detail: `${path} ${whyNoText(bytes).what}` });
  const entry = parseJson(text, path);
  if (!isRecord(entry)) throw new GtcError("GTC_USAGE", { detail: `${path} holds no object` });
  const { secret, secrets } = entry;
  const items = Array.isArray(secrets) ? (secrets as unknown[]) : [];
  return {
    ...entry,
    ...(secret !== undefined && { secret: await secretAt(context, secret) }),
    ...(Array.isArray(secrets) && { secrets: await Promise.all(items.map((item) => listedSecret(context, item))) }),
  };
}

type Json = Readonly<Record<string, unknown>>;

async function listedSecret(context: CommandContext, item: unknown): Promise<unknown> {
  if (!isRecord(item) || !("secret" in item)) return secretAt(context, item);
  return { ...item, secret: await secretAt(context, item["secret"]) };
}

/** A secret, also from where the answers say that it is kept; there is no bundle here, so a file is meant from the current folder. */
async function secretAt(context: CommandContext, written: unknown): Promise<unknown> {
  if (typeof written === "string") return resolved(context, written);
  const { env, file } = isRecord(written) ? written : {};
  if (typeof env === "string") return resolved(context, `$${env}`);
  return typeof file === "string" ? secretFrom(context, file) : written;
}

/** A file ends in a line break that belongs to no secret. */
async function secretFrom(context: CommandContext, path: string): Promise<string> {
  return (await readBytes(context, path)).toString("utf8").replace(/\r?\n$/, "");
}

/** The value of `$NAME` or `${NAME}`; any other text is itself. */
function resolved({ env }: CommandContext, written: string): string {
  const name = /^\$(?:(\w+)|\{(\w+)\})$/.exec(written);
  if (name === null) return written;
  const variable = name[1] ?? name[2] ?? "";
  const value = env[variable];
  if (value === undefined || value === "")
    throw new GtcError("GTC_USAGE", { detail: `The environment has no ${variable}.` });
  return value;
}

/** The bytes of a file, or of the standard input for `-`. */
export async function readBytes({ cwd, stdin }: CommandContext, path: string): Promise<Buffer> {
  if (path === "-") {
    const chunks: Buffer[] = [];
    for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array));
    return Buffer.concat(chunks);
  }
  try {
    return await readFile(resolve(cwd, path));
  } catch (thrown) {
    throw new GtcError("GTC_USAGE", { detail: `${path} cannot be read: ${messageOf(thrown)}` }, { cause: thrown });
  }
}

/** Without the engine's words: they quote what stands there, which may be a secret. */
function parseJson(source: string, path: string): unknown {
  try {
    return JSON.parse(source) as unknown;
  } catch (thrown) {
    const [place = ""] = /at position \d+/.exec(messageOf(thrown)) ?? [];
    throw new GtcError("GTC_USAGE", { detail: `${path} is not JSON ${place}`.trim() });
  }
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
