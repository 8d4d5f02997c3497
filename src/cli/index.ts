export { commandsPage } from "./commands-reference.ts";
export { runCli } from "./run-cli.ts";
export { processContext } from "./terminal.ts";
