/** Every operation of the document: nobody is let in who must not be, and what the document refuses the gateway refuses. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openApiDocument } from "../../src/admin/index.ts";
import { ApiContract, type Document, type Parameter } from "../support/api-contract.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

let bundle: TestBundle;
let gateway: TestGateway;
let contract: ApiContract;
let cookie: string;

beforeAll(async () => {
  bundle = await createTestBundle({});
  gateway = await TestGateway.start(bundle);
  contract = new ApiContract((await (await gateway.api("openapi.json")).json()) as Document);
  const login = await ask("POST", "/api/login", JSON_TYPE, JSON.stringify({ token: gateway.gateway.token }));
  cookie = [login.headers["set-cookie"]].flat()[0]?.split(";")[0] ?? "";
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

const JSON_TYPE = { "content-type": "application/json" };
const documented = (openApiDocument("") as unknown as Document).paths;

interface Operation {
  readonly name: string;
  readonly method: string;
  /** With values in the place of its parameters. */
  readonly path: string;
  readonly query: readonly Parameter[];
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

const OPERATIONS: readonly Operation[] = Object.entries(documented).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId, parameters, requestBody }]) => ({
    name: operationId,
    method: method.toUpperCase(),
    path: path.replaceAll(/\{\w+\}/g, "none"),
    query: parameters.filter((parameter) => parameter.in === "query"),
    body: requestBody?.content["application/json"]?.schema as Operation["body"],
  })),
);
const CLOSED = OPERATIONS.filter(({ name }) => name !== "login");
const ACTING = CLOSED.filter(({ method }) => method !== "GET");

/** Sends exactly these headers; resolves with the head of the answer and what of the body belongs to a document. */
function ask(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): Promise<Pick<IncomingMessage, "headers"> & { readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(gateway.adminUrl + path, { method, headers, agent: false }, (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      let text = "";
      const done = (): void => resolve({ status, headers: answered, text });
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("error", reject).on("end", done);
      if (answered["content-type"] !== "text/event-stream") return;
      // It has no end.
      done();
      response.destroy();
    });
    request.on("error", reject);
    // A body that no header announces would be taken for the next request.
    request.end(method === "POST" ? body : undefined);
  });
}

const bearer = (): Record<string, string> => ({ authorization: `Bearer ${gateway.gateway.token}` });

describe("access to every operation", () => {
  test.each(CLOSED)(
    "$name: not without a token, with another's, or with a made up cookie",
    async ({ method, path }) => {
      const name = cookie.split("=")[0] ?? "";
      const strangers = [{}, { authorization: "Bearer wrong" }, { cookie: `${name}=wrong` }, { cookie: "other=1" }];
      for (const headers of strangers) {
        const { status, text } = await ask(method, path, headers);
        expect([headers, status]).toEqual([headers, 401]);
        expect(text).not.toContain(gateway.gateway.token);
      }
    },
  );

  test.each(OPERATIONS)(
    "$name: not under another name, from another site or another port",
    async ({ method, path }) => {
      const foreign = [
        { host: "rebind.example" },
        { host: "127.0.0.1.rebind.example" },
        { host: "192.0.2.7" },
        { origin: "https://evil.example" },
        { origin: "http://127.0.0.1:3000" },
        { origin: "null" },
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
      ];
      for (const headers of foreign) {
        for (const who of [bearer(), { cookie }]) {
          const { status } = await ask(method, path, { ...JSON_TYPE, ...who, ...headers }, "{}");
          expect([headers, status]).toEqual([headers, 403]);
        }
      }
    },
  );

  test.each(CLOSED)("$name: with the token", async ({ method, path }) => {
    expect([401, 403]).not.toContain((await ask(method, path, bearer())).status);
  });

  test.each(ACTING.filter(({ name }) => name !== "logout"))(
    "$name acts for a cookie only where it comes from this page",
    async ({ method, path }) => {
      expect((await ask(method, path, { cookie })).status).toBe(403);
      expect((await ask(method, path, { cookie, "sec-fetch-site": "none" })).status).toBe(403);
      for (const ours of [{ origin: gateway.adminUrl }, { "sec-fetch-site": "same-origin" }]) {
        expect([401, 403]).not.toContain((await ask(method, path, { cookie, ...ours })).status);
      }
    },
  );

  test.each(CLOSED.filter(({ method }) => method === "GET"))(
    "$name is read with a cookie",
    async ({ method, path }) => {
      expect([401, 403]).not.toContain((await ask(method, path, { cookie })).status);
    },
  );

  test.each(ACTING.filter(({ body }) => body !== undefined))(
    "$name takes no form of another site",
    async ({ method, path }) => {
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
        expect((await ask(method, path, { ...bearer(), "content-type": type }, "{}")).status).toBe(415);
      }
    },
  );
});

