import type { Diagnostic } from "../text/index.ts";
import { checkFlow } from "./check-flow.ts";
import { defineFlow } from "./define-flow.ts";
import { FlowSet } from "./flow-set.ts";
import { FlowDraft, type FlowFile } from "./read-flow-file.ts";

/**
 * Loads the flows of a bundle: all faults of all files at once. The set is complete only when no diagnostic is an
 * error; a faulty file contributes no flow.
 */
export function loadFlows(files: readonly FlowFile[]): {
  readonly flows: FlowSet;
  readonly diagnostics: readonly Diagnostic[];
} {
  const drafts = files.map((file) => new FlowDraft(file));
  checkFlowNames(drafts);
  for (const draft of drafts)
    checkFlow(draft, { flowNames: flowNamesFor(draft, drafts), isStarted: isStartedByAnother(draft, drafts) });
  const flows = drafts.filter((draft) => !draft.hasErrors).flatMap((draft) => defineFlow(draft) ?? []);
  return { flows: new FlowSet(flows), diagnostics: drafts.flatMap(({ diagnostics }) => inOrder(diagnostics)) };
}

/** Each once: an alias shows one value in several places. What is wrong of a value with a faulty tag is only its shadow. */
function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  const unreadable = new Set(diagnostics.filter(({ code }) => code === "bad-yaml").map(({ span }) => span.start));
  const kept = diagnostics.filter(({ code, message, span }) => {
    const key = `${span.start} ${span.end} ${code} ${message}`;
    const isShadow = code !== "bad-yaml" && unreadable.has(span.start);
    return !isShadow && !seen.has(key) && seen.add(key);
  });
  return kept.toSorted((a, b) => a.span.start - b.span.start);
}

function checkFlowNames(drafts: readonly FlowDraft[]): void {
  const seen = new Map<string, FlowDraft>();
  for (const draft of drafts) {
    const key = `${draft.file.tenant ?? ""}\n${draft.name}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, draft);
    else {
      const message = `The flow name \`${draft.name}\` is already used by ${first.file.path}.`;
      draft.report("error", "duplicate-flow", message, ["name"], { hint: "Give one of them another `name`." });
    }
  }
}

/** What a flow can start: a tenant's own flow sees what the tenant sees; a shared one may rely on any tenant's. */
function flowNamesFor(draft: FlowDraft, drafts: readonly FlowDraft[]): ReadonlySet<string> {
  const { tenant } = draft.file;
  const visible = drafts.filter(
    ({ file }) => tenant === undefined || file.tenant === undefined || file.tenant === tenant,
  );
  return new Set(visible.map(({ name }) => name));
}

function isStartedByAnother(draft: FlowDraft, drafts: readonly FlowDraft[]): boolean {
  return drafts.some((other) => other !== draft && other.startedFlows.has(draft.name));
}
