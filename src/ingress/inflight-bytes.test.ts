/** Room for bodies, and who gives it back when it is used up. */
import { expect, test } from "vitest";
import { InflightBytes } from "./inflight-bytes.ts";

const KIB = 1024;

/** Uploads that have so many bytes, by a clock that the test sets. */
function uploads(maxBytes: number) {
  let now = 0;
  const inflight = new InflightBytes(maxBytes, { monotonic: () => now });
  const cut: string[] = [];
  const begin = (name: string, bytes: number): void => {
    expect(inflight.take(bytes)).toBe(true);
    const upload = inflight.began(
      now,
      () => bytes,
      () => {
        inflight.give(bytes);
        inflight.ended(upload);
        cut.push(name);
      },
    );
  };
  return { inflight, cut, begin, setTime: (ms: number) => void (now = ms) };
}

test("a body that stalls makes room for others, the slowest first and no more than are needed", () => {
  const { inflight, cut, begin, setTime } = uploads(300 * KIB);
  begin("slow", 150 * KIB);
  begin("slower", 100 * KIB);
  setTime(10_000);
  expect(inflight.take(60 * KIB)).toBe(true);
  expect(cut).toEqual(["slower"]);
  expect(inflight.bytes).toBe(210 * KIB);
});

test("who comes on, or has only begun, is left alone: the new one is refused", () => {
  const { inflight, cut, begin, setTime } = uploads(1000 * KIB);
  begin("quick", 900 * KIB);
  setTime(5000);
  begin("begun", 100 * KIB);
  setTime(5001);
  expect(inflight.take(1)).toBe(false);
  setTime(6999);
  expect(inflight.take(1)).toBe(false);
  expect(cut).toEqual([]);
});

test("nobody is cut for a body that would not fit even then", () => {
  const { inflight, cut, begin, setTime } = uploads(1000 * KIB);
  begin("slow", 10 * KIB);
  expect(inflight.take(900 * KIB)).toBe(true);
  setTime(60_000);
  expect(inflight.take(200 * KIB)).toBe(false);
  expect([cut, inflight.bytes]).toEqual([[], 910 * KIB]);
});

test("a body does not make room for itself by its own end", () => {
  let now = 0;
  const inflight = new InflightBytes(100, { monotonic: () => now });
  inflight.take(90);
  const upload = inflight.began(
    0,
    () => 90,
    () => expect.unreachable(),
  );
  now = 60_000;
  expect(inflight.take(20, upload)).toBe(false);
});
