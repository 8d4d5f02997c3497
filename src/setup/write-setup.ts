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

const SETTINGS = "settings.json";

/** Returns whether anything changed. @throws GtcError GTC_SECRET_KEY. */
export async function writeSetup(
  bundleFolder: string,
  { settings, secrets }: OpenSetup,
  keyText: string | undefined,
): Promise<boolean> {
  const state = join(bundleFolder, "state");
  const store = await SealedStore.open({ folder: state, keyText });
  const cameOrChanged = await store.replaceAll(new Map([...currentSecrets(store), ...secrets]));
  const text = settingsText(settings);
  const before = await writtenSettings(bundleFolder);
  if (before !== text) await writePrivateFile(join(state, SETTINGS), text);
  const went = await store.replaceAll(secrets);
  return cameOrChanged || went || before !== text;
}

/** Whether `writeSetup` would change anything; writes nothing. `before` is what the bundle has. */
export async function wouldChange(
  bundleFolder: string,
  before: OpenSetup | undefined,
  { settings, secrets }: OpenSetup,
): Promise<boolean> {
  if (before === undefined || before.secrets.size !== secrets.size) return true;
  if ([...secrets].some(([name, text]) => before.secrets.get(name) !== text)) return true;
  return (await writtenSettings(bundleFolder)) !== settingsText(settings);
}

function settingsText(settings: OpenSetup["settings"]): string {
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}

/** The text of the settings; undefined where there are none. */
function writtenSettings(bundleFolder: string): Promise<string | undefined> {
  return readFile(join(bundleFolder, "state", SETTINGS), "utf8").catch(() => undefined);
}

function currentSecrets(store: SealedStore): [string, string][] {
  return store.names().map((name) => [name, store.get(name).reveal()]);
}
