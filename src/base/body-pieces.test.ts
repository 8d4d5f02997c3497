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

/** What the process holds after so many pieces were added, in bytes beyond what it held before. */
function heldBy(add: (body: BodyPieces) => void): number {
  const usage = (): number => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const body = new BodyPieces();
  const before = usage();
  add(body);
  const held = usage() - before;
  body.whole();
  return held;
}

test("a million pieces of one byte take little more than a million bytes", () => {
  const piece = Buffer.from("a");
  const held = heldBy((body) => {
    for (let count = 0; count < 1_000_000; count++) body.add(piece);
  });
  expect(held).toBeLessThan(4_000_000);
});

test("a small piece between large ones does not keep a block for itself alone", () => {
  const held = heldBy((body) => {
    for (let count = 0; count < 500; count++) {
      body.add(Buffer.alloc(4096));
      body.add(Buffer.from("a"));
    }
  });
  expect(held).toBeLessThan(8_000_000);
});
