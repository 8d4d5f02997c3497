import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { apiReferencePage } from "./api-reference.ts";
import { operations } from "./contract/index.ts";
import { openApiDocument, type DocumentedOperation } from "./openapi.ts";

const document = openApiDocument("1.2.3");

const documented: readonly DocumentedOperation[] = Object.values(document.paths).flatMap((path) => Object.values(path));

test("the document is valid OpenAPI 3.1, and everything it refers to is in it", async () => {
  const validator = new Validator();
  expect(await validator.validate(JSON.parse(JSON.stringify(document)))).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
  expect(() => validator.resolveRefs()).not.toThrow();
  const text = JSON.stringify(document);
  for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(Object.keys(document.components.schemas)).toContain(name);
});

test("it has every operation once, under its own name", () => {
  expect(documented.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(operations).sort());
});

test("every parameter of a path is told", () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { parameters } of Object.values(methods)) {
      const told = parameters.filter((parameter) => parameter.in === "path");
      expect(told.map(({ name }) => name)).toEqual(names);
      expect(told.every(({ required }) => required)).toBe(true);
    }
  }
});

test("filters, limits and defaults are those of the schemas", () => {
  const list = documented.find(({ operationId }) => operationId === "listEvents");
  const limit = list?.parameters.find(({ name }) => name === "limit");
  expect(limit).toEqual({
    name: "limit",
    in: "query",
    required: false,
    schema: { type: "integer", minimum: 1, maximum: 1000, default: 50 },
  });
  expect(list?.responses["200"]).toEqual({
    description: "Stored events, newest first",
    content: { "application/json": { schema: { $ref: "#/components/schemas/ListEventsAnswer" } } },
  });
});

test("the page has every operation and every resource", () => {
  const page = apiReferencePage();
  for (const { method, path } of Object.values(operations)) expect(page).toContain(`### ${method} ${path}\n`);
  for (const name of Object.keys(document.components.schemas)) expect(page).toContain(`### ${name}\n`);
  expect(page).not.toContain("undefined");
});
