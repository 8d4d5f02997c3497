/** What can be said of the tenants of a loaded bundle: who receives nothing, and whose signatures count for nobody. No I/O. */
import { nearest } from "../base/index.ts";
import type { Finding } from "./finding.ts";
import type { LoadedBundle, LoadedSource } from "./load-bundle.ts";

/** Said where no tenant receives anything. */
export const DISABLED = '"enabled" is false: every webhook is answered with 404.';

/** Tenants of bundle.yaml that are not set up, and tenants that are set up and not in bundle.yaml, as after a renaming. */
export function examineTenants({ bundle, sources, unlisted }: LoadedBundle): readonly Finding[] {
  const silent = bundle.tenants.filter((tenant) => !sources.has(tenant));
  return [...unlisted.map((name) => unlistedTenant(name, silent)), ...silentTenants(silent, sources.size)];
}

function silentTenants(silent: readonly string[], others: number): readonly Finding[] {
  if (others === 0) {
    const fix = 'Set "enabled" to true and run `gtc setup` again.';
    return [{ level: "error", check: "disabled", where: "events-webhook.enabled", message: DISABLED, fix }];
  }
  return silent.map((tenant) => ({
    level: "warning",
    check: "silent-tenant",
    where: `tenant ${tenant}`,
    message: "The tenant is not set up or is switched off: its webhooks are answered with 404.",
    fix: `Run \`gtc setup\` with answers for all tenants, or with "tenant": ${JSON.stringify(tenant)} in them.`,
  }));
}

function unlistedTenant(name: string, silent: readonly string[]): Finding {
  const meant = nearest(name, silent);
  const advice =
    meant === undefined ? "" : `If it is now called ${JSON.stringify(meant)}, run \`gtc setup\` with that name. `;
  return {
    level: "warning",
    check: "unlisted-tenant",
    where: `tenant ${name}`,
    message: "It is set up, but bundle.yaml does not list it: its signatures and other options count for nobody.",
    fix: `${advice}Else add it to "tenants" in bundle.yaml, or run \`gtc setup\` with answers for all tenants, which forget it.`,
  };
}

/** How long before a source is left without a secret that is said. */
const AHEAD_MS = 7 * 86_400_000;

/** A source of which every secret has an end that is over, or soon will be. One that waits for its first has none. */
export function examineEnds(where: string, { keys }: LoadedSource, nowMs: number): readonly Finding[] {
  const lastMs = Math.max(...keys.map(({ notAfterMs = Infinity }) => notAfterMs));
  if (keys.length === 0 || lastMs > nowMs + AHEAD_MS) return [];
  const end = new Date(lastMs).toISOString();
  const [level, message] =
    lastMs <= nowMs
      ? (["error", `Its last secret ended at ${end}: every request is refused.`] as const)
      : (["warning", `Its last secret ends at ${end}: from then on every request is refused.`] as const);
  const fix = "Give it another one: in the answers, then run `gtc setup`, or with `gtc secrets rotate`.";
  return [{ level, check: "ended-secret", where, message, fix }];
}
