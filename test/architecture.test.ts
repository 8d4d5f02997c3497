/**
 * The rooms and who may import whom. A room is entered through its door, imports go down the list or not at all, the
 * languages and pure parts touch no `node:` module, and adapters are named by the gateway only.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

/** What a room may import besides `base`. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  text: [],
  event: [],
  rhai: ["text"],
  expression: ["text"],
  template: ["text"],
  signature: [],
  payload: ["event"],
  secret: [],
  outgoing: [],
  nodes: ["expression", "template", "rhai", "event", "secret", "text"],
  flow: ["text", "expression", "template", "rhai", "nodes", "event"],
  "event-log": ["event", "payload"],
  reply: ["event"],
  run: ["flow", "nodes", "event", "event-log", "payload"],
  dispatch: ["event", "event-log", "flow", "run", "reply"],
  replay: ["event-log", "dispatch", "flow"],
  config: ["text"],
  setup: ["flow", "secret", "signature", "text", "config"],
  telemetry: ["event"],
  ingress: ["signature", "event", "event-log", "secret", "reply", "payload", "dispatch"],
  admin: ["event", "event-log", "run", "replay", "flow", "signature", "payload"],
  // The composition root and the entries: everything.
  cli: ["*"],
  "": ["*"],
};

const PURE = new Set(["text", "rhai", "expression", "template", "event"]);
const ADAPTERS = ["event-log/embedded", "event-log/memory"];
/** The only files outside an adapter that name one: the root, the lock that commands share with it, and the types of what it reports. */
const MAY_NAME_ADAPTERS = new Set(["gateway.ts", "change-setup.ts", "cli/log-notice-text.ts"]);

interface Import {
  readonly file: string;
  readonly room: string;
  readonly to: string;
}

const imports = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !/\.(test|contract|fixtures)\.ts$/.test(name))
  .flatMap((name) => importsOf(name));

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, specifier = ""]) => ({
    file: file.split(sep).join("/"),
    room: roomOf(file),
    to: specifier.startsWith(".")
      ? relative(SRC, join(SRC, dirname(file), specifier))
          .split(sep)
          .join("/")
      : specifier,
  }));
}

function roomOf(path: string): string {
  const parts = path.split(/[/\\]/);
  return parts.length > 1 ? parts[0]! : "";
}

const isInside = ({ to }: Import): boolean => to.endsWith(".ts");
const shown = ({ file, to }: Import): string => `${file} → ${to}`;

test("every room is in the table", () => {
  const rooms = new Set(imports.map(({ room }) => room));
  expect([...rooms].filter((room) => !(room in MAY_IMPORT))).toEqual([]);
});

test("a room imports only what the table allows", () => {
  const wrong = imports.filter(isInside).filter(({ room, to }) => {
    const target = roomOf(to);
    const allowed = MAY_IMPORT[room] ?? [];
    return target !== room && target !== "base" && !allowed.includes("*") && !allowed.includes(target);
  });
  expect(wrong.map(shown)).toEqual([]);
});

test("a room is entered through its door", () => {
  const wrong = imports.filter(isInside).filter(({ room, to }) => {
    const target = roomOf(to);
    const isAdapter = ADAPTERS.some((adapter) => to === `${adapter}/index.ts`);
    return target !== room && target !== "" && to !== `${target}/index.ts` && !isAdapter;
  });
  expect(wrong.map(shown)).toEqual([]);
});

test("the languages and the envelope touch no module of the runtime", () => {
  const wrong = imports.filter(({ room, to }) => PURE.has(room) && to.startsWith("node:"));
  expect(wrong.map(shown)).toEqual([]);
});

test("signatures use nothing of the runtime but its cryptography and address arithmetic", () => {
  const wrong = imports.filter(
    ({ room, to }) => room === "signature" && to.startsWith("node:") && !["node:crypto", "node:net"].includes(to),
  );
  expect(wrong.map(shown)).toEqual([]);
});

test("adapters are named by the gateway only", () => {
  const wrong = imports.filter(
    ({ file, to }) =>
      ADAPTERS.some((adapter) => to.startsWith(`${adapter}/`) && !file.startsWith(`${adapter}/`)) &&
      !MAY_NAME_ADAPTERS.has(file),
  );
  expect(wrong.map(shown)).toEqual([]);
});

test("the checks see imports at all", () => {
  expect(imports.length).toBeGreaterThan(300);
  expect(imports.some(({ file, to }) => file === "gateway.ts" && to === "event-log/embedded/index.ts")).toBe(true);
});
