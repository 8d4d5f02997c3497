/**
 * What a running gateway prints: one line per request, what went wrong, and, with --verbose, the runs. JSON lines go
 * through pino; on a terminal they are lines to read.
 */
import { Writable } from "node:stream";
import pino from "pino";
import pretty from "pino-pretty";
import { formatDuration, messageOf } from "../base/index.ts";
import type { RunOver } from "../dispatch/index.ts";
import type { RequestRecord } from "../ingress/index.ts";
import {
  diagnosticToJson,
  noPaint,
  renderDiagnostic,
  shellPath,
  visible,
  visibleJson,
  type Diagnostic,
} from "../text/index.ts";
import type { CommandContext } from "./command.ts";
import { noticeText, type LogNotice } from "./log-notice-text.ts";
import { likelyCause, webhookName } from "./refusal-words.ts";

type Level = "debug" | "info" | "warn" | "error";

/** Lines that wait for a reader who does not read: what comes beyond so many bytes of them is lost. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024;

export interface ConsoleOptions {
  readonly format: "auto" | "pretty" | "json";
  readonly level: Level;
  /** Where the bundle is: a line of the log is read, and its command pasted, anywhere. */
  readonly folder: string;
}

export class GatewayConsole {
  readonly #log: pino.Logger;
  readonly #context: CommandContext;
  readonly #isPretty: boolean;
  readonly #folder: string;

  constructor(context: CommandContext, { format, level, folder }: ConsoleOptions) {
    this.#context = context;
    this.#folder = folder;
    this.#isPretty = format === "pretty" || (format === "auto" && context.isTerminal);
    const destination = this.#isPretty
      ? pretty({
          destination: this.#outlet(),
          colorize: context.paint.bold("x") !== "x",
          ignore: "pid,hostname",
          translateTime: "HH:MM:ss.l",
          hideObject: level !== "debug",
          sync: true,
        })
      : this.#outlet();
    this.#log = pino(
      {
        level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      destination,
    );
  }

  banner(text: string, addresses: object): void {
    if (this.#isPretty) this.#context.stdout.write(`${text}\n`);
    else this.#log.info(addresses, "started");
  }

  /** time, tenant, type, verdict, answer, duration, event id */
  request(record: RequestRecord): void {
    const { tenant, eventType, verdict, status, durationMs, eventId, duplicateOf } = record;
    const level = levelOf(record);
    if (!this.#log.isLevelEnabled(level)) return;
    const said = whyOf(record);
    const mark =
      duplicateOf === undefined ? (record.unmatched === true ? " unmatched" : "") : ` duplicate of ${duplicateOf}`;
    const sent = record.method === "POST" || record.method === "" ? "" : `${record.method} `;
    const line = `${sent}${webhookName(tenant, eventType)} ${verdict} → ${status} in ${formatDuration(durationMs)}${eventId === undefined ? "" : ` ${eventId}`}${mark}${said === "" ? "" : ` (${said})`}`;
    this.#log[level](record, this.#isPretty ? visible(line) : "request");
  }

  runOver({ run, attempt, end, durationMs }: RunOver): void {
    const facts = {
      run: run.id,
      event: run.eventId,
      tenant: run.tenant,
      flow: run.flow,
      attempt,
      status: end.status,
      durationMs,
    };
    if (end.status === "succeeded") {
      this.#log.debug(facts, visible(`run of ${run.flow} succeeded in ${formatDuration(durationMs)}`));
      return;
    }
    const next =
      end.status === "waiting"
        ? `, next try in ${formatDuration(end.delayMs)}`
        : `, no further try: replay it with \`gtc events replay ${run.eventId} ${shellPath(this.#folder)}\``;
    this.#log.warn(
      { ...facts, error: end.error },
      visible(`run of ${run.flow} failed (try ${attempt}${next}): ${end.error.message}`),
    );
  }

  fault(what: string, fault: unknown): void {
    this.#log.error({ what, fault: messageOf(fault) }, visible(`${what}: ${messageOf(fault)}`));
  }

  notice(notice: LogNotice): void {
    const isGood = notice.kind === "recovered";
    this.#log[isGood ? "info" : "warn"](notice, visible(noticeText(notice)));
  }

  /** A mistake in a file of the bundle, with its lines. */
  mistake(diagnostic: Diagnostic): void {
    const text = renderDiagnostic(diagnostic, this.#isPretty ? this.#context.paint : noPaint);
    this.#log.warn({ diagnostic: diagnosticToJson(diagnostic) }, text);
  }

  say(text: string): void {
    this.#log.info(text);
  }

  /** For lines of JSON, and for what pino-pretty makes of them: it writes texts as JSON does, and colours around them. */
  #outlet(): Writable {
    const { stdout } = this.#context;
    let lost = 0;
    const tell = (): void => {
      this.#log.warn({ lost }, `${lost} line(s) of this log are lost: they were not read in time`);
      lost = 0;
    };
    return new Writable({
      decodeStrings: false,
      write: (line: string | Buffer, _encoding, done) => {
        if (stdout.writableLength < MOST_WAITING_BYTES) stdout.write(visibleJson(line.toString()));
        else if (++lost === 1) stdout.once("drain", tell);
        done();
      },
    });
  }
}

/** A refusal for what only the sender can change is no error of ours, whatever its status begins with. */
const SENDERS_FAULTS: ReadonlySet<number> = new Set([501, 505]);

function levelOf({ unkept, status, verdict }: RequestRecord): Level {
  if (unkept === true) return "debug";
  const isSenders = verdict === "refused" && SENDERS_FAULTS.has(status);
  if (status >= 500 && !isSenders) return "error";
  return verdict === "refused" || status >= 400 ? "warn" : "info";
}

/** The reason, the likely cause behind it, what was found and what to do. */
function whyOf({ reason, likely, detail, hint }: RequestRecord): string {
  const parts = [reason, likelyCause(likely), detail, hint].filter((part) => part !== undefined && part !== "");
  return parts.map((part, index) => (index < parts.length - 1 ? part?.replace(/\.$/, "") : part)).join("; ");
}
