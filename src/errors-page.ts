/** `docs/reference/errors.md`: the codes an operator may meet, the problems a sender may get, and the exit codes. */
import { ERRORS, type ErrorSpec } from "./base/index.ts";
import { PROBLEMS } from "./ingress/index.ts";

/** The page, made from the tables in the code. */
export function errorsPage(): string {
  const problems = Object.entries(PROBLEMS).map(
    ([name, { status, title, detail }]) => `| ${status} | \`urn:gtc:problem:${name}\` | ${title} | ${detail} |`,
  );
  const errors = (Object.entries(ERRORS) as [string, ErrorSpec][]).map(
    ([code, { message, fix, exitCode, status, retryable }]) =>
      `| \`${code}\` | ${exitCode} | ${status ?? "-"} | ${retryable ? "yes" : "no"} | ${cell(message)} | ${cell(fix)} |`,
  );
  return [
    "<!-- Made by `npm run generate`; do not edit. -->",
    "# Errors",
    "",
    "## What a sender gets",
    "",
    "Refusals are problem documents (RFC 9457, `application/problem+json`). They say what a sender can change, never why a signature failed: that is in",
    "the gateway's log and in `gtc refused list`. 429 and 503 carry `Retry-After`, 405 `Allow`.",
    "",
    "| status | type | title | detail |",
    "|-|-|-|-|",
    ...problems,
    "",
    "## What an operator gets",
    "",
    "Errors of commands and of the gateway. `{…}` is filled in. *Retry*: whether the same call may succeed later without any change.",
    "",
    "| code | exit code | HTTP status | retry | message | what to do |",
    "|-|-|-|-|-|-|",
    ...errors,
    "",
    "## Exit codes",
    "",
    "| code | meaning |",
    "|-|-|",
    "| 0 | fine |",
    "| 1 | findings, or nothing to do: `doctor` found errors, `verify` refused, a replayed run failed, an event is unknown |",
    "| 2 | wrong use of a command |",
    "| 3 | faulty files: bundle, flows, answers, configuration |",
    "| 4 | the environment refuses: port, disk, lock, key, permission |",
    "| 5 | a fault of gtc itself |",
    "| 130 | the dialog was left, e.g. with Ctrl-C |",
    "",
  ].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", String.raw`\|`);
}
