export { defineCommand, UsageFault, type Command, type CommandContext, type Environment } from "./command.ts";
export { flag, integer, many, moment, oneOf, optional, required, text, texts } from "./options.ts";
export { runCli } from "./run-cli.ts";
export { processContext } from "./terminal.ts";
export { commandsPage } from "./commands-reference.ts";
