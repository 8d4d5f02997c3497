export { runCli } from "./run-cli.ts";
export { processContext } from "./terminal.ts";
export { commandsPage } from "./commands-reference.ts";
