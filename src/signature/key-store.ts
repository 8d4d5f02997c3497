/**
 * Published keys and certificates, fetched over a function that the host program guards (no private addresses, no
 * redirects elsewhere, bounded size). Invariants: (1) one fetch per URL at a time; (2) a good answer is kept for
 * `freshMs`, and served for `staleMs` more while fetching fails; (3) a failure is remembered for `retryMs`, so that
 * requests cannot make the gateway fetch without end; (4) at most `maxEntries` URLs are kept.
 */
import { VerifierFault } from "./verdict.ts";

/** Fetches a text over https, or throws. The signal ends the attempt. With JSON to post it is a POST, else a GET. */
export type FetchText = (url: string, signal: AbortSignal, postJson?: string) => Promise<string>;

/** What is asked for with a POST. */
export interface PostedQuestion {
  readonly url: string;
  /** Names the answer among those of one URL; no secret. */
  readonly id: string;
  readonly postJson: string;
}

export interface KeyStoreOptions {
  readonly freshMs?: number;
  readonly staleMs?: number;
  readonly retryMs?: number;
  readonly timeoutMs?: number;
  readonly maxEntries?: number;
}

export interface KeyStore {
  /**
   * The text at a URL, or the answer to a question.
   * @param newerThanMs asks for a text fetched after this moment (an unknown key id), if `retryMs` allows it
   * @throws VerifierFault when there is none, not even an old one
   */
  get(source: string | PostedQuestion, nowMs: number, newerThanMs?: number): Promise<string>;
  /** When the text of a URL was fetched last. */
  fetchedAtMs(url: string): number | undefined;
}

interface Entry {
  text: string | undefined;
  fetchedAtMs: number;
  failedAtMs: number;
  pending: Promise<string> | undefined;
}

const HOUR_MS = 3_600_000;

export function createKeyStore(fetchText: FetchText, options: KeyStoreOptions = {}): KeyStore {
  const limits = {
    freshMs: options.freshMs ?? 6 * HOUR_MS,
    staleMs: options.staleMs ?? 72 * HOUR_MS,
    retryMs: options.retryMs ?? 30_000,
    timeoutMs: options.timeoutMs ?? 5000,
    maxEntries: options.maxEntries ?? 500,
  };
  const entries = new Map<string, Entry>();

  const fetchInto = async (source: string | PostedQuestion, entry: Entry, nowMs: number): Promise<string> => {
    const { url, postJson } = typeof source === "string" ? { url: source } : source;
    try {
      entry.text = await fetchText(url, AbortSignal.timeout(limits.timeoutMs), postJson);
      entry.fetchedAtMs = nowMs;
      return entry.text;
    } catch (thrown) {
      entry.failedAtMs = nowMs;
      if (entry.text !== undefined && nowMs - entry.fetchedAtMs <= limits.freshMs + limits.staleMs) return entry.text;
      throw new VerifierFault(`the key at ${url} cannot be fetched`, { cause: thrown });
    } finally {
      entry.pending = undefined;
    }
  };

  const entryOf = (url: string): Entry => {
    const known = entries.get(url);
    if (known !== undefined) return known;
    const oldest = entries.keys().next().value;
    if (entries.size >= limits.maxEntries && oldest !== undefined) entries.delete(oldest);
    const entry: Entry = { text: undefined, fetchedAtMs: -Infinity, failedAtMs: -Infinity, pending: undefined };
    entries.set(url, entry);
    return entry;
  };

  return {
    get: async (source, nowMs, newerThanMs = -Infinity) => {
      const url = typeof source === "string" ? source : source.url;
      const entry = entryOf(typeof source === "string" ? source : `${source.url}#${source.id}`);
      const fresh = nowMs - entry.fetchedAtMs <= limits.freshMs && entry.fetchedAtMs > newerThanMs;
      const waiting = nowMs - Math.max(entry.failedAtMs, entry.fetchedAtMs) < limits.retryMs;
      if (entry.text !== undefined && (fresh || waiting)) return entry.text;
      if (entry.pending === undefined && waiting)
        throw new VerifierFault(`the key at ${url} could not be fetched a moment ago`);
      entry.pending ??= fetchInto(source, entry, nowMs);
      return entry.pending;
    },
    fetchedAtMs: (url) => entries.get(url)?.fetchedAtMs,
  };
}
