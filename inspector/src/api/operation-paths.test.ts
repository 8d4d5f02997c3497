import { expect, test } from "vitest";
import { operations } from "../../../src/admin/contract/index.ts";
import { operationPaths } from "./operation-paths.ts";

test("the page calls the operations of the contract by their own methods and paths", () => {
  const fromContract = Object.entries(operations).map(([name, { method, path }]) => [name, `${method} ${path}`]);
  expect(operationPaths).toEqual(Object.fromEntries(fromContract));
});
