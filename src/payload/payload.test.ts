import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { checkClaimedJson, decodePayload } from "./index.ts";

const MAX_BYTES = 10_000;

async function payloadOf(
  contentType: string | undefined,
  body: string | Uint8Array,
  encoding?: string,
): Promise<unknown> {
  const headers: [string, string][] = [];
  if (contentType !== undefined) headers.push(["content-type", contentType]);
  if (encoding !== undefined) headers.push(["content-encoding", encoding]);
  return JSON.parse(
    await decodePayload(headers, typeof body === "string" ? Buffer.from(body) : body, MAX_BYTES),
  ) as unknown;
}

test.each([
  ["application/json", '{"a": [1, "x"]}', { a: [1, "x"] }],
  ["application/vnd.api+json; charset=utf-8", "[]", []],
  ["application/json", "\uFEFF{}", {}],
  ["application/x-www-form-urlencoded", "a=1&b=two+words&a=3", { a: ["1", "3"], b: "two words" }],
  ["application/x-www-form-urlencoded", `payload=${encodeURIComponent('{"zen": "ok"}')}`, { zen: "ok" }],
  ["application/x-www-form-urlencoded", "payload=plain", { payload: "plain" }],
  ["application/x-www-form-urlencoded; charset=ISO-8859-1", "n=J%F6rg+%80&%E9=1", { n: "Jörg €", é: "1" }],
  ["application/x-www-form-urlencoded; charset=iso-8859-1", Buffer.from("n=J\xf6rg%20x", "latin1"), { n: "Jörg x" }],
  ["application/x-www-form-urlencoded; charset=shift_jis", "%83A=%83A&b=c", { ア: "ア", b: "c" }],
  ["application/x-www-form-urlencoded; charset=utf-8", "n=J%C3%B6rg", { n: "Jörg" }],
  ["application/x-www-form-urlencoded; charset=utf-16le", Buffer.from("ö=%C3%B6", "utf16le"), { ö: "ö" }],
  ["text/plain", "hello", "hello"],
  ["application/xml", "<a/>", "<a/>"],
  ["text/plain; charset=iso-8859-1", Buffer.from([0xe9]), "é"],
  ["text/plain; charset=windows-1252", Buffer.from([0x93, 0x80, 0x94]), "“€”"],
  ["application/json; charset=windows-1252", Buffer.from([0x22, 0x80, 0x22]), "€"],
  ["application/xml; charset=iso-8859-1", Buffer.from([0x80, 0xff]), "€ÿ"],
  ["image/png", Buffer.from([1, 2]), { content_type: "image/png", size: 2, base64: "AQI=" }],
  [undefined, '{"guessed": true}', { guessed: true }],
  [undefined, "just text", "just text"],
  [undefined, Buffer.from([0xff, 0xfe, 0x00]), { content_type: "application/octet-stream", size: 3, base64: "//4A" }],
  ["application/json", "", null],
])("%s: %s", async (contentType, body, expected) => expect(await payloadOf(contentType, body)).toEqual(expected));

const XML = '<?xml version="1.0" encoding="ISO-8859-1"?><a>M\xfcller</a>';

test("XML is read in the charset that it declares, unless the header says another", async () => {
  const bytes = Buffer.from(XML, "latin1");
  expect(await payloadOf("text/xml", bytes)).toBe(XML);
  expect(await payloadOf("application/soap+xml", bytes)).toBe(XML);
  expect(await payloadOf("text/xml; charset=utf-8", Buffer.from(XML))).toBe(XML);
  const odd = '<?xml version="1.0" encoding="UTF-16"?><a/>';
  expect(await payloadOf("application/xml", odd)).toBe(odd);
});

test.each([
  ["a text with a byte that is not UTF-8", "text/plain", Buffer.from([0x68, 0xff])],
  ["a text in a charset that nobody knows", "text/csv; charset=bogus", Buffer.from("hi")],
  ["XML in a charset that nobody knows", "text/xml", Buffer.from(XML.replace("ISO-8859-1", "bogus"))],
  ["XML with a byte that its charset does not have", "text/xml; charset=utf-8", Buffer.from(XML, "latin1")],
  ["a form with a byte that is not UTF-8", "application/x-www-form-urlencoded", Buffer.from([0x61, 0x3d, 0xff])],
  [
    "a form with a sign for half a letter",
    "application/x-www-form-urlencoded; charset=shift_jis",
    Buffer.from("a=%82"),
  ],
  ["a form with more fields than are read", "application/x-www-form-urlencoded", Buffer.from("a=1&".repeat(10_001))],
  ["multipart without a boundary", "multipart/form-data", Buffer.from("x")],
  [
    "multipart with more files than are read",
    "multipart/form-data; boundary=b",
    Buffer.from(multipart(...Array.from({ length: 101 }, (): Part => ['; name="f"; filename="f"', "hi"]))),
  ],
  ["multipart with another boundary", "multipart/form-data; boundary=b", Buffer.from("--a\r\n\r\nx\r\n--a--\r\n")],
  [
    "multipart that is cut short",
    "multipart/form-data; boundary=b",
    Buffer.from("--b\r\nContent-Disposition: form-data"),
  ],
])("%s comes as its bytes", async (_what, contentType, body) => {
  const mediaType = contentType.split(";")[0];
  expect(await payloadOf(contentType, body)).toEqual({
    content_type: mediaType,
    size: body.length,
    base64: body.toString("base64"),
  });
});

