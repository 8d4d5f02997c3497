import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BodyPieces } from "./body-pieces.ts";

const pieces = fc.array(fc.oneof(fc.uint8Array({ maxLength: 3 }), fc.uint8Array({ minLength: 1, maxLength: 6000 })), {
  maxLength: 60,
});

test("the whole is what was added, in its order, however it was cut", () => {
  fc.assert(
    fc.property(pieces, (cut) => {
      const body = new BodyPieces();
      for (const piece of cut) body.add(Buffer.from(piece));
      expect(body.whole()).toEqual(Buffer.concat(cut));
    }),
  );
});

test("a body that comes in one piece is not copied", () => {
  const body = new BodyPieces();
  const only = Buffer.from("all of it");
  body.add(only);
  expect(body.whole()).toBe(only);
});

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** What the process holds after so many pieces were added, in bytes beyond what it held before. */
async function heldBy(add: (body: BodyPieces) => void): Promise<number> {
  const usage = async (): Promise<number> => {
    collect();
    // What buffers held is given back a turn later.
    await setImmediate();
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const body = new BodyPieces();
  const before = await usage();
  add(body);
  const held = (await usage()) - before;
  body.whole();
  return held;
}

test("a million pieces of one byte take little more than a million bytes", async () => {
  const piece = Buffer.from("a");
  const held = await heldBy((body) => {
    for (let count = 0; count < 1_000_000; count++) body.add(piece);
  });
  expect(held).toBeLessThan(4_000_000);
});

test("a small piece between large ones does not keep a block for itself alone", async () => {
  const held = await heldBy((body) => {
    for (let count = 0; count < 500; count++) {
      body.add(Buffer.alloc(4096));
      body.add(Buffer.from("a"));
    }
  });
  expect(held).toBeLessThan(8_000_000);
});
