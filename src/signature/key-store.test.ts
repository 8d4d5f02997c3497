import { expect, test } from "vitest";
import { createKeyStore, VerifierFault, type FetchText } from "./index.ts";

const MINUTE = 60_000;

/** A publisher whose answers are given one after the other; the last one stays. */
function publisher(...answers: (string | Error)[]): { fetchText: FetchText; fetched: () => number } {
  let count = 0;
  const fetchText: FetchText = () => {
    const answer = answers[Math.min(count, answers.length - 1)];
    count += 1;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? "");
  };
  return { fetchText, fetched: () => count };
}

test("a key is fetched once while it is fresh, also for requests at the same time", async () => {
  const { fetchText, fetched } = publisher("key");
  const store = createKeyStore(fetchText, { freshMs: 10 * MINUTE });
  expect(await Promise.all([store.get("u", 0), store.get("u", 0), store.get("u", 0)])).toEqual(["key", "key", "key"]);
  expect(await store.get("u", 10 * MINUTE)).toBe("key");
  expect(fetched()).toBe(1);
});

test("a stale key is used while the publisher fails, and no longer than that", async () => {
  const { fetchText } = publisher("old", new Error("down"));
  const store = createKeyStore(fetchText, { freshMs: MINUTE, staleMs: 10 * MINUTE });
  await store.get("u", 0);
  expect(await store.get("u", 5 * MINUTE)).toBe("old");
  await expect(store.get("u", 20 * MINUTE)).rejects.toThrow(VerifierFault);
  await expect(store.get("u", 20 * MINUTE + 1)).rejects.toThrow(VerifierFault);
});

test("a failure is remembered for a while: requests cannot make it fetch without end", async () => {
  const { fetchText, fetched } = publisher(new Error("down"));
  const store = createKeyStore(fetchText, { retryMs: 30_000 });
  for (let at = 0; at < 30_000; at += 1000) await expect(store.get("u", at)).rejects.toThrow(VerifierFault);
  expect(fetched()).toBe(1);
  await expect(store.get("u", 31_000)).rejects.toThrow(VerifierFault);
  expect(fetched()).toBe(2);
});

test("a newer key is fetched on demand, at most once in a while", async () => {
  const { fetchText, fetched } = publisher("first", "second");
  const store = createKeyStore(fetchText, { retryMs: 30_000 });
  await store.get("u", 0);
  expect(await store.get("u", 1000, { newerThanMs: store.fetchedAtMs("u") })).toBe("first");
  expect(await store.get("u", 40_000, { newerThanMs: store.fetchedAtMs("u") })).toBe("second");
  expect(await store.get("u", 41_000, { newerThanMs: store.fetchedAtMs("u") })).toBe("second");
  expect(fetched()).toBe(2);
});

test("an answer that never comes ends with the timeout", async () => {
  const hanging: FetchText = (_url, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("timed out")));
    });
  await expect(createKeyStore(hanging, { timeoutMs: 20 }).get("u", 0)).rejects.toThrow(VerifierFault);
});

test("many URLs do not make it grow", async () => {
  const { fetchText, fetched } = publisher("key");
  const store = createKeyStore(fetchText, { maxEntries: 10 });
  for (let index = 0; index < 100; index++) await store.get(`u${index}`, 0);
  await store.get("u99", 0);
  expect(fetched()).toBe(100);
  await store.get("u0", 0);
  expect(fetched()).toBe(101);
});

test("the key that is in use stays, however many others are asked for", async () => {
  const { fetchText, fetched } = publisher("key");
  const store = createKeyStore(fetchText, { maxEntries: 10 });
  for (let index = 0; index < 100; index++) {
    await store.get(`u${index}`, 0);
    await store.get("in use", 0);
  }
  expect(fetched()).toBe(101);
});

test("a request that is verified again long after its receipt does not wait for a failure of now", async () => {
  const { fetchText } = publisher(new Error("down"), "key");
  const store = createKeyStore(fetchText);
  await expect(store.get("u", 60 * MINUTE)).rejects.toThrow(VerifierFault);
  expect(await store.get("u", 0)).toBe("key");
});
