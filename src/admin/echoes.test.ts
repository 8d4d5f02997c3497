import { expect, test } from "vitest";
import { Echoes, echoesOf } from "./echoes.ts";

const RULES = { signatureHeaders: new Set(["x-hub-signature-256"]), paths: ["$.card.number", "$.customer"] };
const REQUEST = {
  headers: [
    ["authorization", "Bearer of-the-sender"],
    ["x-shop", "north-shop"],
  ] as const,
  target: "/events/webhook/demo/orders?token=of-the-link&page=2000000",
};
const PAYLOAD = { id: 42, card: { number: 4111111111111111, cvc: "123" }, customer: { name: "Ada Lovelace" } };

test("what is masked in the request is masked in what a run makes of it", () => {
  const echoes = echoesOf(REQUEST, PAYLOAD, RULES);
  expect(echoes.value({ whole: 4111111111111111, by: ["Ada Lovelace", 42], page: 2000000 })).toEqual({
    whole: "•••",
    by: ["•••", 42],
    page: 2000000,
  });
  expect(echoes.text("Ada Lovelace pays with 4111111111111111 at north-shop")).toBe("••• pays with ••• at north-shop");
});

test("of a credential the whole and the token are masked, of the query what is secret", () => {
  const echoes = echoesOf(REQUEST, PAYLOAD, RULES);
  expect(echoes.value(["Bearer of-the-sender", "of-the-sender", "of-the-link"])).toEqual(["•••", "•••", "•••"]);
});

test("a value with quotes or line ends is found where it is written as in JSON", () => {
  const key = '-----BEGIN KEY-----\n"MIIB"\n-----END KEY-----\n';
  const echoes = new Echoes([key]);
  expect(echoes.text(`sent ${key} to them`)).toBe("sent ••• to them");
  expect(echoes.text(`sent ${JSON.stringify({ key })}`)).toBe('sent {"key":"•••"}');
});

test("short values are masked where they stand alone, and are not looked for in texts", () => {
  const echoes = new Echoes(["123", "7"]);
  expect(echoes.value(["123", 123, 7, "7", "1234"])).toEqual(["•••", "•••", 7, "7", "1234"]);
});

test("of very many masked values any longer text may hold one, and none is searched for them all", () => {
  const echoes = new Echoes(Array.from({ length: 100_000 }, (_, index) => `value-${index}`));
  const long = "x".repeat(5_000_000);
  const startedAt = performance.now();
  expect(echoes.value([long, "value-7", "paid", 12])).toEqual(["•••", "•••", "paid", 12]);
  expect(performance.now() - startedAt).toBeLessThan(1000);
});

test("what repeats nothing is handed on as it is", () => {
  const output = { items: [{ id: 9007199254740993n, name: "lamp" }, null, true] };
  expect(echoesOf(REQUEST, PAYLOAD, RULES).value(output)).toBe(output);
});

test("of a body that cannot be looked through, whatever a run says may be the masked field", () => {
  const echoes = echoesOf(REQUEST, undefined, RULES);
  expect(echoes.value({ any: "thing" })).toBe("•••");
  expect([echoes.text("a line"), echoes.value(null), echoes.value(true)]).toEqual(["•••", null, true]);
});
