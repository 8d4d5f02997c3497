/**
 * A bundle as the gateway runs it: what its author wrote, and what setup made of the answers, with the secrets opened.
 */
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { GtcError } from "../base/index.ts";
import { keyFaults, type SchemeConfig, type SigningKey } from "../signature/index.ts";
import { readExternalSecret, readStateFile, SealedStore, type SecretPlace } from "../secret/index.ts";
import { shellPath } from "../text/index.ts";
import { ANSWER_FILES } from "./answers.ts";
import { readBundleFile, readBundleFolder, type BundleFolder } from "./bundle-folder.ts";
import {
  ownSettings,
  SETTINGS_FORMAT,
  settingsSchema,
  type OpenSetup,
  type StoredSettings,
  type StoredSource,
} from "./settings.ts";

export interface LoadedSource {
  readonly config: SchemeConfig;
  readonly keys: readonly LoadedKey[];
}

export interface LoadedKey extends SigningKey {
  /** Where it was read, if in a file. */
  readonly file?: { readonly path: string; readonly overlapMs: number };
  /** It is no longer in the file of the secret with this name. */
  readonly replacedAt?: string;
}

/** How long a secret goes on verifying once its file holds another. */
const DEFAULT_OVERLAP_MS = 24 * 3_600_000;

export interface LoadedTenant {
  /** For event types without a scheme of their own. */
  readonly fallback?: LoadedSource;
  readonly byType: ReadonlyMap<string, LoadedSource>;
  readonly requireSignature: boolean;
  readonly maxBodyBytes: number;
  readonly replayGuard: "off" | "strict";
}

export interface LoadedBundle extends BundleFolder {
  readonly publicBaseUrl: string;
  readonly sources: ReadonlyMap<string, LoadedTenant>;
  /** Tenants that are set up and that bundle.yaml does not list: what was said of them counts for nobody. */
  readonly unlisted: readonly string[];
}

export interface LoadOptions {
  /** The value of GTC_KEY. */
  readonly keyText: string | undefined;
  /** For secrets that are kept in it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where the answers say nothing about the size of bodies. */
  readonly maxBodyBytes: number;
}

/** Secrets that are kept elsewhere and cannot be read. */
export class UnresolvedSecrets extends GtcError {
  /** In which secrets are looked for: with another content of one, it may be worth another try. */
  readonly files: readonly string[];
  constructor(folder: string, faults: readonly string[], files: readonly string[]) {
    super("GTC_SECRET_UNRESOLVED", { path: folder, detail: faults.join("; ") });
    this.files = files;
  }
}

/**
 * Loads a bundle that was set up.
 * @throws GtcError GTC_BUNDLE_NOT_FOUND, GTC_NOT_SET_UP, GTC_SECRET_KEY, GTC_SECRET_UNRESOLVED; faults of flow files are diagnostics.
 */
export async function loadBundle(folder: string, options: LoadOptions): Promise<LoadedBundle> {
  return withSetup(await readBundleFolder(folder), options);
}

/**
 * What an author wrote, with what setup made of the answers.
 * @throws GtcError GTC_NOT_SET_UP, GTC_SECRET_KEY, GTC_SECRET_UNRESOLVED.
 */
export async function withSetup(read: BundleFolder, options: LoadOptions): Promise<LoadedBundle> {
  const { folder } = read;
  const settings = await readSettings(folder);
  const store = await SealedStore.open({ folder: join(folder, "state"), keyText: options.keyText });
  const listed = settingsOf(settings, read.bundle.tenants);
  const { secrets, faults } = await readExternalSecrets(listed, { env: options.env ?? {}, folder });
  if (faults.length > 0) throw new UnresolvedSecrets(folder, faults, filesOf(listed, folder));
  return assemble(read, settings, (name) => secrets.get(name) ?? store.get(name).reveal(), options.maxBodyBytes);
}

/** What is set up for all tenants, and for those of the bundle: nobody needs the secrets of one that it had before. */
export function settingsOf(settings: StoredSettings, tenants: readonly string[]): StoredSettings {
  const listed = Object.entries(settings.tenants).filter(([name]) => tenants.includes(name));
  return { ...settings, tenants: Object.fromEntries(listed) };
}

/** Reads the secrets that are kept elsewhere, by name, and says which cannot be read or used. */
export async function readExternalSecrets(
  settings: StoredSettings,
  place: SecretPlace,
): Promise<{ readonly secrets: ReadonlyMap<string, string>; readonly faults: readonly string[] }> {
  const secrets = new Map<string, string>();
  const faults: string[] = [];
  for (const { config, keys } of sourcesIn(settings)) {
    for (const { name, secretName, from } of keys) {
      if (from === undefined) continue;
      const read = await readExternalSecret(from, place);
      const fault = "fault" in read ? read.fault : keyFaults(config, [{ name, secret: read.text }])[0]?.message;
      if (fault !== undefined) faults.push(`${secretName}: ${fault}`);
      if ("text" in read) secrets.set(secretName, read.text);
    }
  }
  return { secrets, faults };
}

function filesOf(settings: StoredSettings, folder: string): readonly string[] {
  const places = sourcesIn(settings).flatMap(({ keys }) => keys.map(({ from }) => from));
  return places.flatMap((from) => (from !== undefined && "file" in from ? [resolve(folder, from.file)] : []));
}

