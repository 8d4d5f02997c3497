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

export const COMMANDS: readonly CommandEntry[] = [
  { name: "init", summary: "Create a bundle that runs", load: async () => (await import("./init.ts")).init },
  {
    name: "setup",
    summary: "Configure a bundle from answers, and show its webhook URLs",
    load: async () => (await import("./setup.ts")).setup,
  },
  {
    name: "start",
    summary: "Receive webhooks and run the flows of a bundle",
    load: async () => (await import("./start.ts")).start,
  },
  {
    name: "urls",
    summary: "Show the webhook URLs of a bundle and how each is verified",
    load: async () => (await import("./urls.ts")).urls,
  },
  {
    name: "doctor",
    summary: "Look for everything that can keep webhooks from arriving, and say what to do",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  {
    name: "events list",
    summary: "List events, newest first",
    load: async () => (await import("./events.ts")).eventsList,
  },
  {
    name: "events show",
    summary: "Show one event: the request, the verdict, the answer, every run and step",
    load: async () => (await import("./events.ts")).eventsShow,
  },
  {
    name: "events replay",
    summary: "Run a stored event again on today's flows",
    load: async () => (await import("./events.ts")).eventsReplay,
  },
  {
    name: "refused list",
    summary: "List refused requests, newest first, with why and what to do",
    load: async () => (await import("./refused.ts")).refusedList,
  },
  {
    name: "refused show",
    summary: "Show one refused request as it came",
    load: async () => (await import("./refused.ts")).refusedShow,
  },
  {
    name: "refused accept",
    summary: "Verify refused requests again with today's secrets, and accept those that verify",
    load: async () => (await import("./refused.ts")).refusedAccept,
  },
  {
    name: "secrets status",
    summary: "Show every secret, when it was used last, and which may go",
    load: async () => (await import("./secrets-status.ts")).secretsStatus,
  },
  {
    name: "secrets rotate",
    summary: "Give a webhook a new secret; the old one goes on verifying for a while",
    load: async () => (await import("./secrets-rotate.ts")).secretsRotate,
  },
  {
    name: "secrets remove",
    summary: "Take a secret away that is not needed any more",
    load: async () => (await import("./secrets-remove.ts")).secretsRemove,
  },
  {
    name: "verify",
    summary: "Verify a captured request offline and say why it would be refused",
    load: async () => (await import("./verify.ts")).verify,
  },
  {
    name: "sign",
    summary: "Sign a payload as a provider would, and print the curl command",
    load: async () => (await import("./sign.ts")).sign,
  },
  {
    name: "providers",
    summary: "List the providers whose signatures are known, or show one",
    load: async () => (await import("./providers.ts")).providers,
  },
  {
    name: "rhai",
    summary: "Try the script language line by line",
    load: async () => (await import("./rhai-console.ts")).rhai,
  },
  {
    name: "rhai run",
    summary: "Run a script and print its result",
    load: async () => (await import("./rhai.ts")).rhaiRun,
  },
  {
    name: "rhai check",
    summary: "Look for the faults of scripts without running them",
    load: async () => (await import("./rhai.ts")).rhaiCheck,
  },
];
