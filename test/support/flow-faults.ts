/** What loading a flow reports, in short: for tests that read like a list of faults. */
import { expect } from "vitest";
import { loadFlows, type FlowFile } from "../../src/flow/index.ts";
import { locationOf, type Diagnostic } from "../../src/text/index.ts";

export function diagnosticsOf(...files: (string | FlowFile)[]): readonly Diagnostic[] {
  const given = files.map((file, index) =>
    typeof file === "string" ? { path: index === 0 ? "flow.yaml" : `flow${index + 1}.yaml`, text: file } : file,
  );
  return loadFlows(given).diagnostics;
}

/** `flow.yaml:3:5 code: message`, one per fault. */
export function shortForm(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map((found) => `${locationOf(found)} ${found.code}: ${found.message}`);
}

export function expectFaults(text: string, expected: readonly string[]) {
  expect(shortForm(diagnosticsOf(text))).toEqual(expected);
}

export function onlyFault(text: string): Diagnostic {
  const found = diagnosticsOf(text);
  expect(shortForm(found)).toEqual([expect.any(String)]);
  return found[0]!;
}

/** A flow with one trigger and these nodes. */
export function flowOf(nodes: string): string {
  return `triggers:\n  - { type: event, event_type: "*" }\nnodes:\n${nodes}`;
}

export const RESPOND = "  - { id: respond, type: http_response }\n";
