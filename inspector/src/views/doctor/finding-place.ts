import type { Finding } from "../../../../src/admin/contract/index.ts";
import { addressWith } from "../../shell/router.tsx";
import type { Tone } from "../../ui/badge.tsx";

export type PlaceView = "sources" | "refused" | "flows" | "deadLetters";

export const LEVEL_TONES = { error: "bad", warning: "warn", note: "quiet", ok: "good" } as const satisfies Record<
  Finding["level"],
  Tone
>;

const ORDER = ["error", "warning", "note", "ok"] as const;

/** Worst first; findings of the same level stay in the order of the checks. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level));
}

const VIEWS: readonly (readonly [RegExp, PlaceView, string])[] = [
  [/refus/, "refused", "/refused"],
  [/flow|trigger|bad-event-type/, "flows", "/flows"],
  [/dead|failed-run/, "deadLetters", "/dead-letters"],
  [/secret|source|verif|signature|event-type|webhook|url/, "sources", "/sources"],
];

/** The view of this page that shows what a finding is about, by the name of its check and where it was found. */
export function placeOf({
  check,
  where,
}: Pick<Finding, "check" | "where">): { readonly view: PlaceView; readonly to: string } | undefined {
  const found = VIEWS.find(([pattern]) => pattern.test(check));
  if (found === undefined) return undefined;
  const [, view, path] = found;
  const [, flow] = /(?:^|\/)flows\/([^/]+)\.ygtc\b/.exec(where) ?? [];
  const [, tenant, type] = /^([^/\s]+)\/([^/\s]+)$/.exec(where) ?? [];
  if (view === "flows" && flow !== undefined) return { view, to: `${path}/${encodeURIComponent(flow)}` };
  return { view, to: view === "refused" ? addressWith(path, { tenant, type }) : path };
}