/** All schemes, of all tenants and of each. */
export function sourcesIn({ shared, tenants }: StoredSettings): readonly StoredSource[] {
  return [shared, ...Object.values(tenants)].flatMap(({ byType, fallback }) => [
    ...Object.values(byType),
    ...(fallback === undefined ? [] : [fallback]),
  ]);
}

/** The bundle without its secrets, for what can be said where they cannot be read. @throws GtcError GTC_BUNDLE_NOT_FOUND, GTC_NOT_SET_UP. */
export async function loadWithoutSecrets(folder: string, maxBodyBytes: number): Promise<LoadedBundle> {
  return assemble(await readBundleFolder(folder), await readSettings(folder), () => undefined, maxBodyBytes);
}

/** The bundle as it would be loaded once these answers were written; writes nothing. @throws GtcError GTC_BUNDLE_NOT_FOUND. */
export async function previewBundle(
  folder: string,
  { settings, secrets }: OpenSetup,
  maxBodyBytes: number,
): Promise<LoadedBundle> {
  return assemble(await readBundleFolder(folder), settings, (name) => secrets.get(name), maxBodyBytes);
}

interface Opening {
  /** Undefined: it is kept elsewhere and was not read. */
  readonly secretOf: (secretName: string) => string | undefined;
  readonly maxBodyBytes: number;
  readonly folder: string;
}

function assemble(
  read: BundleFolder,
  settings: StoredSettings,
  secretOf: Opening["secretOf"],
  maxBodyBytes: number,
): LoadedBundle {
  const opening = { secretOf, maxBodyBytes, folder: read.folder };
  const sources = new Map<string, LoadedTenant>();
  for (const tenant of read.bundle.tenants) {
    const isEnabled = ownSettings(settings, tenant).enabled ?? settings.enabled;
    if (isEnabled) sources.set(tenant, mergeTenant(settings, tenant, opening));
  }
  const unlisted = Object.keys(settings.tenants).filter((name) => !read.bundle.tenants.includes(name));
  return { ...read, publicBaseUrl: settings.publicBaseUrl, sources, unlisted };
}

/** The advice can be pasted into a shell; the details are the paths as they are. */
class NotSetUp extends GtcError {
  override readonly fix: string;
  constructor(folder: string, answers: string, cause: unknown) {
    super("GTC_NOT_SET_UP", { path: folder, answers, folder }, { cause });
    this.fix = new GtcError(this.code, { answers: shellPath(answers), folder: shellPath(folder) }).fix;
  }
}

/** What setup wrote. @throws GtcError GTC_BUNDLE_NOT_FOUND, GTC_NOT_SET_UP, GTC_LOG_FORMAT, GTC_STATE_DAMAGED; an error of the file system. */
export async function readSettings(folder: string): Promise<StoredSettings> {
  const path = join(folder, "state", "settings.json");
  const text = await readFile(path, "utf8").catch(async (cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT" && cause.code !== "ENOTDIR") throw cause;
    // Where there is no bundle, setting it up is no advice.
    await readBundleFile(folder);
    if (cause.code !== "ENOENT") throw cause;
    throw new NotSetUp(folder, await answersFor(folder), cause);
  });
  return readStateFile(path, text, settingsSchema, SETTINGS_FORMAT);
}

/** The answers that lie in the bundle, so that the command that is told can be run as it stands. */
async function answersFor(folder: string): Promise<string> {
  const present: readonly string[] = await readdir(folder).catch(() => []);
  const name = ANSWER_FILES.find((candidate) => present.includes(candidate));
  return name === undefined ? "answers.json" : join(folder, name);
}

/** A tenant's own schemes come before those of all tenants. */
function mergeTenant(settings: StoredSettings, name: string, opening: Opening): LoadedTenant {
  const own = ownSettings(settings, name);
  const byType = new Map<string, LoadedSource>();
  for (const [eventType, source] of Object.entries({ ...settings.shared.byType, ...own.byType }))
    byType.set(eventType, open(source, opening));
  const fallback = own.fallback ?? settings.shared.fallback;
  return {
    byType,
    requireSignature: own.requireSignature ?? settings.requireSignature,
    replayGuard: own.replayGuard ?? settings.shared.replayGuard ?? "off",
    maxBodyBytes: own.maxBodyBytes ?? settings.maxBodyBytes ?? opening.maxBodyBytes,
    ...(fallback !== undefined && { fallback: open(fallback, opening) }),
  };
}

function open({ config, keys }: StoredSource, { secretOf, folder }: Opening): LoadedSource {
  return {
    config,
    keys: keys.flatMap(({ name, secretName, notAfterMs, from }): LoadedKey[] => {
      const secret = secretOf(secretName);
      if (secret === undefined) return [];
      const file = from !== undefined && "file" in from ? from : undefined;
      const { overlapMs = DEFAULT_OVERLAP_MS } = file ?? {};
      return [
        {
          name,
          secret,
          ...(notAfterMs !== undefined && { notAfterMs }),
          ...(file !== undefined && { file: { path: resolve(folder, file.file), overlapMs } }),
        },
      ];
    }),
  };
}
