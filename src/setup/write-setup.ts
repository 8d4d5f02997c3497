/** Writes what setup decided: `state/settings.json` and the sealed secrets. The same answers again change nothing. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SealedStore, writePrivateFile } from "../secret/index.ts";
import type { ValidatedAnswers } from "./validate-answers.ts";

/** Returns whether anything changed. @throws GtcError GTC_SECRET_KEY. */
export async function writeSetup(
  bundleFolder: string,
  { settings, secrets }: ValidatedAnswers,
  keyText: string | undefined,
): Promise<boolean> {
  const state = join(bundleFolder, "state");
  const store = await SealedStore.open({ folder: state, keyText });
  const secretsChanged = await store.replaceAll(secrets);
  const path = join(state, "settings.json");
  const text = `${JSON.stringify(settings, undefined, 2)}\n`;
  const before = await readFile(path, "utf8").catch(() => undefined);
  if (before === text) return secretsChanged;
  await writePrivateFile(path, text);
  return true;
}
