/**
 * Published keys and certificates, fetched over a function that the host program guards (no private addresses, no
 * redirects elsewhere, bounded size). Invariants: (1) one fetch per URL at a time; (2) a good answer is kept for
 * `freshMs`, and served for `staleMs` more while fetching fails; (3) a failure is remembered for `retryMs`, so that
 * requests cannot make the gateway fetch without end, and an answer that holds no key is one (a page that says that the
 * provider is being mended); (4) at most `maxEntries` URLs are kept, those that were asked for last.
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

export interface WantedText {
  /** Asks for a text fetched after this moment (an unknown key id), if `retryMs` allows it. */
  readonly newerThanMs?: number | undefined;
  /** Whether the text of an answer is what was asked for; default: any is. */
  readonly isUsable?: (text: string) => boolean;
}

export interface KeyStore {
  /**
   * The text at a URL, or the answer to a question.
   * @throws VerifierFault when there is none, not even an old one; and when a newer one is wanted and could not be had
   */
  get(source: string | PostedQuestion, nowMs: number, wanted?: WantedText): Promise<string>;
  /** When the text of a URL was fetched last. */
  fetchedAtMs(url: string): number | undefined;
  /** Whether there is a text, however old. */
  holds(source: string | Pick<PostedQuestion, "url" | "id">): boolean;
}

interface Entry {
  text: string | undefined;
  fetchedAtMs: number;
  failedAtMs: number;
  pending: Promise<string> | undefined;
}

function nameOf(source: string | Pick<PostedQuestion, "url" | "id">): string {
  return typeof source === "string" ? source : `${source.url}#${source.id}`;
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

  const isTooOld = (entry: Entry, nowMs: number): boolean =>
    nowMs - entry.fetchedAtMs > limits.freshMs + limits.staleMs;

  const fetchInto = async (
    source: string | PostedQuestion,
    entry: Entry,
    nowMs: number,
    isUsable: NonNullable<WantedText["isUsable"]>,
  ): Promise<string> => {
    const { url, postJson } = typeof source === "string" ? { url: source } : source;
    try {
      const text = await fetchText(url, AbortSignal.timeout(limits.timeoutMs), postJson);
      if (!isUsable(text)) throw new Error("its answer holds no key");
      entry.text = text;
      entry.fetchedAtMs = nowMs;
      return text;
    } catch (thrown) {
      entry.failedAtMs = nowMs;
      if (entry.text !== undefined && !isTooOld(entry, nowMs)) return entry.text;
      throw new VerifierFault(`the key at ${url} cannot be fetched`, { cause: thrown });
    } finally {
      entry.pending = undefined;
    }
  };

  const entryOf = (url: string): Entry => {
    const known = entries.get(url);
    if (known !== undefined) {
      entries.delete(url);
      entries.set(url, known);
      return known;
    }
    const oldest = entries.keys().next().value;
    if (entries.size >= limits.maxEntries && oldest !== undefined) entries.delete(oldest);
    const entry: Entry = { text: undefined, fetchedAtMs: -Infinity, failedAtMs: -Infinity, pending: undefined };
    entries.set(url, entry);
    return entry;
  };

  return {
    get: async (source, nowMs, { newerThanMs = -Infinity, isUsable = () => true } = {}) => {
      const url = typeof source === "string" ? source : source.url;
      const entry = entryOf(nameOf(source));
      const fresh = nowMs - entry.fetchedAtMs <= limits.freshMs && entry.fetchedAtMs > newerThanMs;
      // Not only before: what was kept is verified again with the time of its receipt, and clocks are set back.
      const waiting = Math.abs(nowMs - Math.max(entry.failedAtMs, entry.fetchedAtMs)) < limits.retryMs;
      if (entry.text !== undefined && fresh) return entry.text;
      if (entry.pending === undefined && waiting && (entry.text === undefined || isTooOld(entry, nowMs)))
        throw new VerifierFault(`the key at ${url} could not be fetched a moment ago`);
      if (!waiting) entry.pending ??= fetchInto(source, entry, nowMs, isUsable);
      const text = (await entry.pending) ?? entry.text ?? "";
      // An old text says nothing of a key that it does not hold yet.
      if (entry.fetchedAtMs <= newerThanMs && entry.failedAtMs > entry.fetchedAtMs)
        throw new VerifierFault(`a newer key at ${url} could not be fetched`);
      return text;
    },
    fetchedAtMs: (url) => entries.get(url)?.fetchedAtMs,
    holds: (source) => entries.get(nameOf(source))?.text !== undefined,
  };
}
