import { describe, expect, it } from "vitest";
import { locationOf, Source } from "../text/index.ts";
import { parseBundleFile } from "./index.ts";

const HEAD = "schema_version: 1\nbundle_id: shop-1\nname: The shop\n";

function expectFaults(text: string, expected: readonly string[]) {
  const { bundle, diagnostics } = parseBundleFile(new Source("bundle.yaml", text));
  expect(bundle).toBeUndefined();
  expect(diagnostics.map((found) => `${locationOf(found)} ${found.message}`)).toEqual(expected);
}

describe("bundle.yaml", () => {
  it("names the bundle and its tenants", () => {
    expect(parseBundleFile(new Source("bundle.yaml", `${HEAD}tenants: [acme, demo]\n`))).toEqual({
      bundle: { schemaVersion: 1, bundleId: "shop-1", name: "The shop", tenants: ["acme", "demo"] },
      diagnostics: [],
    });
  });

  it("has one tenant where none is named", () => {
    expect(parseBundleFile(new Source("bundle.yaml", HEAD)).bundle?.tenants).toEqual(["demo"]);
  });

  it("has all its faults reported", () => {
    expectFaults("schema_version: 2\nbundle_id: ''\ntenant: demo\ntenants: [Demo, ok]\n", [
      "bundle.yaml:1:17 `schema_version` must be `1`.",
      "bundle.yaml:2:12 `bundle_id` must be at least 1 character(s) long.",
      "bundle.yaml:1:1 `name` is missing.",
      "bundle.yaml:4:11 `tenants[0]` must begin with a small letter or digit and hold only small letters, digits, `_` and `-`.",
      "bundle.yaml:3:1 There is no key `tenant` here.",
    ]);
    expectFaults(`${HEAD}tenants: []`, ["bundle.yaml:4:10 `tenants` needs at least one tenant."]);
    expectFaults(`${HEAD}tenants: [a, b, a]`, ["bundle.yaml:4:17 The tenant `a` is listed twice."]);
    expectFaults("a: [", [
      "bundle.yaml:1:5 Flow sequence in block collection must be sufficiently indented and end with a ]",
    ]);
  });
});
