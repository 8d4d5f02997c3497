/** Facts whose large texts are bytes: for every reader of JSON they are what they were, and nothing that a text says is taken for a mark. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { LARGE_TEXT_CHARS, readText, type AnyText, type JsonPiece } from "../base/index.ts";
import { answered, Fixtures, step } from "./event-log-fixtures.contract.ts";
import type { Fact } from "./event-log.ts";
import { readFacts, readFactsUnread, readTexts, writeFact, writeStep } from "./fact-json.ts";

const make = new Fixtures();
const { envelope, runs } = make.draft();
const run = runs[0]!;

/** Any text, half characters and what looks like a mark included. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("\uD800", '"textBytes":3,"outputJson":"a"', '","textBytes":1,"body":"', "\\", '\\"', ""),
  fc.json(),
);

function facts(output: string, payload: string, body: string): readonly Fact[] {
  const answer = answered(run.eventId);
  return [
    step(run, { outputJson: output, printed: [output], error: { code: body, message: payload, retryable: true } }),
    { type: "flow_stored", hash: body, definitionJson: output },
    { type: "run_queued", run: { ...make.run(envelope), flow: body, payloadJson: payload } },
    { ...answer, answer: { ...answer.answer, headers: { "x-text": output }, body } },
  ];
}

/** The same fact with its text as bytes. */
function packed(fact: Fact): Fact<AnyText> {
  const large = (of: string | undefined): AnyText => ({ literal: Buffer.from(JSON.stringify(of)) });
  if (fact.type === "step_done") return { ...fact, outputJson: large(fact.outputJson) };
  if (fact.type === "run_queued") return { ...fact, run: { ...fact.run, payloadJson: large(fact.run.payloadJson) } };
  if (fact.type !== "answered") return fact;
  return { ...fact, answer: { ...fact.answer, body: large(fact.answer.body) } };
}

function bytesOf(pieces: readonly JsonPiece[]): Buffer {
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece as Uint8Array)));
}

/** A record of facts; of each it is said whether its text is given as bytes. */
function record(given: readonly Fact[], areLarge: readonly boolean[]): Buffer {
  const texts = given.map((fact, index) => bytesOf(writeFact(areLarge[index] === true ? packed(fact) : fact)));
  return Buffer.from(`[${texts.join(",")}]`);
}

test("facts are read as they were, whichever of their texts were bytes", () => {
  fc.assert(
    fc.property(text, text, text, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), (a, b, c, areLarge) => {
      const given = facts(a, b, c);
      const json = record(given, areLarge);
      expect(readFacts(json)).toEqual(given);
      expect(JSON.parse(json.toString("utf8"))).toMatchObject(JSON.parse(JSON.stringify(given)) as object);
    }),
  );
});

test("large texts are left unread, and say the same when they are read", () => {
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      const given = facts(a, b, c);
      const unread = readFactsUnread(record(given, [true, true, true, true]));
      const [first, , third, fourth] = unread;
      if (first?.type !== "step_done" || third?.type !== "run_queued" || fourth?.type !== "answered")
        throw new Error("the facts changed their places");
      const texts = [first.outputJson!, third.run.payloadJson!, fourth.answer.body];
      expect(texts.map((each) => typeof each)).toEqual(["object", "object", "object"]);
      expect(texts.map(readText)).toEqual([a, b, c]);
      expect(unread.map(readTexts)).toEqual(given);
    }),
  );
});

test("a step is bytes once its output is large, and not before", () => {
  const outputOf = (chars: number) => `"${"ü".repeat(chars - 2)}"`;
  const [small, large] = [outputOf(LARGE_TEXT_CHARS - 1), outputOf(LARGE_TEXT_CHARS)].map((outputJson) =>
    step(run, { outputJson }),
  );
  expect(writeStep(small!)).toEqual(JSON.stringify(small));
  const bytes = writeStep(large!);
  expect(bytes).toBeInstanceOf(Uint8Array);
  expect(readFacts(bytesOf(["[", bytes, "]"]))).toEqual([large]);
});

test("a record whose mark tells a wrong length is not read", () => {
  const json = record(facts("aaaa", "b", "c"), [true, false, false, false]).toString("utf8");
  expect(() => readFacts(Buffer.from(json.replace('"textBytes":6', '"textBytes":5')))).toThrow(/damaged/);
  expect(() => readFacts(Buffer.from(json.replace('"textBytes":6', '"textBytes":x')))).toThrow(/damaged/);
});

test("a header with the mark's name marks nothing", () => {
  const { answer, ...fact } = answered(run.eventId);
  const given: readonly Fact[] = [{ ...fact, answer: { ...answer, headers: { textBytes: "5" } } }];
  expect(readFacts(record(given, [false]))).toEqual(given);
  expect(readFacts(record(given, [true]))).toEqual(given);
});
