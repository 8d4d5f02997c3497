import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { ANSWER_OPTIONS, answersJsonSchema, answersTemplate } from "./index.ts";

const ajv = new Ajv({
  strict: true,
  strictTypes: false,
  strictRequired: false,
  allErrors: true,
  formats: { "date-time": true },
});
const isAnswers = ajv.compile(answersJsonSchema(["github"]));

const VALID = { enabled: true, public_base_url: "https://hooks.example.com" };

describe("the schema of answers", () => {
  test.each([
    ["the page's smallest", readFileSync(new URL("../../test/fixtures/answers.minimal.json", import.meta.url), "utf8")],
    [
      "the page's with signatures",
      readFileSync(new URL("../../test/fixtures/answers.signatures.json", import.meta.url), "utf8"),
    ],
    ["the quickstart's", readFileSync(new URL("../../examples/quickstart/answers.json", import.meta.url), "utf8")],
    ["the template with everything", answersTemplate(true)],
    ["the structured shape", JSON.stringify({ tenant: "demo", setup_answers: { "events-webhook": VALID } })],
    ["another provider's beside", JSON.stringify({ "events-webhook": VALID, "events-telegram": 1 })],
  ])("accepts %s", (_what, text) => {
    isAnswers(JSON.parse(text));
    expect(isAnswers.errors ?? []).toEqual([]);
  });

  test.each<[string, unknown]>([
    ["no section", {}],
    ["both shapes in one", { "events-webhook": VALID, setup_answers: { "events-webhook": VALID } }],
    ["the mark of one shape in the other", { "events-webhook": VALID, greentic_setup_version: "1.0.0" }],
    ["a missing option", { "events-webhook": { enabled: true } }],
    ["an unknown option", { "events-webhook": { ...VALID, signature: {} } }],
    ["http in public", { "events-webhook": { ...VALID, public_base_url: "http://hooks.example.com" } }],
    ["a header without a key", { "events-webhook": { ...VALID, secret_header: "X-Sig" } }],
    ["an unknown algorithm", { "events-webhook": { ...VALID, signatures: { a: { algorithm: "sha265" } } } }],
    ["a tenant's enabled", { "events-webhook": { ...VALID, tenants: { demo: { enabled: true } } } }],
  ])("refuses %s", (_what, answers) => {
    expect(isAnswers(answers)).toBe(false);
  });
});

test("docs/reference/setup.md lists exactly the options that there are", () => {
  const page = readFileSync(new URL("../../docs/reference/setup.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `(\w+)` +\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|$/gm)];
  const written = rows.map((cells) => cells.slice(1).map((cell) => cell.trim()));
  const wanted = ANSWER_OPTIONS.map(({ name, isRequired, perTenant, fallback, summary }) => [
    name,
    isRequired === true ? "yes" : "",
    perTenant === true ? "yes" : "",
    fallback ?? "",
    summary,
  ]);
  expect(written).toEqual(wanted);
});
