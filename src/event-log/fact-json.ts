/**
 * Facts as JSON in which large texts need not be read. Such a text is the last in its object, behind the number of its bytes:
 *
 *   {"type":"step_done", … ,"textBytes":24000002,"outputJson":"…"}
 *
 * For every other reader that is JSON like any other, with one number more. Nothing that a sender or a flow says can pass
 * for the mark `"textBytes":` and a number: in a JSON text each quote of theirs has a backslash before it, and where they
 * give names (an answer's headers) there are texts behind those, not numbers.
 */
import { LARGE_TEXT_CHARS, packText, readText, type AnyText, type JsonPiece, type LargeText } from "../base/index.ts";
import type { Fact, StepDone } from "./event-log.ts";

const MARK_TEXT = '"textBytes":';
const MARK = Buffer.from(MARK_TEXT);
const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;

/** A step as the JSON of its fact: a text, or bytes where its output is large. @throws Error when there is no memory for it */
export function writeStep(step: StepDone): JsonPiece {
  const { outputJson = "" } = step;
  if (outputJson.length < LARGE_TEXT_CHARS) return JSON.stringify(step);
  const pieces = writeFact({ ...step, outputJson: packText(outputJson) });
  return Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
}

/** The JSON of a fact, in pieces: its large text stays as it is. */
export function writeFact(fact: Fact<AnyText>): readonly JsonPiece[] {
  switch (fact.type) {
    case "step_done": {
      const { outputJson: text } = fact;
      return isLarge(text) ? around({ ...fact, outputJson: undefined }, "outputJson", text, "}") : [plain(fact)];
    }
    case "run_queued": {
      const { payloadJson: text } = fact.run;
      if (!isLarge(text)) return [plain(fact)];
      return around({ type: fact.type, run: { ...fact.run, payloadJson: undefined } }, "payloadJson", text, "}}");
    }
    case "answered": {
      const { type, eventId, answer } = fact;
      if (!isLarge(answer.body)) return [plain(fact)];
      return around({ type, eventId, answer: { ...answer, body: undefined } }, "body", answer.body, "}}");
    }
    default:
      return [plain(fact)];
  }
}

/** Whether a text of the fact is bytes. */
export function hasLargeText(fact: Fact<AnyText>): boolean {
  const object = objectWithText(fact);
  return object !== undefined && (isLarge(object.outputJson) || isLarge(object.payloadJson) || isLarge(object.body));
}

function isLarge(text: AnyText | undefined): text is LargeText {
  return typeof text === "object";
}

function plain(fact: Fact<AnyText>): string {
  return JSON.stringify(fact);
}

/** @param closing the brackets that end the object with the text and those around it */
function around(object: object, key: string, { literal }: LargeText, closing: string): readonly JsonPiece[] {
  const head = JSON.stringify(object).slice(0, -closing.length);
  return [`${head},"textBytes":${literal.byteLength},"${key}":`, literal, closing];
}

/** The facts of a record, with all their texts. */
export function readFacts(json: Buffer): readonly Fact[] {
  const facts = readFactsUnread(json);
  for (const fact of facts) changeText(fact, readText);
  return facts as readonly Fact[];
}

/** A fact with its text. */
export function readTexts(fact: Fact<AnyText>): Fact {
  const copy = structuredClone(fact);
  changeText(copy, readText);
  return copy as Fact;
}

/** The facts of a record. Large texts are views of its bytes. */
export function readFactsUnread(json: Buffer): readonly Fact<AnyText>[] {
  if (json.length < LARGE_TEXT_CHARS) {
    // As good as all are: a text is searched more quickly than bytes.
    const text = json.toString("utf8");
    if (!text.includes(MARK_TEXT)) return JSON.parse(text) as readonly Fact[];
  }
  const { text, literals } = cutOut(json);
  const facts = JSON.parse(text) as readonly Fact<AnyText>[];
  if (literals.length > 0) for (const fact of facts) putBack(fact, literals);
  return facts;
}

/** The JSON with a number in the place of each large text: which of `literals` it is. */
function cutOut(json: Buffer): { readonly text: string; readonly literals: readonly Uint8Array[] } {
  const literals: Uint8Array[] = [];
  let text = "";
  let from = 0;
  for (let mark = json.indexOf(MARK); mark !== -1; mark = json.indexOf(MARK, mark)) {
    if (json[mark + MARK.length] === QUOTE) {
      mark += MARK.length;
      continue;
    }
    const comma = json.indexOf(COMMA, mark);
    const start = json.indexOf(COLON, comma) + 1;
    const end = start + Number(json.toString("latin1", mark + MARK.length, comma));
    if (json[start] !== QUOTE || json[end - 1] !== QUOTE) throw new Error("the record's large texts are damaged");
    text += `${json.toString("utf8", from, start)}${literals.push(json.subarray(start, end)) - 1}`;
    from = mark = end;
  }
  return { text: text + json.toString("utf8", from), literals };
}

function putBack(fact: Fact<AnyText>, literals: readonly Uint8Array[]): void {
  const object = objectWithText(fact);
  if (object?.textBytes === undefined) return;
  delete object.textBytes;
  // In its place stands a number now.
  changeText(fact, (index) => ({ literal: literals[Number(index)]! }));
}

/** The object of a fact that its text stands in, under the name that it has there. */
interface WithText {
  textBytes?: number;
  outputJson?: AnyText;
  payloadJson?: AnyText;
  body?: AnyText;
}

function objectWithText(fact: Fact<AnyText>): WithText | undefined {
  switch (fact.type) {
    case "step_done":
      return fact;
    case "run_queued":
      return fact.run;
    case "answered":
      return fact.answer;
    default:
      return undefined;
  }
}

function changeText(fact: Fact<AnyText>, change: (text: AnyText) => AnyText): void {
  const object = objectWithText(fact);
  if (object === undefined) return;
  if (object.outputJson !== undefined) object.outputJson = change(object.outputJson);
  if (object.payloadJson !== undefined) object.payloadJson = change(object.payloadJson);
  if (object.body !== undefined) object.body = change(object.body);
}