test("JSON that a form wraps, or that says nothing of itself, is passed on as it was sent", async () => {
  const json = '{"n":1.0,"id":12345678901234567890,"a":1,"a":2}';
  const form = Buffer.from(`payload=${encodeURIComponent(json)}`);
  const headers = [["content-type", "application/x-www-form-urlencoded"]] as const;
  expect(await decodePayload(headers, form, MAX_BYTES)).toBe(json);
  expect(await decodePayload([], Buffer.from(json), MAX_BYTES)).toBe(json);
});

test("a form of a million fields, or of JSON with a million values, is not made into values only to be described", async () => {
  const headers = [["content-type", "application/x-www-form-urlencoded"]] as const;
  const before = process.memoryUsage().heapUsed;
  const described = await decodePayload(headers, Buffer.from("ab&".repeat(2_000_000)), 1e8);
  expect(JSON.parse(described)).toMatchObject({ size: 6_000_000 });
  await decodePayload(headers, Buffer.from(`payload=[${"[],".repeat(2_000_000)}1]`), 1e8);
  await decodePayload([], Buffer.from(`[${"[],".repeat(2_000_000)}1]`), 1e8);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
});

test("empty places between fields are no fields", async () => {
  expect(await payloadOf("application/x-www-form-urlencoded", `a=1${"&".repeat(9000)}b=2&&`)).toEqual({
    a: "1",
    b: "2",
  });
});

test("numbers keep the form in which they were sent", async () => {
  const text = '{"id": 9007199254740993, "price": 1.0}';
  expect(await decodePayload([["content-type", "application/json"]], Buffer.from(text), MAX_BYTES)).toBe(text);
});

test("multipart: fields, and files with their bytes", async () => {
  const body = [
    '--b\r\nContent-Disposition: form-data; name="__proto__"\r\n\r\nplain key',
    '--b\r\nContent-Disposition: form-data; name="doc"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhi',
    "--b--\r\n",
  ].join("\r\n");
  const payload = (await payloadOf("multipart/form-data; boundary=b", body)) as { files: unknown };
  expect(Object.keys(payload)).toEqual(["__proto__", "files"]);
  expect(payload.files).toEqual([
    { field: "doc", filename: "a.txt", content_type: "text/plain", size: 2, base64: "aGk=" },
  ]);
});

type Part = readonly [parameters: string, content: string];

/** A multipart body of parts, each as its disposition's parameters and its content. */
function multipart(...parts: readonly Part[]): string {
  const written = parts.map(
    ([parameters, content]) => `--b\r\nContent-Disposition: form-data${parameters}\r\n\r\n${content}`,
  );
  return [...written, "--b--\r\n"].join("\r\n");
}

test("multipart: parts without a name are kept under an empty one", async () => {
  const body = multipart(["", "no name"], ['; name=""', "empty name"], ['; filename="a.txt"', "hi"]);
  expect(await payloadOf("multipart/form-data; boundary=b", body)).toEqual({
    "": ["no name", "empty name"],
    files: [{ field: "", filename: "a.txt", content_type: "text/plain", size: 2, base64: "aGk=" }],
  });
});

test("multipart: a text field that is named files stands behind the files, or alone", async () => {
  const upload: Part = ['; name="doc"; filename="a.txt"', "hi"];
  const file = { field: "doc", filename: "a.txt", content_type: "text/plain", size: 2, base64: "aGk=" };
  const of = (...parts: readonly Part[]): Promise<unknown> =>
    payloadOf("multipart/form-data; boundary=b", multipart(...parts));
  expect(await of(['; name="files"', "two"], upload)).toEqual({ files: [file, "two"] });
  expect(await of(['; name="files"', "two"], upload, ['; name="files"', "more"])).toEqual({
    files: [file, "two", "more"],
  });
  expect(await of(['; name="files"', "two"])).toEqual({ files: "two" });
});

test.each([
  ["gzip", gzipSync("{}")],
  ["x-gzip", gzipSync("{}")],
  ["deflate", deflateSync("{}")],
  ["deflate", deflateRawSync("{}")],
  ["br", brotliCompressSync("{}")],
  ["deflate, gzip", gzipSync(deflateSync("{}"))],
])("Content-Encoding %s is undone for the payload", async (encoding, body) =>
  expect(await payloadOf("application/json", body, encoding)).toEqual({}),
);

