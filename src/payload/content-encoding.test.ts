import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeContent, NoRoom, useDecoded } from "./content-encoding.ts";
import { checkClaimedJson, PayloadFault } from "./index.ts";

const MAX_BYTES = 200_000;

class Room {
  bytes = 0;
  readonly #most: number;
  constructor(most: number) {
    this.#most = most;
  }
  take(bytes: number): boolean {
    if (this.bytes + bytes > this.#most) return false;
    this.bytes += bytes;
    return true;
  }
  give(bytes: number): void {
    this.bytes -= bytes;
  }
}

const ENCODERS: Readonly<Record<string, (body: Uint8Array) => Uint8Array>> = {
  gzip: (body) => gzipSync(body),
  deflate: (body) => deflateSync(body),
  br: (body) => brotliCompressSync(body, { params: {} }),
  "deflate, gzip": (body) => gzipSync(deflateRawSync(body)),
};

const outcomeOf = async (decode: () => Uint8Array | Promise<Uint8Array>): Promise<string> => {
  try {
    return Buffer.from(await decode()).toString("base64");
  } catch (fault) {
    // A bomb that is cut is too large or corrupt, whichever is noticed first.
    return fault instanceof PayloadFault ? "refused" : String(fault);
  }
};

test("a body decoded piece by piece is what it is when decoded at once, whole, cut or changed; the room is given back", async () => {
  const bodies = fc
    .tuple(
      fc.constantFrom(...Object.keys(ENCODERS)),
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.constant(Buffer.alloc(150_000, "a")),
        fc.constant(Buffer.alloc(300_000)),
      ),
      fc.option(fc.nat()),
      fc.option(fc.tuple(fc.nat(), fc.nat(7))),
    )
    .map(([encoding, plain, cut, flip]) => {
      const body = Buffer.from(ENCODERS[encoding]!(plain));
      if (flip !== null) body[flip[0] % body.length]! ^= 1 << flip[1];
      return { encoding, body: cut === null ? body : body.subarray(0, cut % (body.length + 1)) };
    });
  await fc.assert(
    fc.asyncProperty(bodies, async ({ encoding, body }) => {
      const room = new Room(1_000_000);
      const limits = { maxBytes: MAX_BYTES, room };
      const inPieces = await outcomeOf(() => useDecoded(body, encoding, limits, (decoded) => Buffer.from(decoded)));
      expect(inPieces).toBe(await outcomeOf(() => decodeContent(body, encoding, MAX_BYTES)));
      expect(room.bytes).toBe(0);
    }),
    { numRuns: 300 },
  );
});

/** Both ways of one body. */
const bothWays = async (body: Uint8Array, encoding: string): Promise<readonly string[]> => [
  await outcomeOf(() => decodeContent(body, encoding, MAX_BYTES)),
  await outcomeOf(() =>
    useDecoded(body, encoding, { maxBytes: MAX_BYTES, room: new Room(1e6) }, (decoded) => Buffer.from(decoded)),
  ),
];

test.each(Object.keys(ENCODERS))("a body that goes on behind its %s is none", async (encoding) => {
  for (const plain of ["", "x", "x".repeat(150_000)]) {
    const body = Buffer.from(ENCODERS[encoding]!(Buffer.from(plain)));
    const decoded = Buffer.from(plain).toString("base64");
    expect(await bothWays(body, encoding)).toEqual([decoded, decoded]);
    for (const more of ["\r\n", "more", "x".repeat(100_000)])
      expect(await bothWays(Buffer.concat([body, Buffer.from(more)]), encoding)).toEqual(["refused", "refused"]);
  }
});

test("JSON is no deflate, though it begins like a stream that has no header", async () => {
  // A stream of one byte, å, and more than a hundred behind it.
  const body = Buffer.from(
    `{\n  "id": "evt_1",\n  "object": "event",\n  "created": 746954737,\n  "livemode": false\n}`,
  );
  expect(await bothWays(body, "deflate")).toEqual(["refused", "refused"]);
});

test("decoded bytes need room while they are looked at", async () => {
  const room = new Room(100_000);
  const body = gzipSync(Buffer.alloc(150_000));
  await expect(useDecoded(body, "gzip", { maxBytes: MAX_BYTES, room }, () => 0)).rejects.toThrow(NoRoom);
  expect(room.bytes).toBe(0);
  const half = gzipSync(Buffer.alloc(90_000));
  expect(await useDecoded(half, "gzip", { maxBytes: MAX_BYTES, room }, () => room.bytes)).toBe(90_000);
  expect(room.bytes).toBe(0);
});

test("a small body is checked at once, a large one without keeping the thread, with the same verdict", async () => {
  const headers: [string, string][] = [
    ["content-type", "application/json"],
    ["content-encoding", "gzip"],
  ];
  const limits = { maxBytes: 10_000_000, room: new Room(10_000_000), roomBytes: 10_000_000 };
  const check = (json: string): Promise<void> | undefined => checkClaimedJson(headers, gzipSync(json), limits);
  expect(check("[1]")).toBeUndefined();
  expect(() => check("[1")).toThrow("stops being JSON at byte 2");
  const long = "1,".repeat(500_000);
  await expect(check(`[${long}1]`)).resolves.toBeUndefined();
  await expect(check(`[${long}`)).rejects.toThrow("stops being JSON at byte 1000001");
});

test("the text of a large body in another charset needs room while it is looked at", async () => {
  const headers: [string, string][] = [["content-type", "application/json; charset=utf-16le"]];
  // 400 kB, and 600 kB in UTF-8.
  const body = Buffer.from(`"${"中".repeat(200_000)}"`, "utf16le");
  const check = async (most: number, roomBytes: number): Promise<void> => {
    const room = new Room(most);
    try {
      await checkClaimedJson(headers, body, { maxBytes: 1_000_000, room, roomBytes });
    } finally {
      expect(room.bytes).toBe(0);
    }
  };
  await expect(check(700_000, 700_000)).resolves.toBeUndefined();
  await expect(check(500_000, 700_000)).rejects.toThrow(NoRoom);
  await expect(check(500_000, 500_000)).rejects.toMatchObject({ code: "decoded_too_large", status: 413 });
});
