/**
 * Writes what setup decided: `state/settings.json` and the sealed secrets. The same again changes nothing.
 *
 * Invariant: whenever the two files are read, also between the two writes or after a crash there, every secret that the
 * settings name is sealed: secrets that come are written before the settings, secrets that go after them.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SealedStore, writePrivateFile } from "../secret/index.ts";
import type { OpenSetup } from "./settings.ts";

/** Returns whether anything changed. @throws GtcError GTC_SECRET_KEY. */
export async function writeSetup(
  bundleFolder: string,
  { settings, secrets }: OpenSetup,
  keyText: string | undefined,
): Promise<boolean> {
  const state = join(bundleFolder, "state");
  const store = await SealedStore.open({ folder: state, keyText });
  const cameOrChanged = await store.replaceAll(new Map([...currentSecrets(store), ...secrets]));
  const path = join(state, "settings.json");
  const text = `${JSON.stringify(settings, undefined, 2)}\n`;
  const before = await readFile(path, "utf8").catch(() => undefined);
  if (before !== text) await writePrivateFile(path, text);
  const went = await store.replaceAll(secrets);
  return cameOrChanged || went || before !== text;
}

function currentSecrets(store: SealedStore): [string, string][] {
  return store.names().map((name) => [name, store.get(name).reveal()]);
}
