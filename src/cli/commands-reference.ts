/** `docs/reference/cli.md`, made from the commands themselves. */
import { ERRORS } from "../base/index.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { optionHead, usageLine } from "./help.ts";

const HEAD = `# The command line

\`gtc --help\` lists the commands, \`gtc <command> --help\` tells more about one, \`gtc --version\` prints the version. Data goes to the standard output and
everything said beside it to the standard error, so that output can be piped. Colours are printed on a terminal only; \`--no-color\` or \`NO_COLOR\` turns them off.

A time is written as \`2026-01-31T08:00:00Z\` or with another zone (\`+01:00\`); without one it is of this machine's zone. A date alone (\`2026-01-31\`) is its
midnight in UTC.

## Exit codes

| Code | Meaning |
| --- | --- |
| 0 | Fine. |
| 1 | Findings, a run that failed, a request that would be refused, or something that was not found. |
| 2 | The command was used wrongly. |
| 3 | A file that was given is faulty; each place is shown. |
| 4 | The environment refuses: a port, a lock, a key, the disk. |
| 5 | A fault of gtc itself. |
| 130 | The dialog was left, e.g. with Ctrl-C. |

An error says what happened and what to do about it. With \`--json\` it is one JSON object on the standard error, and
so it is for \`gtc start\` with \`--log-format json\` or \`GTC_LOG_FORMAT=json\`:
\`{"error": {"code": "${Object.keys(ERRORS)[0] ?? ""}", "message": …, "fix": …, "details": {…}}}\`.
`;

export async function commandsPage(): Promise<string> {
  const commands = await Promise.all(COMMANDS.map(({ load }) => load()));
  return `${HEAD}\n${commands.map(section).join("\n")}`;
}

function section(command: Command): string {
  const parts = [`## gtc ${command.name}`, `${command.summary}.`];
  if (command.description !== undefined) parts.push(command.description);
  parts.push(`\`\`\`sh\n${[usageLine(command), ...(command.examples ?? [])].join("\n")}\n\`\`\``);
  const rows = [
    ...Object.entries(command.args).map(([name, { summary }]) => [name.toUpperCase(), summary] as const),
    ...Object.entries(command.options).map(([name, spec]) => [optionHead(name, spec).trim(), spec.summary] as const),
  ];
  const table = rows.map(([head, summary]) => `| \`${cell(head)}\` | ${cell(summary)} |\n`).join("");
  if (rows.length > 0) parts.push(`| | |\n| --- | --- |\n${table}`.trimEnd());
  return `${parts.join("\n\n")}\n`;
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll("|", String.raw`\|`);
}