test("several lines of Content-Encoding are one list: the last line is undone first", async () => {
  const headers: [string, string][] = [
    ["content-type", "application/json"],
    ["content-encoding", "deflate"],
    ["content-encoding", "gzip"],
  ];
  const body = gzipSync(deflateSync('{"a":1}'));
  expect(await decodePayload(headers, body, MAX_BYTES)).toBe('{"a":1}');
  const limits = { maxBytes: MAX_BYTES, room: { take: () => true, give: () => undefined }, roomBytes: Infinity };
  expect(() => checkClaimedJson(headers, body, limits)).not.toThrow();
});

test.each([
  ["a bomb", "application/json", gzipSync(Buffer.alloc(1_000_000, 32)), "gzip", "decoded_too_large", 413],
  ["a broken stream", "application/json", Buffer.from("nope"), "gzip", "corrupt_encoding", 400],
  ["an unknown coding", "application/json", Buffer.from("{}"), "zstd", "unsupported_encoding", 415],
  ["no JSON", "application/json", Buffer.from("{nope"), undefined, "invalid_json", 400],
  ["JSON that is not UTF-8", "application/json", Buffer.from([0x22, 0xff, 0x22]), undefined, "invalid_text", 400],
])("%s is refused", async (_what, contentType, body, encoding, code, status) => {
  await expect(payloadOf(contentType, body, encoding)).rejects.toMatchObject({ code, status });
});

test("ingress checks only what claims to be JSON", () => {
  const json: [string, string][] = [["content-type", "application/json"]];
  const limits = { maxBytes: MAX_BYTES, room: { take: () => true, give: () => undefined }, roomBytes: Infinity };
  expect(() => checkClaimedJson(json, Buffer.from('{"id": 1}'), limits)).not.toThrow();
  expect(() => checkClaimedJson(json, Buffer.from("{"), limits)).toThrow("JSON");
  expect(() => checkClaimedJson([["content-type", "text/plain"]], Buffer.from("{"), limits)).not.toThrow();
});

test("JSON that nests too deep is refused with the depth and the place, or is text where nothing claims that it is JSON", async () => {
  const json: [string, string][] = [["content-type", "application/json"]];
  const limits = { maxBytes: MAX_BYTES, room: { take: () => true, give: () => undefined }, roomBytes: Infinity };
  const deep = "[".repeat(501) + "]".repeat(501);
  expect(() => checkClaimedJson(json, Buffer.from(deep), limits)).toThrow(
    "nests more than 500 levels deep, at byte 500 of 1002",
  );
  await expect(payloadOf("application/json", Buffer.from(deep))).rejects.toThrow("nests more than 500 levels deep");
  expect(await payloadOf(undefined, Buffer.from(deep))).toBe(deep);
  const form = Buffer.from(`payload=${encodeURIComponent(deep)}`);
  expect(await payloadOf("application/x-www-form-urlencoded", form)).toEqual({ payload: deep });
});

test("a large body is checked between whatever else has arrived", async () => {
  const limits = { maxBytes: MAX_BYTES, room: { take: () => true, give: () => undefined }, roomBytes: Infinity };
  const json: [string, string][] = [["content-type", "application/json"]];
  const large = Buffer.from(JSON.stringify(Array.from({ length: 100_000 }, (_, index) => `number ${index}`)));
  const turnsDuring = async (checked: Promise<void> | undefined): Promise<number> => {
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      if (isOver) return;
      turns += 1;
      setImmediate(count);
    };
    count();
    await checked?.finally(() => (isOver = true));
    return turns;
  };
  expect(await turnsDuring(checkClaimedJson(json, large, limits))).toBeGreaterThan(5);
  await expect(checkClaimedJson(json, large.subarray(0, -1), limits)).rejects.toThrow(
    `stops being JSON at byte ${large.length - 1} of ${large.length - 1}`,
  );
  const latin1: [string, string][] = [["content-type", "application/json; charset=latin1"]];
  // It is also decoded so: 46 slices of 128 KiB, and twice as much in UTF-8 to check.
  const umlauts = Buffer.from(JSON.stringify("ä".repeat(6_000_000)), "latin1");
  expect(await turnsDuring(checkClaimedJson(latin1, umlauts, limits))).toBeGreaterThan(46 + 80);
  const cut: [string, string][] = [["content-type", "application/json; charset=shift_jis"]];
  const half = Buffer.concat([Buffer.from('"'), Buffer.alloc(400_000, "あ"), Buffer.from([0x82])]);
  await expect(checkClaimedJson(cut, half, limits)).rejects.toThrow("the body cannot be read as shift_jis");
  const split = Buffer.concat([Buffer.from('"a'), Buffer.alloc(400_000, Buffer.from([0x82, 0xa0])), Buffer.from('"')]);
  await checkClaimedJson(cut, split, limits);
});
