/** What can be said of a loaded bundle by looking at it alone: flows, signatures. No I/O. */
import { locationOf, type Diagnostic } from "../text/index.ts";
import type { FlowDefinition } from "../flow/index.ts";
import { secretWarning } from "./secret-warning.ts";
import { bundleFaults, hasErrors, type BundleFolder } from "./bundle-folder.ts";
import { examineEnds, examineTenants } from "./examine-tenants.ts";
import type { Finding } from "./finding.ts";
import type { LoadedBundle, LoadedTenant } from "./load-bundle.ts";
import { urlTable, type UrlRow } from "./url-table.ts";

/** Faults and warnings of the files; one `ok` when there are flows and nothing is wrong with them. */
export function examineFiles({ folder, diagnostics, flows }: BundleFolder): readonly Finding[] {
  if (diagnostics.length > 0 || flows.all.length === 0) return diagnostics.map(findingOf);
  const message = `${flows.all.length} flow(s), every node reachable.`;
  return [{ level: "ok", check: "flows", where: folder, message }];
}

/** A mistake in a file as one of doctor's findings. */
export function findingOf(diagnostic: Diagnostic): Finding {
  const { level, code, message, hint } = diagnostic;
  return { level, check: code, where: locationOf(diagnostic), message, ...(hint !== undefined && { fix: hint }) };
}

/** What flows and signatures leave open; what depends on flows only while these have no fault. */
export function examineSources(bundle: LoadedBundle, nowMs: number): readonly Finding[] {
  if (bundleFaults(bundle).length > 0) return examinePublicUrl(bundle.publicBaseUrl);
  if (bundle.sources.size === 0) return examineTenants(bundle);
  return [
    ...examineTenants(bundle),
    ...(hasErrors(bundle.diagnostics) ? [] : examineFlows(bundle)),
    ...[...bundle.sources].flatMap(([tenant, source]) => examineTenant(tenant, source, nowMs)),
    ...examinePublicUrl(bundle.publicBaseUrl),
  ];
}

function examineFlows(bundle: LoadedBundle): readonly Finding[] {
  return [
    ...bundle.flows.all.flatMap((flow) => examineSight(flow, bundle)),
    ...urlTable(bundle).flatMap((row) => examineUrl(row, bundle.sources.get(row.tenant))),
  ];
}

/** A flow that no tenant sees. */
function examineSight(flow: FlowDefinition, bundle: LoadedBundle): readonly Finding[] {
  const isSeen = [...bundle.sources.keys()].some((tenant) => bundle.flows.visibleTo(tenant).includes(flow));
  if (isSeen) return [];
  const message = `Every tenant has a flow of its own named ${JSON.stringify(flow.name)}, which hides this one.`;
  const fix = "Rename one of them, or remove this file.";
  return [{ level: "warning", check: "hidden-flow", where: flow.file, message, fix }];
}

function examineUrl(row: UrlRow, tenant: LoadedTenant | undefined): readonly Finding[] {
  const findings: Finding[] = [];
  if (!row.verified) {
    const isChosen = tenant?.byType.has(row.event_type) === true || tenant?.fallback !== undefined;
    const isRefused = tenant?.requireSignature === true && !isChosen;
    findings.push({
      level: isRefused ? "error" : "warning",
      check: "unsigned-event-type",
      where: row.url,
      message: isRefused
        ? "No signature is configured but one is required: every request is refused."
        : "Requests are accepted without a signature: whoever knows the URL can send events.",
      fix: `Add "signatures": { ${JSON.stringify(row.event_type)}: { … } } or "secret_header" and "secret_key" to the answers, then run \`gtc setup\`.`,
    });
  }
  if (row.flows.length === 0) {
    findings.push({
      level: "warning",
      check: "unmatched-event-type",
      where: row.url,
      message: "A signature is configured, but no flow handles this event type: events are stored as unmatched.",
      fix: `Add a flow with a trigger for ${JSON.stringify(row.event_type)}; stored events can be replayed then.`,
    });
  }
  return findings;
}

function examineTenant(
  tenant: string,
  { requireSignature, byType, fallback }: LoadedTenant,
  nowMs: number,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (!requireSignature && fallback === undefined) {
    findings.push({
      level: "warning",
      check: "signature-not-required",
      where: `tenant ${tenant}`,
      message: "Event types without a signature of their own are accepted unverified.",
      fix: 'Set "require_signature": true in the answers, then run `gtc setup`.',
    });
  }
  const sources = [...byType, ...(fallback === undefined ? [] : [["*", fallback] as const])];
  for (const [eventType, source] of sources) {
    findings.push(...examineEnds(`${tenant}/${eventType}`, source, nowMs));
    for (const { name, secret } of source.keys) {
      const message = secretWarning(secret);
      if (message === undefined) continue;
      const where = `${tenant}/${eventType}, secret ${JSON.stringify(name)}`;
      const fix = "Generate a random secret, set it at the sender and in the answers, then run `gtc setup`.";
      findings.push({ level: "warning", check: "weak-secret", where, message, fix });
    }
  }
  return findings;
}

function examinePublicUrl(publicBaseUrl: string): readonly Finding[] {
  const { protocol } = new URL(publicBaseUrl);
  if (protocol === "https:") return [];
  const message = "The public URL is on this machine: no service outside can reach it.";
  const fix = "For real senders, set public_base_url to a public https address or a tunnel's, then run `gtc setup`.";
  return [{ level: "note", check: "local-public-url", where: publicBaseUrl, message, fix }];
}
