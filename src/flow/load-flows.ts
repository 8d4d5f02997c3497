import type { Diagnostic } from "../text/index.ts";
import { checkFlow } from "./check-flow.ts";
import { defineFlow } from "./define-flow.ts";
import type { FlowDefinition } from "./flow-definition.ts";
import { FlowSet } from "./flow-set.ts";
import { FlowDraft, type FlowFile } from "./read-flow-file.ts";

export interface LoadedFlows {
  /** Complete only when no diagnostic is an error; a faulty file contributes no flow. */
  readonly flows: FlowSet;
  readonly diagnostics: readonly Diagnostic[];
}

/** Loads the flows of a bundle: all faults of all files at once. `tenants` are those of the bundle, where they are known. */
export function loadFlows(files: readonly FlowFile[], tenants: readonly string[] = []): LoadedFlows {
  const loading = loadingFlows(files, tenants);
  for (;;) {
    const { done, value } = loading.next();
    if (done === true) return value;
  }
}

/**
 * The same, file by file: whoever has other work to do goes on with it between two of them. A flow takes some
 * milliseconds, and a bundle may have hundreds.
 */
export function* loadingFlows(files: readonly FlowFile[], tenants: readonly string[]): Generator<void, LoadedFlows> {
  const drafts: FlowDraft[] = [];
  for (const file of files) {
    drafts.push(new FlowDraft(file));
    yield;
  }
  checkFlowNames(drafts);
  const own = new Set(drafts.map(({ file, name }) => keyOf(file.tenant, name)));
  const flows: FlowDefinition[] = [];
  for (const draft of drafts) {
    checkFlow(draft, { flowNames: flowNamesFor(draft, drafts), isStarted: isStartedByAnother(draft, drafts) });
    checkTenants(draft, own, tenants);
    const flow = draft.hasErrors ? undefined : defineFlow(draft);
    if (flow !== undefined) flows.push(flow);
    yield;
  }
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
    const key = keyOf(draft.file.tenant, draft.name);
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

/** A shared flow may start what only some tenants have; for the others the step would fail. */
function checkTenants(draft: FlowDraft, own: ReadonlySet<string>, tenants: readonly string[]): void {
  if (draft.file.tenant !== undefined) return;
  const has = (tenant: string, name: string): boolean => own.has(keyOf(tenant, name));
  for (const { index, flow } of draft.starts) {
    // What nobody has is reported as such; who has an own flow of this one's name does not see this one.
    if (has(SHARED, flow) || !tenants.some((tenant) => has(tenant, flow))) continue;
    const without = tenants.filter((tenant) => !has(tenant, flow) && !has(tenant, draft.name));
    if (without.length === 0) continue;
    const message = `For ${listed(without)} there is no flow \`${flow}\`: there this step fails.`;
    const hint = `Put \`${flow}\` into \`flows/\` for all tenants, or give these their own.`;
    draft.report("warning", "unknown-flow", message, [...draft.pathOfNode(index), "config", "flow"], { hint });
  }
}

const SHARED = "";
const MAX_LISTED = 3;

function keyOf(tenant: string | undefined, name: string): string {
  return `${tenant ?? SHARED}\n${name}`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_LISTED).map((name) => `\`${name}\``);
  const others = names.length - shown.length;
  return shown.join(", ") + (others > 0 ? ` and ${others} more` : "");
}

function isStartedByAnother(draft: FlowDraft, drafts: readonly FlowDraft[]): boolean {
  return drafts.some((other) => other !== draft && other.starts.some(({ flow }) => flow === draft.name));
}