/** Values that a schema of a parameter does not take. */
function wrongValues({ schema }: Parameter): readonly string[] {
  const { type, minimum, maximum, minLength, maxLength, format } = schema;
  return [
    ...(schema["enum"] === undefined ? [] : ["surely-none-of-them"]),
    ...(format === "date-time" ? ["yesterday", "2026-02-30T00:00:00Z"] : []),
    ...(type === "integer" ? ["x", "1.5"] : []),
    ...(typeof minimum === "number" ? [String(minimum - 1)] : []),
    ...(typeof maximum === "number" ? [String(maximum + 1)] : []),
    ...(typeof minLength === "number" && minLength > 0 ? ["x".repeat(minLength - 1)] : []),
    ...(typeof maxLength === "number" ? ["x".repeat(maxLength + 1)] : []),
  ];
}

const PARAMETERS = OPERATIONS.flatMap((operation) =>
  operation.query.map((parameter) => ({ ...operation, parameter, of: parameter.name })),
);
const STRICT = PARAMETERS.filter(({ parameter }) => wrongValues(parameter).length > 0);

describe("what the document refuses the gateway refuses, at its place", () => {
  test.each(STRICT)("$name: $of", async ({ method, path, parameter }) => {
    for (const value of wrongValues(parameter)) {
      const target = `${path}?${parameter.name}=${encodeURIComponent(value)}`;
      expect(contract.requestFaultsOf(method, target)).not.toEqual([]);
      const { status, text } = await ask(method, target, bearer());
      expect([target, status]).toEqual([target, 400]);
      const { errors } = JSON.parse(text) as { errors: { path: string }[] };
      expect(errors.map((error) => error.path)).toEqual([`query.${parameter.name}`]);
    }
  });

  test.each(CLOSED)(
    "$name: a parameter that it does not have, and one that comes twice",
    async ({ method, path, query }) => {
      const unknown = `${path}?surely_not=1`;
      expect(contract.requestFaultsOf(method, unknown, {})).not.toEqual([]);
      expect((await ask(method, unknown, { ...bearer(), ...JSON_TYPE }, "{}")).status).toBe(400);
      const [first] = query;
      if (first === undefined) return;
      expect((await ask(method, `${path}?${first.name}=1&${first.name}=2`, bearer())).status).toBe(400);
    },
  );

  test.each(ACTING.filter(({ body }) => body !== undefined))("$name: bodies of another shape", async (operation) => {
    const { method, path, body } = operation;
    const properties = Object.keys(body?.["properties"] ?? {});
    const wrong = [[], "text", null, { surely_not: 1 }, ...properties.map((name) => ({ [name]: { surely: "not" } }))];
    for (const value of wrong) {
      expect([value, contract.requestFaultsOf(method, path, value)]).not.toEqual([value, []]);
      const { status } = await ask(method, path, { ...bearer(), ...JSON_TYPE }, JSON.stringify(value));
      expect([value, status]).toEqual([value, 400]);
    }
  });
});
