/**
 * A secret that is kept elsewhere: in a variable of the environment or in a file, as container platforms hand them over.
 * It is read when the gateway starts and is never sealed. Any name may stand there: what reads as unset is said.
 */
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { messageOf } from "../base/index.ts";

export type ExternalSecret = { readonly env: string } | { readonly file: string };

export interface SecretPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** From where relative file names are meant. */
  readonly folder: string;
}

/** No secret is larger; a wrong file name must not fill the memory. */
const MAX_BYTES = 64 * 1024;

/** Reads a secret, or says why it cannot be read, in words that follow the secret's name. */
export async function readExternalSecret(
  from: ExternalSecret,
  { env, folder }: SecretPlace,
): Promise<{ readonly text: string } | { readonly fault: string }> {
  if ("env" in from) {
    const text = env[from.env];
    if (text !== undefined && text !== "") return { text };
    return { fault: `the variable ${from.env} is ${text === undefined ? "not set" : "empty"}` };
  }
  const path = resolve(folder, from.file);
  try {
    // The newline at the end is the editor's, not the secret's.
    const text = (await readStart(path)).replace(/\r?\n$/, "");
    return text === "" ? { fault: `the file ${path} is empty` } : { text };
  } catch (error) {
    return { fault: `the file ${path} cannot be read: ${messageOf(error)}` };
  }
}

async function readStart(path: string): Promise<string> {
  await using file = await open(path, "r");
  const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_BYTES + 1), 0, MAX_BYTES + 1, 0);
  if (bytesRead > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`);
  return buffer.toString("utf8", 0, bytesRead);
}
