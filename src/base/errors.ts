/**
 * The one error table. A code is stable and documented in `docs/reference/errors.md` (a test holds the two together);
 * the class says whether trying again can help, `cause` keeps what happened underneath, and nobody matches on message text.
 *
 * Exit codes of the CLI: 0 fine, 1 findings or a failed run, 2 wrong use, 3 faulty input files, 4 the environment
 * refuses (port, disk, lock, permission), 5 a fault of gtc itself, 130 left with Ctrl-C (as shells say it).
 */
import { namedMessage } from "./system-code.ts";

export interface ErrorSpec {
  /** What happened, for the operator; `{name}` is filled from the details. */
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
  /** HTTP status when the error reaches a sender. */
  readonly status?: number;
  /** Exit code when the error ends a command. */
  readonly exitCode: ExitCode;
  /** Whether the same call may succeed later without any change. */
  readonly retryable: boolean;
}

export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 130;

export const ERRORS = {
  GTC_USAGE: {
    message: "{detail}",
    fix: "Run the command with --help to see its options.",
    exitCode: 2,
    retryable: false,
  },
  GTC_DIALOG_LEFT: {
    message: "The dialog was left; nothing was changed.",
    fix: "Run the command again, or give the answers in a file with --answers FILE.",
    exitCode: 130,
    retryable: true,
  },
  GTC_CONFIG_INVALID: {
    message: "The configuration is not valid: {detail}",
    fix: "Correct the option, the environment variable or the file that the message names.",
    exitCode: 3,
    retryable: false,
  },
  GTC_BUNDLE_NOT_FOUND: {
    message: "There is no bundle in {path}: {detail}",
    fix: "Give the folder that holds bundle.yaml, or create one with `gtc init <dir>`.",
    exitCode: 3,
    retryable: false,
  },
  GTC_BUNDLE_INVALID: {
    message: "The bundle in {path} has {count} fault(s).",
    fix: "Correct the places that are shown, then run the command again.",
    exitCode: 3,
    retryable: false,
  },
  GTC_SCRIPT_INVALID: {
    message: "{path} has {count} fault(s).",
    fix: "Correct the places that are shown; `gtc rhai check FILE` looks again.",
    exitCode: 3,
    retryable: false,
  },
  GTC_SCRIPT_FAILED: {
    message: "{path}: {detail}",
    fix: "Correct the script at the place that is named, or catch the error there with try … catch.",
    exitCode: 1,
    retryable: false,
  },
  GTC_ANSWERS_INVALID: {
    message: "The answers in {path} have {count} fault(s).",
    fix: "Correct the places that are shown; `gtc setup --emit-answers FILE` writes a template.",
    exitCode: 3,
    retryable: false,
  },
  GTC_NOT_SET_UP: {
    message: "The bundle in {path} has not been set up yet.",
    fix: "Run `gtc setup --answers {answers} {folder}` first.",
    exitCode: 3,
    retryable: false,
  },
  GTC_SECRET_KEY: {
    message: "The sealed secrets cannot be opened: {detail}",
    fix: "Set GTC_KEY to the key that sealed them, or restore state/secret.key. When the key is lost, remove state/secrets.json and run `gtc setup` again with all secrets.",
    exitCode: 4,
    retryable: false,
  },
  GTC_KEY_REFUSED: {
    message: "The key of the sealed secrets is refused: {detail}",
    fix: "Use a key that others can neither read nor guess: state/secret.key with mode 0600, or 32 random bytes in GTC_KEY (`openssl rand -base64 32`).",
    exitCode: 4,
    retryable: false,
  },
  GTC_STATE_DAMAGED: {
    message: "{path}, which gtc wrote, cannot be read: {detail}",
    fix: "Restore the file from a copy, or remove it and run `gtc setup` again with all answers and secrets.",
    exitCode: 4,
    retryable: false,
  },
  GTC_SECRET_UNRESOLVED: {
    message: "Secrets of {path} cannot be read: {detail}.",
    fix: "Set the variable or put the file in its place where gtc runs, or give the secret in the answers and run `gtc setup`.",
    exitCode: 4,
    retryable: false,
  },
  GTC_PORT_BUSY: {
    message: "Port {port} on {host} is already in use.",
    fix: "Stop the program that uses it, or choose another with {option}.",
    exitCode: 4,
    retryable: true,
  },
  GTC_BUNDLE_LOCKED: {
    message: "Another gateway or command (process {pid}) already uses the log in {path}.",
    fix: "Wait if it is a command, or a gateway that is just starting or stopping; else stop it, or start this one on a bundle of its own.",
    exitCode: 4,
    retryable: true,
  },
  GTC_SETUP_BUSY: {
    message: "Another command or the gateway is changing what is set up, and does not come to an end ({path}).",
    fix: "Run the command again; end the process that holds that file if it hangs.",
    exitCode: 4,
    retryable: true,
  },
  GTC_LOG_UNAVAILABLE: {
    message: "The event log does not accept events: {detail}",
    fix: "Free disk space or repair the disk; the log recovers by itself when it can write again.",
    status: 503,
    exitCode: 4,
    retryable: true,
  },
  GTC_RECORD_TOO_LARGE: {
    message: "What is to be kept is larger than one record of the event log may be ({limit} bytes).",
    fix: "Have the flow give a smaller output, answer or payload.",
    status: 500,
    exitCode: 1,
    retryable: false,
  },
  GTC_LOG_FORMAT: {
    message: "{path} was written in format {found}, but this gtc reads up to {supported}.",
    fix: "Install the gtc version that wrote it, or a newer one.",
    exitCode: 4,
    retryable: false,
  },
  GTC_EVENT_NOT_FOUND: {
    message: "There is no event {id}.",
    fix: "List the events with `gtc events list`, and what was refused with `gtc refused list`; what is old is dropped.",
    status: 404,
    exitCode: 1,
    retryable: false,
  },
  GTC_NOT_FOUND: {
    message: "There is no {what} {id}.",
    fix: "Take the id from a list of the API; what is old is dropped by retention.",
    status: 404,
    exitCode: 1,
    retryable: false,
  },
  GTC_VIEW_FAILED: {
    message: "The event cannot be shown whole: {detail}.",
    fix: "Take its body by itself: GET /api/events/<id>/body, or the download in the inspector.",
    status: 500,
    exitCode: 1,
    retryable: false,
  },
  GTC_FIELD_NOT_FOUND: {
    message: "The event has nothing at {field}.",
    fix: "Name a field as it is shown: header:authorization, query:token or body:$.card.number.",
    status: 404,
    exitCode: 1,
    retryable: false,
  },
  GTC_BAD_REQUEST: {
    message: "{detail}",
    fix: "See docs/reference/api.md for what the operation takes.",
    status: 400,
    exitCode: 2,
    retryable: false,
  },
  GTC_NOTHING_MATCHES: {
    message: "No {what} matches.",
    fix: "List them with the same filter, and correct it; what was dealt with already is left out, and what is old is dropped by retention.",
    status: 400,
    exitCode: 1,
    retryable: false,
  },
  GTC_TOO_MANY_JOBS: {
    message: "{count} bulk jobs of this kind are running already.",
    fix: "Wait for one to end, or cancel it.",
    status: 409,
    exitCode: 1,
    retryable: true,
  },
  GTC_TOO_MANY_QUESTIONS: {
    message: "{count} questions about the log are being answered already.",
    fix: "Ask again in a moment, and fewer at a time.",
    status: 503,
    exitCode: 4,
    retryable: true,
  },
  GTC_EVENT_REFUSED: {
    message: "{id} was refused and cannot be replayed: {detail}",
    fix: "`gtc events show {id}` says what to correct; then accept it with `gtc refused accept --id {id}`, which verifies it again, or have the sender deliver it again.",
    status: 409,
    exitCode: 1,
    retryable: false,
  },
  GTC_REDELIVERY_NEEDED: {
    message: "{id} was refused and cannot be replayed: {detail}",
    fix: "Correct the cause (`gtc events show {id}` shows what came), then have the sender deliver it again.",
    status: 409,
    exitCode: 1,
    retryable: false,
  },
  GTC_GATEWAY_UNREACHABLE: {
    message: "The gateway of {path} runs (process {pid}) but does not answer: {detail}",
    fix: "Look at the gateway's log, or stop it and run the command again.",
    exitCode: 4,
    retryable: true,
  },
  GTC_SQLITE_MISSING: {
    message: "SQLite does not load on Node {node}: {detail}",
    fix: "Install gtc again with the Node that runs it, and with its optional dependencies. Node 20 also needs a C++ compiler, make and Python where no prebuilt binary fits.",
    exitCode: 4,
    retryable: false,
  },
  GTC_SYSTEM: {
    message: "The operating system refuses: {detail}",
    fix: "{advice}",
    exitCode: 4,
    retryable: true,
  },
  GTC_INTERNAL: {
    message: "A fault of gtc itself: {detail}",
    fix: "Please report it with the message and the command that led to it.",
    status: 500,
    exitCode: 5,
    retryable: false,
  },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** An error that an operator may meet: its code names the row of the table. */
export class GtcError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  /** What to do about it, with the details filled in. */
  readonly fix: string;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(fill(ERRORS[code].message, details), options);
    this.name = "GtcError";
    this.code = code;
    this.details = details;
    this.fix = fill(ERRORS[code].fix, details);
  }

  get spec(): ErrorSpec {
    return ERRORS[this.code];
  }
}

function fill(template: string, details: ErrorDetails): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(details[name] ?? whole));
}

/** The message of anything that was thrown, for a log line or a `detail`. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? namedMessage(thrown.message) : String(thrown);
}

/** What the system says of a file that it does not let us read, with the file's path, which it may leave out. */
export function withPath(path: string, error: unknown): unknown {
  if (error instanceof Error && !error.message.includes(path)) error.message = `${error.message} (${path})`;
  return error;
}
