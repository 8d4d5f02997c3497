/** Room for bodies, and who gives it back when it is used up. */
import { expect, test } from "vitest";
import { InflightBytes } from "./inflight-bytes.ts";

const KIB = 1024;

/** Uploads by a clock that the test sets. */
function uploads(maxBytes: number) {
  let now = 0;
  const inflight = new InflightBytes(maxBytes, { monotonic: () => now });
  const cut: string[] = [];
  /** Begins with so many bytes; returns what lets more come. */
  const begin = (name: string, first: number): ((more: number) => void) => {
    let held = first;
    expect(inflight.take(first)).toBe(true);
    const upload = inflight.began(
      now,
      () => held,
      () => {
        inflight.give(held);
        inflight.ended(upload);
        cut.push(name);
      },
    );
    return (more) => {
      expect(inflight.take(more, upload)).toBe(true);
      held += more;
      upload.cameAt = now;
    };
  };
  return { inflight, cut, begin, setTime: (ms: number) => void (now = ms) };
}

test("a body that stalls makes room for others, that of the longest silence first and no more than are needed", () => {
  const { inflight, cut, begin, setTime } = uploads(300 * KIB);
  const more = begin("later", 140 * KIB);
  begin("first", 100 * KIB);
  setTime(1000);
  more(10 * KIB);
  setTime(10_000);
  expect(inflight.take(60 * KIB)).toBe(true);
  expect(cut).toEqual(["first"]);
  expect(inflight.bytes).toBe(210 * KIB);
});

test("a body of which much came at once and then nothing makes room as well", () => {
  const { inflight, cut, begin, setTime } = uploads(100_000 * KIB);
  begin("burst", 100_000 * KIB);
  setTime(1900);
  expect(inflight.take(1)).toBe(false);
  setTime(2000);
  expect(inflight.take(1)).toBe(true);
  expect(cut).toEqual(["burst"]);
});

test("a body of which much came at once and then hardly anything makes room, two seconds after that is first looked at", () => {
  const { inflight, cut, begin, setTime } = uploads(100_100 * KIB);
  const more = begin("burst", 100_000 * KIB);
  const took = [2500, 3500, 4400, 4500].map((ms) => {
    setTime(ms);
    more(1);
    return inflight.take(200 * KIB);
  });
  expect(took).toEqual([false, false, false, true]);
  expect(cut).toEqual(["burst"]);
});

test("a body that comes on at a good pace is left alone for as long as it takes", () => {
  const { inflight, cut, begin, setTime } = uploads(10_000 * KIB);
  const more = begin("steady", 64 * KIB);
  for (let second = 1; second <= 60; second++) {
    setTime(second * 1000);
    more(64 * KIB);
    expect(inflight.take(10_000 * KIB)).toBe(false);
  }
  expect(cut).toEqual([]);
});

test("who comes on, or has only begun, is left alone: the new one is refused", () => {
  const { inflight, cut, begin, setTime } = uploads(1000 * KIB);
  const more = begin("quick", 500 * KIB);
  setTime(5000);
  more(400 * KIB);
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
