/**
 * The sealed secrets of a bundle: `state/secrets.json` holds them sealed, the key comes from `GTC_KEY` or from
 * `state/secret.key`, which is made with mode 0600 with the first secret when there is no `GTC_KEY`.
 *
 * Invariants:
 * 1. No secret is ever written in clear.
 * 2. A wrong key is noticed before any secret is used: the file carries a value sealed with the right one.
 * 3. Opening writes nothing: a key is made, and written before what it seals, with the first secret.
 * 4. A key that others can read or guess is refused: what it seals would only look safe.
 */
import { randomBytes } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { GtcError, withPath } from "../base/index.ts";
import { writePrivateFile } from "./private-file.ts";
import { readStateFile } from "./state-file.ts";
import { Secret } from "./secret.ts";
import { KEY_BYTES, keyFromText, seal, unseal } from "./seal.ts";

const FORMAT = 1;
const CHECK_NAME = "gtc:check";
const CHECK_TEXT = "gtc";

const fileSchema = z.object({
  format: z.literal(FORMAT),
  salt: z.string(),
  check: z.string(),
  values: z.record(z.string(), z.string()),
});

type SealedFile = z.infer<typeof fileSchema>;

export interface SealedStoreOptions {
  /** The bundle's `state` folder. */
  readonly folder: string;
  /** The value of GTC_KEY, if it is set. */
  readonly keyText: string | undefined;
}

export class SealedStore {
  readonly #path: string;
  readonly #key: Uint8Array;
  readonly #file: SealedFile;
  /** Where the key belongs that was made and is not written yet. */
  #keyPath: string | undefined;

  private constructor(path: string, { key, newPath }: StoreKey, file: SealedFile) {
    this.#path = path;
    this.#key = key;
    this.#keyPath = newPath;
    this.#file = file;
  }

  /** Opens the store, an empty one when there is none. @throws GtcError GTC_SECRET_KEY, GTC_KEY_REFUSED, GTC_STATE_DAMAGED, GTC_LOG_FORMAT; an error of the file system. */
  static async open({ folder, keyText }: SealedStoreOptions): Promise<SealedStore> {
    const path = join(folder, "secrets.json");
    const existing = await readSealed(path);
    const salt = existing?.salt ?? randomBytes(16).toString("base64url");
    const found: StoreKey =
      keyText === undefined
        ? await keyFile(join(folder, "secret.key"), existing === undefined)
        : { key: await keyFromText(checkedKeyText(keyText), Buffer.from(salt, "base64url")) };
    const { key } = found;
    if (existing === undefined)
      return new SealedStore(path, found, {
        format: FORMAT,
        salt,
        check: seal(key, CHECK_NAME, CHECK_TEXT),
        values: {},
      });
    if (unseal(key, CHECK_NAME, existing.check) !== CHECK_TEXT) {
      const detail =
        keyText === undefined
          ? "state/secret.key is not the key that sealed them"
          : "GTC_KEY is not the key that sealed them";
      throw new GtcError("GTC_SECRET_KEY", { detail });
    }
    return new SealedStore(path, found, existing);
  }

  names(): readonly string[] {
    return Object.keys(this.#file.values);
  }

  /** The secret of a name. @throws GtcError GTC_SECRET_KEY when it is missing or damaged. */
  get(name: string): Secret {
    const sealed = this.#file.values[name];
    const text = sealed === undefined ? undefined : unseal(this.#key, name, sealed);
    if (text === undefined)
      throw new GtcError("GTC_SECRET_KEY", {
        detail: `the secret ${name} is ${sealed === undefined ? "missing" : "damaged"}`,
      });
    return new Secret(text);
  }

  /** Replaces all secrets and writes them. Those that did not change keep their sealed form. Returns whether anything changed. */
  async replaceAll(secrets: ReadonlyMap<string, string>): Promise<boolean> {
    const values: Record<string, string> = {};
    let isChanged = Object.keys(this.#file.values).some((name) => !secrets.has(name));
    for (const [name, text] of secrets) {
      const sealed = this.#file.values[name];
      const isSame = sealed !== undefined && unseal(this.#key, name, sealed) === text;
      values[name] = isSame ? sealed : seal(this.#key, name, text);
      isChanged ||= !isSame;
    }
    if (!isChanged) return false;
    if (this.#keyPath !== undefined)
      await writePrivateFile(this.#keyPath, `${Buffer.from(this.#key).toString("base64")}\n`);
    this.#keyPath = undefined;
    await writePrivateFile(this.#path, `${JSON.stringify({ ...this.#file, values }, undefined, 2)}\n`);
    this.#file.values = values;
    return true;
  }
}

async function readSealed(path: string): Promise<SealedFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw withPath(path, error);
  }
  return readStateFile(path, text, fileSchema, FORMAT);
}

/** scrypt makes guessing slow, but a few characters are guessed all the same. */
const MIN_PASSPHRASE_CHARS = 12;

function checkedKeyText(text: string): string {
  const chars = text.trim().length;
  if (chars >= MIN_PASSPHRASE_CHARS) return text;
  const what = chars === 0 ? "GTC_KEY is set but empty" : `GTC_KEY has only ${chars} characters`;
  const detail = `${what}; it takes a passphrase of ${MIN_PASSPHRASE_CHARS} or more, or 32 random bytes (\`openssl rand -base64 32\`)`;
  throw new GtcError("GTC_KEY_REFUSED", { detail });
}

interface StoreKey {
  readonly key: Uint8Array;
  /** Where it is to be written when it is a new one. */
  readonly newPath?: string;
}

async function keyFile(path: string, mayCreate: boolean): Promise<StoreKey> {
  const text = await readOwnFile(path);
  if (text === undefined) {
    if (!mayCreate) throw new GtcError("GTC_SECRET_KEY", { detail: `${path} is missing and GTC_KEY is not set` });
    return { key: randomBytes(KEY_BYTES), newPath: path };
  }
  const key = Buffer.from(text.trim(), "base64");
  if (key.length === KEY_BYTES) return { key };
  throw new GtcError("GTC_SECRET_KEY", { detail: `${path} is damaged: it does not hold ${KEY_BYTES} bytes in base64` });
}

/** Undefined when there is no such file. @throws GtcError GTC_KEY_REFUSED when others may read it; an error of the file system. */
async function readOwnFile(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, "r");
    const { mode } = await file.stat();
    // Windows has no such bits.
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      const detail = `others can read ${path}; run \`chmod 600 ${path}\`, and change the secrets if someone may have`;
      throw new GtcError("GTC_KEY_REFUSED", { detail });
    }
    return await file.readFile("utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw withPath(path, error);
  }
}
