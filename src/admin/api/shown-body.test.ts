import { deflateSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readBody } from "./shown-body.ts";

const rules = { signatureHeaders: new Set<string>(), paths: ["$.card.number", "$.items[*].email"] };
const show = async (body: string | Uint8Array, headers: [string, string][] = [["content-type", "application/json"]]) =>
  (await readBody(headers, Buffer.from(body), rules)).body;

test("a masked field is blotted out in the text and the payload, and the bytes are not shown", async () => {
  const shown = await show('{"card":{"number":"4242"},"n":1}');
  expect(shown).toMatchObject({
    payload: { card: { number: "•••" }, n: 1 },
    masked_paths: ["$.card.number"],
    hex: null,
  });
  expect(shown.text).not.toContain("4242");
});

test.each([
  ["cut off", '{"n":1,"card":{"number":"4242"'],
  ["too large to be decoded", `{"card":{"number":"4242"},"pad":"${"x".repeat(9 * 1024 * 1024)}"}`],
  ["nested too deep", `{"card":{"number":"4242"},"deep":${"[".repeat(600)}${"]".repeat(600)}}`],
])("a body that is %s and may hold a masked field is not shown", async (_what, body) => {
  expect(await show(body)).toMatchObject({ text: null, hex: null, payload: null, masked_paths: ["$.card.number"] });
});

test.each(["a", "é", "€", "💶"])("of a long text of %s the start is shown, and that it goes on", async (char) => {
  const shown = await show(char.repeat(2_000_000), [["content-type", "text/plain"]]);
  expect([shown.text?.length, shown.truncated]).toEqual([512 * 1024, true]);
  expect(char.repeat(512 * 1024).startsWith(shown.text ?? "?")).toBe(true);
  const short = await show(char.repeat(1000), [["content-type", "text/plain"]]);
  expect([short.text, short.truncated]).toEqual([char.repeat(1000), false]);
});

test("what cannot be unpacked may hold any field", async () => {
  const shown = await show("no gzip", [["content-encoding", "gzip"]]);
  expect(shown).toMatchObject({ text: null, hex: null, masked_paths: rules.paths });
});

test("a body that was packed twice, by two lines of Content-Encoding, is shown as it reads", async () => {
  const body = gzipSync(deflateSync('{"card":{"number":"4242"},"n":1}'));
  const shown = await show(body, [
    ["content-type", "application/json"],
    ["content-encoding", "deflate"],
    ["content-encoding", "gzip"],
  ]);
  expect(shown).toMatchObject({ content_encoding: "deflate, gzip", payload: { card: { number: "•••" }, n: 1 } });
});

test("a body that cannot be read but has no such field is shown as it is", async () => {
  expect(await show('{"n":1,"cut":')).toMatchObject({ text: '{"n":1,"cut":', payload: null, masked_paths: [] });
  const deep = "[".repeat(10_000) + "]".repeat(10_000);
  expect(await show(deep)).toMatchObject({ text: deep, payload: null, masked_paths: [] });
});

test.each([
  ["a name that comes twice", '{"card":{"number":"4242"},"card":"none"}', { card: "none" }],
  ["far inside", '{"a":[{"card":1},{"items":[{"email":"4242"}],"items":[]}]}', { a: [{ card: 1 }, { items: [] }] }],
])("%s: a masked field that the payload no longer has is not read in the text", async (_what, body, payload) => {
  const shown = await show(body);
  expect(shown).toMatchObject({ payload, hex: null });
  expect(shown.text).not.toContain("4242");
  expect(shown.masked_paths).not.toEqual([]);
  const form = await show(`payload=${encodeURIComponent(body)}`, [
    ["content-type", "application/x-www-form-urlencoded"],
  ]);
  expect(form.text).not.toContain("4242");
});

test("a body with a field of the same name elsewhere, and one with a colon in a text, are shown as they came", async () => {
  const body = '{ "order" : { "number" : "a:b\\":c" } }';
  expect(await show(body)).toMatchObject({ text: body, masked_paths: [] });
});
