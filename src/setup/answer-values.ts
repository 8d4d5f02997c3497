/**
 * The single values of the answers, each read with its faults: texts that may come from the environment, URLs, switches,
 * numbers, and options that are none. All faults of one set of answers are collected here, in the order of their finding.
 */
import { nearest } from "../base/index.ts";
import { memberPath } from "./answer-places.ts";
import type { AnswerFault } from "./answers.ts";
import { REPLAY_GUARDS, type StoredTenant } from "./settings.ts";

export type Section = Readonly<Record<string, unknown>>;
export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /^\$(?:(\w+)|\{(\w+)\})$/;

/** Reads values; one that has a fault reads as if it were not there. */
export class AnswerValues {
  readonly faults: AnswerFault[] = [];
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  fault(path: string, message: string, hint?: string): void {
    this.faults.push({ path, message, ...(hint !== undefined && { hint }) });
  }

  /** A text, or what the variable of the environment holds that it names; undefined: that holds nothing. */
  resolve(text: string, path: string): string | undefined {
    const match = REFERENCE.exec(text);
    // With a blank before or behind it, it would be sealed as a secret that nobody signs with.
    if (match === null && (text.startsWith("${") || REFERENCE.test(text.trim()))) {
      const hint = "Write $NAME or ${NAME}, with nothing before or behind it.";
      this.fault(path, "looks like a variable of the environment, but is none", hint);
    }
    if (match === null) return text;
    const name = match[1] ?? match[2] ?? "";
    const value = this.#env[name];
    if (value === undefined || value.trim() === "") {
      this.fault(
        path,
        `takes its value from the environment, but ${name} is ${value === undefined ? "not set" : "empty"}`,
        `Run: export ${name}=…`,
      );
      return undefined;
    }
    return value;
  }

  /** The URL under which senders reach the gateway, without a slash at its end; empty when it has a fault. */
  url(value: unknown, path: string): string {
    const hint = "Write the URL under which the sender reaches you, e.g. https://your-domain.com.";
    const resolved = typeof value === "string" ? this.resolve(value, path) : undefined;
    const text = resolved?.trim() ?? "";
    if (typeof value !== "string") this.fault(path, value === undefined ? "is missing" : "must be a text", hint);
    if (resolved !== undefined && text === "") this.fault(path, "is empty", hint);
    if (text === "") return "";
    // The parser also takes what no sender could register: blanks within, backslashes, a scheme without its slashes.
    const url = URL.canParse(text) && /^[a-z]+:\/\/[^\s\\]+$/i.test(text) ? new URL(text) : undefined;
    if (url === undefined) {
      this.fault(path, `"${text}" is no URL`, hint);
      return "";
    }
    if (!(url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))))
      this.fault(path, "must be https (http only on loopback)", hint);
    // Also an empty one: the path of the webhook would become a part of it.
    if (/[?#]/.test(text)) this.fault(path, "must have no query and no fragment", hint);
    if (url.username !== "" || url.password !== "") this.fault(path, "must have no user and no password", hint);
    if (/\/events\/webhook(\/|$)/.test(url.pathname))
      this.fault(path, "must end before /events/webhook, which is added to it", hint);
    return text.replace(/\/+$/, "");
  }

  boolean(value: unknown, path: string): boolean | undefined {
    if (value !== undefined && typeof value !== "boolean") this.fault(path, "must be true or false");
    return typeof value === "boolean" ? value : undefined;
  }

  bytes(value: unknown, path: string): number | undefined {
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
    this.fault(path, "must be a whole number of bytes above 0");
    return undefined;
  }

  replayGuard(value: unknown, path: string): StoredTenant["replayGuard"] {
    const found = REPLAY_GUARDS.find((guard) => guard === value);
    if (value !== undefined && found === undefined) this.fault(path, `must be ${REPLAY_GUARDS.join(" or ")}`);
    return found;
  }

  /** Tells of every option that there is not. */
  unknown(section: Section, path: string, known: readonly string[]): void {
    for (const name of Object.keys(section)) {
      if (known.includes(name)) continue;
      const meant = nearest(name, known);
      this.fault(
        memberPath(path, name),
        "is no option",
        meant === undefined ? `Options are: ${known.join(", ")}.` : `Did you mean "${meant}"?`,
      );
    }
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
