/**
 * What a handshake asks for beside its answer: to keep a secret that the provider hands over, or to fetch a URL that
 * confirms the subscription. Done before the handshake is answered: a provider that reads a 2xx takes it as done.
 *
 * Invariants:
 * 1. A secret is kept only for a source that has none. Whoever comes later, or at the same moment, is refused.
 * 2. A handshake that fails leaves no secret: the provider, which may come again with another one, would be refused by 1.
 */
import type { Route } from "./ingress/index.ts";
import { addSecret, findSource, openSetup, writeSetup } from "./setup/index.ts";
import { VerifierFault, type FetchText, type Handshake } from "./signature/index.ts";

export interface HandshakeCompleterOptions {
  readonly bundleFolder: string;
  /** The value of GTC_KEY. */
  readonly keyText: string | undefined;
  /** The guarded client. */
  readonly fetchText: FetchText;
  /** Takes the sources as they are set up now. */
  readonly reloadSources: () => Promise<void>;
  /** Does what reads and writes the whole setup, one at a time, also across processes. */
  readonly changeSetup: (work: () => Promise<void>) => Promise<void>;
  readonly now: () => number;
}

const FETCH_TIMEOUT_MS = 5000;

/** @throws (rejects) VerifierFault when it could not be completed: the provider gets a 5xx and tries again. */
export function createHandshakeCompleter(
  options: HandshakeCompleterOptions,
): (route: Route, handshake: Handshake) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return async (route, { newSecret, confirmUrl }) => {
    if (newSecret !== undefined) {
      // In the order in which they came.
      const kept = last.then(() => options.changeSetup(() => keepSecret(options, route, newSecret)));
      last = kept.catch(() => undefined);
      await kept;
    }
    if (confirmUrl !== undefined) await confirm(options.fetchText, confirmUrl);
  };
}

async function keepSecret(
  { bundleFolder, keyText, reloadSources, now }: HandshakeCompleterOptions,
  { tenant, eventType }: Route,
  secret: string,
): Promise<void> {
  const setup = await openSetup(bundleFolder, keyText);
  const place = findSource(setup.settings, tenant, eventType);
  if (place === undefined || place.source.keys.length > 0)
    throw new VerifierFault(`${tenant}/${eventType} has a secret already; the one of this handshake was not kept`);
  const changed = addSecret(setup, place, { name: "handshake", secret, origin: "handshake" }, { nowMs: now() });
  if ("fault" in changed) throw new VerifierFault(`the secret of a handshake cannot be kept: ${changed.fault}`);
  await writeSetup(bundleFolder, changed, keyText);
  try {
    await reloadSources();
  } catch (fault) {
    await writeSetup(bundleFolder, setup, keyText);
    throw fault;
  }
}

async function confirm(fetchText: FetchText, url: string): Promise<void> {
  try {
    await fetchText(url, AbortSignal.timeout(FETCH_TIMEOUT_MS));
  } catch (cause) {
    throw new VerifierFault("the subscription could not be confirmed", { cause });
  }
}
