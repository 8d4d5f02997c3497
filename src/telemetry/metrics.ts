/** Metrics for Prometheus through its client library; names follow its naming rules (base units, `_total`). */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** What the metrics want to know of a request; kept apart from ingress, which imports nothing of ours. */
export interface RequestSample {
  readonly tenant: string;
  readonly verdict: string;
  readonly status: number;
  readonly durationMs: number;
  readonly duplicateOf?: string;
}

export interface RunSample {
  readonly flow: string;
  readonly status: string;
  readonly durationMs: number;
}

export interface GaugeSources {
  readonly openRuns: () => number;
  readonly projectionLagBytes: () => number;
  readonly logReady: () => boolean;
  /** Events and runs in the log, by status. */
  readonly counts: () => Promise<{
    readonly events: Readonly<Record<string, number>>;
    readonly runs: Readonly<Record<string, number>>;
    readonly deadLetters: number;
  }>;
}

export interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly type: string;
}

interface RequestCount {
  readonly labels: { readonly tenant: string; readonly verdict: string; readonly status: number };
  count: number;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: "gtc_requests_total",
    help: "Requests to webhooks, by verdict and HTTP status.",
    labelNames: ["tenant", "verdict", "status"],
    registers: [this.#registry],
    collect: () => this.#addRequests(),
  });
  /**
   * Requests since the metrics were read last, by status, verdict and tenant: the library takes longer to find a counter
   * by its labels than all the rest of counting takes. As many as there are label sets.
   */
  readonly #requestsSince = new Map<string, RequestCount>();
  readonly #duplicates = new Counter({
    name: "gtc_duplicates_total",
    help: "Redeliveries of an event that was already stored.",
    labelNames: ["tenant"],
    registers: [this.#registry],
  });
  readonly #requestSeconds = new Histogram({
    name: "gtc_request_duration_seconds",
    help: "From the arrival of a request to its answer.",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10],
    registers: [this.#registry],
  });
  readonly #runs = new Counter({
    name: "gtc_runs_total",
    help: "Tries of runs that are over, by flow and how they ended.",
    labelNames: ["flow", "status"],
    registers: [this.#registry],
  });
  readonly #runSeconds = new Histogram({
    name: "gtc_run_duration_seconds",
    help: "Duration of one try of a run.",
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60],
    registers: [this.#registry],
  });

  constructor(sources: GaugeSources) {
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge("gtc_open_runs", "Runs that are claimed and not over.", sources.openRuns);
    this.#gauge(
      "gtc_log_projection_lag_bytes",
      "Journal bytes that the index has not applied yet.",
      sources.projectionLagBytes,
    );
    this.#countGauge("events", "Events in the log, by status.", sources);
    this.#countGauge("runs", "Runs in the log, by status.", sources);
    const deadLetters = async (): Promise<number> => (await sources.counts()).deadLetters;
    this.#gauge("gtc_log_dead_letters", "Failed runs whose work no replay has done since.", deadLetters);
    this.#gauge("gtc_log_ready", "1 while the log accepts events.", () => (sources.logReady() ? 1 : 0));
  }

  /** Counts one request. A tenant that is not ours is counted as "", so that senders cannot grow the label set. */
  request({ tenant, verdict, status, durationMs, duplicateOf }: RequestSample): void {
    const known = status === 404 && verdict === "refused" ? "" : tenant;
    const key = `${status} ${verdict} ${known}`;
    const count = this.#requestsSince.get(key);
    if (count === undefined) this.#requestsSince.set(key, { labels: { tenant: known, verdict, status }, count: 1 });
    else count.count += 1;
    this.#requestSeconds.observe(durationMs / 1000);
    if (duplicateOf !== undefined) this.#duplicates.inc({ tenant: known });
  }

  #addRequests(): void {
    for (const { labels, count } of this.#requestsSince.values()) this.#requests.inc(labels, count);
    this.#requestsSince.clear();
  }

  run({ flow, status, durationMs }: RunSample): void {
    this.#runs.inc({ flow, status });
    this.#runSeconds.observe(durationMs / 1000);
  }

  /** What can be read, for the reference: gtc's own, not those of the process. */
  async describe(): Promise<readonly MetricDescription[]> {
    const all = await this.#registry.getMetricsAsJSON();
    return all
      .filter(({ name }) => name.startsWith("gtc_"))
      .map(({ name, help, type }) => ({ name, help, type: String(type) }));
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The text that Prometheus scrapes. */
  render(): Promise<string> {
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string, read: () => number | Promise<number>): void {
    const collect = async (): Promise<void> => gauge.set(await read());
    const gauge: Gauge = new Gauge({ name, help, registers: [this.#registry], collect });
  }

  /** Counted when the metrics are read. */
  #countGauge(what: "events" | "runs", help: string, sources: GaugeSources): void {
    const gauge: Gauge = new Gauge({
      name: `gtc_log_${what}`,
      help,
      labelNames: ["status"],
      registers: [this.#registry],
      collect: async () => {
        for (const [status, count] of Object.entries((await sources.counts())[what])) gauge.set({ status }, count);
      },
    });
  }
}
