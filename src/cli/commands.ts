/**
 * Every command of `gtc`, in the order of the help. A command's file is imported when the command is used, so that
 * `gtc --help` loads none of them; a test holds name and summary here and in the file together.
 */
import type { Command } from "./command.ts";

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export const COMMANDS: readonly CommandEntry[] = [];
