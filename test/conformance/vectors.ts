/**
 * Runs vector files of signed requests against the library: `npm run vectors -- PATH…`, each a file or a folder. A file
 * is `{ scheme, vectors: [{ name, secret, config?, request: { method, url, headers, body_base64 }, now, valid }] }`; a
 * header is a text or a list of lines. Prints a line for every vector whose answer is not `valid`, then the counts.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  createKeyStore,
  createVerifier,
  VerifierFault,
  type SigningKey,
  type Verdict,
} from "../../src/signature/index.ts";

interface Vector {
  readonly name: string;
  readonly scheme?: string;
  readonly secret?: unknown;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string | readonly string[]>>;
    readonly body_base64: string;
  };
  readonly now: number;
  readonly valid: boolean;
}

interface VectorFile {
  readonly id?: string;
  readonly scheme?: string;
  readonly vectors: readonly Vector[];
}

/** Names in `config` under which another secret stands rather than a setting. */
const FURTHER_SECRET = /^(next|second|secondary|previous|old|backup)|(secondary|next)(key|secret|signingkey)?$/i;

async function main(paths: readonly string[]): Promise<number> {
  if (paths.length === 0) {
    console.error("usage: npm run vectors -- PATH…");
    return 2;
  }
  const counts = { passed: 0, failed: 0 };
  for (const path of paths.flatMap(filesOf)) await runFile(path, counts);
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const paths = readdirSync(path).map((name) => join(path, name));
  return paths
    .sort()
    .flatMap((inner) => (inner.endsWith(".json") || statSync(inner).isDirectory() ? filesOf(inner) : []));
}

async function runFile(path: string, counts: { passed: number; failed: number }): Promise<void> {
  const file = JSON.parse(readFileSync(path, "utf8")) as VectorFile;
  for (const vector of file.vectors) {
    const provider = vector.scheme ?? file.scheme ?? file.id ?? "";
    const answer = await judge(provider, vector);
    if (answer.accepted === vector.valid) {
      counts.passed += 1;
      continue;
    }
    counts.failed += 1;
    const wanted = vector.valid ? "valid" : "not valid";
    console.log(`FAIL ${path} [${provider}] ${vector.name}: ${wanted}, but ${answer.why}`);
  }
}

async function judge(provider: string, vector: Vector): Promise<{ accepted: boolean; why: string }> {
  const { settings, keys } = keysAndSettings(vector);
  const { method, url, headers, body_base64: body } = vector.request;
  const rawBody = Buffer.from(body, "base64");
  const request = {
    method,
    url: settings["url"] ?? settings["publicUrl"] ?? url,
    headers: Object.entries(headers).flatMap(([name, value]) =>
      (typeof value === "string" ? [value] : value).map((line) => [name, line] as const),
    ),
    rawBody,
    decodedBody: () => (/gzip/i.test(String(headers["Content-Encoding"])) ? gunzipSync(rawBody) : undefined),
  };
  try {
    const keyStore = createKeyStore((wanted) => Promise.resolve(publishedAt(vector, wanted)));
    const verifier = createVerifier({ scheme: { provider }, settings }, keys, { keyStore });
    return describe(await verifier.verify(request, vector.now * 1000));
  } catch (thrown) {
    if (thrown instanceof VerifierFault) return { accepted: false, why: `a fault: ${thrown.message}` };
    throw thrown;
  }
}

function describe(verdict: Verdict): { accepted: boolean; why: string } {
  switch (verdict.status) {
    case "verified":
      return { accepted: true, why: `verified with ${verdict.keyName}` };
    case "handshake":
      return { accepted: false, why: `answered as the handshake ${verdict.handshake.name}` };
    case "refused":
      return { accepted: false, why: `${verdict.reason}: ${verdict.detail}` };
    default:
      return verdict satisfies never;
  }
}

/** The secret, or several; what `config` holds beside it are settings, or, by their names, further secrets. */
function keysAndSettings({ secret, config }: Vector): { keys: SigningKey[]; settings: Record<string, string> } {
  const settings: Record<string, string> = {};
  const secrets: unknown[] = Array.isArray(secret) ? [...(secret as unknown[])] : [secret];
  for (const [name, value] of Object.entries(config ?? {})) {
    if (FURTHER_SECRET.test(name)) secrets.push(value);
    else settings[name] = textOf(value);
  }
  const present = secrets.filter((item) => item !== undefined && item !== null && item !== "" && !isPublished(item));
  return { settings, keys: present.map((item, index) => ({ name: `secret-${index + 1}`, secret: textOf(item) })) };
}

/** Certificates by the URL under which they are published: fetched, not pasted. */
function isPublished(item: unknown): boolean {
  return typeof item === "object" && item !== null && Object.keys(item).some((name) => name.startsWith("https://"));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Keys and certificates that a vector brings along for a URL that its request names. */
function publishedAt({ config, secret }: Vector, url: string): string {
  for (const value of [...Object.values(config ?? {}), secret]) {
    const found =
      typeof value === "object" && value !== null && url in value ? (value as Record<string, unknown>)[url] : value;
    const text = textOf(found);
    if (text.includes("-----BEGIN ") || text.startsWith("{")) return text;
  }
  throw new Error("the vector brings no key along");
}

process.exitCode = await main(process.argv.slice(2));
