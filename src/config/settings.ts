/**
 * Every setting of the gateway, once: its name in `gtc.yaml`, its environment variable (`GTC_` and the name in capitals),
 * the option of `gtc start` that sets it, its default and what it means. The reference is made from this table.
 */
import { cpus } from "node:os";

export type SettingKind =
  "host" | "integer" | "bytes" | "duration" | "addresses" | "paths" | { readonly oneOf: readonly string[] };

export interface Setting {
  readonly name: string;
  /** The field of the resolved configuration. */
  readonly field: string;
  readonly kind: SettingKind;
  readonly fallback: string | number | (() => number);
  readonly option?: string;
  readonly summary: string;
  readonly min?: number;
  readonly max?: number;
}

const MIB = 1024 * 1024;
const MAX_PORT = 65_535;
/** Timers count milliseconds in 31 bits: what is longer would be over at once. */
const MAX_TIMER_MS = 24 * 86_400_000;

export const SETTINGS = [
  {
    name: "host",
    field: "host",
    kind: "host",
    fallback: "127.0.0.1",
    option: "--host",
    summary: "Address on which webhooks are received.",
  },
  {
    name: "port",
    field: "port",
    kind: "integer",
    fallback: 8080,
    max: MAX_PORT,
    option: "--port",
    summary: "Port on which webhooks are received; 0 takes a free one.",
  },
  {
    name: "trusted_proxies",
    field: "trustedProxies",
    kind: "addresses",
    fallback: "",
    summary:
      "Proxies before the gateway, as addresses or ranges with commas between: 127.0.0.1, 10.0.0.0/8. What comes through them is taken to come from the address in X-Forwarded-For.",
  },
  {
    name: "admin_host",
    field: "adminHost",
    kind: "host",
    fallback: "127.0.0.1",
    option: "--admin-host",
    summary: "Address of the admin port. Elsewhere than on loopback the token travels unencrypted: put TLS before it.",
  },
  {
    name: "admin_port",
    field: "adminPort",
    kind: "integer",
    fallback: 8081,
    max: MAX_PORT,
    option: "--admin-port",
    summary: "Port for health, metrics and the admin API; 0 takes a free one.",
  },
  {
    name: "max_body_bytes",
    field: "maxBodyBytes",
    kind: "bytes",
    fallback: 25 * MIB,
    min: 1,
    summary: "Largest body that is accepted (413 beyond it). GitHub sends up to 25 MiB.",
  },
  {
    name: "max_decoded_bytes",
    field: "maxDecodedBytes",
    kind: "bytes",
    fallback: 64 * MIB,
    min: 1,
    summary: "Largest payload after Content-Encoding was undone.",
  },
  {
    name: "max_header_bytes",
    field: "maxHeaderBytes",
    kind: "bytes",
    fallback: 32 * 1024,
    min: 1024,
    summary: "Largest header section (431 beyond it).",
  },
  {
    name: "max_inflight_bytes",
    field: "maxInflightBytes",
    kind: "bytes",
    fallback: 256 * MIB,
    min: 1,
    summary: "Bodies held in memory at once (503 beyond it); one that alone is larger gets 413.",
  },
  {
    name: "request_timeout",
    field: "requestTimeoutMs",
    kind: "duration",
    fallback: "60s",
    min: 1,
    max: MAX_TIMER_MS,
    summary: "Time for a request to arrive completely (408 beyond it).",
  },
  {
    name: "headers_timeout",
    field: "headersTimeoutMs",
    kind: "duration",
    fallback: "15s",
    min: 1,
    max: MAX_TIMER_MS,
    summary: "Time for a request's headers to arrive; request_timeout, where that is shorter.",
  },
  {
    name: "keep_alive_timeout",
    field: "keepAliveTimeoutMs",
    kind: "duration",
    fallback: "65s",
    min: 0,
    max: MAX_TIMER_MS,
    summary: "Time for which an idle connection stays open; with 0 each answer closes its connection.",
  },
  {
    name: "max_connections",
    field: "maxConnections",
    kind: "integer",
    fallback: 10_000,
    min: 1,
    summary:
      "Connections to the webhook port at once; for one more, those that have been idle longest are closed, else those whose requests hardly come on.",
  },
  {
    name: "rate_limit_per_second",
    field: "ratePerSecond",
    kind: "integer",
    fallback: 0,
    summary:
      "Requests per second and tenant (429 beyond it), counted before anything is verified, forged ones included; 0 means no limit.",
  },
  {
    name: "answer_deadline",
    field: "answerDeadlineMs",
    kind: "duration",
    fallback: "10s",
    min: 1,
    max: MAX_TIMER_MS,
    summary: "Time for a flow to answer; then the sender gets 202 and the run goes on.",
  },
  {
    name: "dedupe_window",
    field: "dedupeWindowMs",
    kind: "duration",
    fallback: "72h",
    min: 0,
    summary: "Time in which the same delivery id is a duplicate, as long as `retention` keeps its first event.",
  },
  {
    name: "shutdown_grace",
    field: "shutdownGraceMs",
    kind: "duration",
    fallback: "20s",
    min: 0,
    max: MAX_TIMER_MS,
    summary: "Time for open requests and runs to finish on SIGTERM.",
  },
  {
    name: "retention",
    field: "retentionMs",
    kind: "duration",
    fallback: "30d",
    min: 0,
    summary: "How long events are kept; 0 keeps them for ever.",
  },
  {
    name: "refusals_kept",
    field: "refusalsKept",
    kind: "integer",
    fallback: 10_000,
    min: 1,
    summary: "How many refused requests are kept.",
  },
  {
    name: "runners",
    field: "runners",
    kind: "integer",
    fallback: () => Math.max(1, cpus().length - 1),
    min: 1,
    summary: "Threads that execute flows; by default one less than there are processors.",
  },
  {
    name: "runner_memory_mb",
    field: "runnerMemoryMb",
    kind: "integer",
    fallback: 512,
    min: 32,
    summary: "Memory of one runner thread, MiB.",
  },
  {
    name: "max_open_runs",
    field: "maxOpenRuns",
    kind: "integer",
    fallback: 256,
    min: 1,
    summary: "Runs that are executed or handed out at once; the rest waits in the log.",
  },
  {
    name: "max_child_depth",
    field: "maxChildDepth",
    kind: "integer",
    fallback: 8,
    min: 1,
    summary: "How deep runs may start runs through async nodes; a flow that starts itself ends there.",
  },
  {
    name: "max_child_runs",
    field: "maxChildRuns",
    kind: "integer",
    fallback: 10_000,
    min: 1,
    summary:
      "How many runs async nodes may start below one run of an event, those that started runs start included; counted since the gateway's start.",
  },
  {
    name: "run_hang_after",
    field: "runHangAfterMs",
    kind: "duration",
    fallback: "120s",
    min: 1000,
    max: MAX_TIMER_MS,
    summary: "A run without a sign of life for so long is ended and its thread replaced.",
  },
  {
    name: "mask_paths",
    field: "maskPaths",
    kind: "paths",
    fallback: "",
    summary:
      "Fields of payloads that the admin API and the inspector mask, as JSON paths with commas between: $.card.number, $.items[*].email.",
  },
  {
    name: "log_format",
    field: "logFormat",
    kind: { oneOf: ["auto", "pretty", "json"] },
    fallback: "auto",
    option: "--log-format",
    summary: "How the gateway's own log is written; auto is pretty on a terminal.",
  },
  {
    name: "log_level",
    field: "logLevel",
    kind: { oneOf: ["debug", "info", "warn", "error"] },
    fallback: "info",
    summary: "The least severe lines that are written.",
  },
] as const satisfies readonly Setting[];

type Row = (typeof SETTINGS)[number];
type ValueOf<K> = K extends "host"
  ? string
  : K extends "addresses" | "paths"
    ? readonly string[]
    : K extends { readonly oneOf: readonly (infer Word)[] }
      ? Word
      : number;

/** The resolved configuration: complete, frozen, units in the names. */
export type GatewayConfig = { readonly [R in Row as R["field"]]: ValueOf<R["kind"]> };
