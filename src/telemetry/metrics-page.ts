/** `docs/reference/metrics.md`, made from the metrics themselves. */
import { Metrics } from "./metrics.ts";

export async function metricsPage(): Promise<string> {
  const metrics = new Metrics({
    openRuns: () => 0,
    projectionLagBytes: () => 0,
    logReady: () => true,
    counts: async () => ({ events: {}, runs: {}, deadLetters: 0 }),
  });
  const rows = (await metrics.describe()).map(({ name, type, help }) => `| \`${name}\` | ${type} | ${help} |`);
  return [
    "<!-- Made by `npm run generate`; do not edit. -->",
    "# Metrics",
    "",
    "`GET /metrics` on the admin port (8081, loopback) answers in Prometheus's text format, without a token. Beside these stand the usual ones of a Node.js",
    "process (`process_…`, `nodejs_…`).",
    "",
    "| name | type | meaning |",
    "|-|-|-|",
    ...rows,
    "",
    "Labels: `tenant` (empty for requests to tenants that there are not), `verdict` (verified, unsigned, refused, handshake, none), `status` (HTTP status of the",
    "answer, or status of the event or run), `flow`.",
    "",
  ].join("\n");
}
