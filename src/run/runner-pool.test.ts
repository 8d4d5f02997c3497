/** A pool of real threads, given what comes rarely: definitions that no flow file may hold, many large bodies at once. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { LARGE_TEXT_CHARS, messageOf, readText, systemClock } from "../base/index.ts";
import type { StepDone } from "../event-log/index.ts";
import { loadFlows } from "../flow/index.ts";
import { RunnerPool, type FromRunner, type RunOverMessage, type RunTask } from "./index.ts";
import type { RunnerPoolOptions } from "./runner-pool.ts";

/** The definition of a flow that gives back its payload. */
const SOUND = loadFlows([
  {
    path: "f.ygtc",
    text: `nodes: [{ id: a, type: script, config: { script: "payload" } }]\ntriggers: [{ type: default }]`,
  },
]).flows.all[0]!.definitionJson;

function taskOf(flowHash: string): RunTask {
  const envelope = {
    id: "event",
    tenant: "demo",
    eventType: "f",
    receivedAtMs: 0,
    method: "POST",
    target: "/",
    headers: [],
    remoteAddress: "",
    rawBody: new Uint8Array([0x35]),
    verdict: { status: "unsigned" },
  } as const;
  const run = { id: flowHash, eventId: "event", tenant: "demo", flow: "f", flowHash, startNode: "a", createdAtMs: 0 };
  return { run, envelope, attempt: 1, failedTries: 0, steps: [], maxPayloadBytes: 100 };
}

/** A pool of one thread that keeps how its runs end. */
class OneThread implements AsyncDisposable {
  readonly overs: RunOverMessage[] = [];
  /** Resolves when so many are over as are expected. */
  readonly done: Promise<void>;
  readonly pool: RunnerPool;

  constructor(expected: number, options: Partial<RunnerPoolOptions> = {}) {
    let isDone: () => void = () => undefined;
    this.done = new Promise<void>((resolve) => (isDone = resolve));
    this.pool = new RunnerPool({
      threads: 1,
      memoryMb: 64,
      hangAfterMs: 60_000,
      clock: systemClock,
      onProgress: () => undefined,
      onStart: () => undefined,
      ...options,
      onOver: (over) => {
        options.onOver?.(over);
        if (this.overs.push(over) === expected) isDone();
      },
    });
  }

  get ends(): readonly RunOverMessage["end"][] {
    return this.overs.map(({ end }) => end);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.pool[Symbol.asyncDispose]();
  }
}

test.each([
  ["a later format", SOUND.replace('"format":1', '"format":2'), /format 2; this gtc reads format 1/],
  ["damaged text", SOUND.slice(0, 100), /cannot be used/],
  ["no flow at all", "{}", /cannot be used/],
  ["a script that this gtc cannot read", SOUND.replace('"payload"', '"let"'), /`a` cannot be compiled/],
  ["nothing stored", undefined, /is missing/],
])("a run whose stored flow is %s has failed, and its thread works on", async (_what, stored, reason) => {
  const definitions = new Map([["sound", SOUND], ...(stored === undefined ? [] : [["odd", stored] as const])]);
  await using thread = new OneThread(2);
  thread.pool.submit([taskOf("odd"), taskOf("sound")], (hash) => definitions.get(hash));
  await thread.done;
  const overs = new Map(thread.overs.map((over) => [over.runId, over]));
  expect(overs.get("odd")!.end).toMatchObject({ status: "failed", error: { code: "unknown-flow" } });
  expect(JSON.stringify(overs.get("odd")!.end)).toMatch(reason);
  expect(overs.get("sound")!.end).toEqual({ status: "succeeded" });
});

test("where no thread can come up, no run is to blame: it goes back unharmed, and threads are tried again at leisure", async () => {
  const faults: string[] = [];
  await using thread = new OneThread(1, {
    // Less than a thread needs to load its program. With 1 or 2, Node 22 and 24 end the whole process; settings begin at 32.
    memoryMb: 4,
    onFault: (what, fault) => faults.push(`${what}: ${messageOf(fault)}`),
  });
  thread.pool.submit([taskOf("sound")], () => SOUND);
  await thread.done;
  thread.pool.submit([taskOf("sound")], () => SOUND);
  expect(thread.ends).toMatchObject([
    { status: "waiting", error: { code: "displaced" }, delayMs: 0 },
    { status: "waiting", error: { code: "displaced", message: "No runner thread could be started." }, delayMs: 1000 },
  ]);
  expect(faults).toEqual([expect.stringMatching(/^starting a runner thread .*memory/)]);
});

/** Runs with payloads so large that one thread takes them in turns. */
function largeTasks(hashOf: (n: number) => string): RunTask[] {
  const length = 12 * 1024 * 1024;
  const body = new Uint8Array(gzipSync("x".repeat(length)));
  return Array.from({ length: 12 }, (_, n): RunTask => {
    const { run, envelope } = taskOf(hashOf(n));
    const headers = [
      ["content-type", "text/plain"],
      ["content-encoding", "gzip"],
    ] as const;
    return {
      run: { ...run, id: `run-${n}` },
      envelope: { ...envelope, headers, rawBody: new Uint8Array(body) },
      attempt: 1,
      failedTries: 0,
      steps: [],
      maxPayloadBytes: 2 * length,
    };
  });
}

/** Its steps take so long that the thread sees to others in between. */
const WORK = "let n = 0; while n < 30000 { n += 1; } payload.len()";
const LONG = loadFlows([
  {
    path: "long.ygtc",
    text: `
nodes:
  - { id: a, type: script, config: { script: "${WORK}" }, next: b }
  - { id: b, type: script, config: { script: "${WORK}" } }
triggers: [{ type: default }]`,
  },
]).flows.all[0]!.definitionJson;

test.each([
  ["together they would be more than their thread has memory for", 0, 96],
  ["none fails because its thread forgets definitions meanwhile, for newer ones", 501, 512],
])("runs with large payloads take turns: %s", async (_what, others, memoryMb) => {
  const tasks = largeTasks((n) => (others === 0 ? "size" : `size-${n}`));
  const small = Array.from({ length: others }, (_, n) => taskOf(`other-${n}`));
  await using thread = new OneThread(tasks.length + others, { memoryMb });
  thread.pool.submit(tasks, () => LONG);
  thread.pool.submit(small, () => SOUND);
  await thread.done;
  expect(thread.overs.filter(({ end }) => end.status !== "succeeded")).toEqual([]);
});

/** Reads its payload as a value, and then takes so long that others begin meanwhile. */
const GIVES = loadFlows([
  {
    path: "child.ygtc",
    text: `nodes: [{ id: a, type: script, config: { script: "1" } }]\ntriggers: [{ type: default }]`,
  },
  {
    path: "gives.ygtc",
    text: `
nodes:
  - { id: a, type: script, config: { script: "payload" }, next: b }
  - { id: b, type: async, config: { flow: child, payload: "{{a}}" }, next: c }
  - { id: c, type: http_response, config: { body: "{{a}}" } }
triggers: [{ type: default }]`,
  },
]).flows.all.find(({ name }) => name === "gives")!.definitionJson;

test.each([
  ["large", LARGE_TEXT_CHARS, "object"],
  ["small", 10, "string"],
])("a runner hands over what is %s in the form that main need not touch", async (_size, chars, form) => {
  const text = "ü".repeat(chars);
  const json = JSON.stringify(text);
  const told: FromRunner[] = [];
  await using thread = new OneThread(1, {
    onProgress: (message) => void told.push(message),
    onStart: (message, reply) => {
      told.push(message);
      reply({ ok: true });
    },
  });
  const { envelope, ...task } = taskOf("gives");
  const sent = { ...envelope, headers: [["content-type", "application/json"]] as const, rawBody: Buffer.from(json) };
  thread.pool.submit([{ ...task, envelope: sent, maxPayloadBytes: 1_000_000 }], () => GIVES);
  await thread.done;
  const over = thread.overs[0]!;
  expect(over.end).toEqual({ status: "succeeded" });
  const body = over.answer!.body;
  const child = told.flatMap((message) => (message.kind === "start" ? [message.child.payloadJson] : []));
  const steps = [...told, over].flatMap((message) => (message.kind === "start" ? [] : message.steps));
  expect([typeof body, ...child.map((each) => typeof each)]).toEqual([form, form]);
  expect(steps.map((step) => typeof step)).toEqual([form, form]);
  expect(readText(body)).toBe(text);
  expect(Buffer.from(typeof body === "string" ? body : body.bytes).toString("utf8")).toBe(text);
  expect(child.map(readText)).toEqual([json]);
  const outputs = steps.map((step) => JSON.parse(Buffer.from(step as Uint8Array).toString("utf8")) as StepDone);
  expect(outputs.map(({ node, outputJson }) => [node, JSON.parse(outputJson!)])).toEqual([
    ["a", text],
    ["c", { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: text }],
  ]);
});

const READS = loadFlows([
  {
    path: "reads.ygtc",
    text: `
nodes:
  - { id: a, type: branch, config: { conditions: [{ expression: "payload.size() > 1", next: b }] } }
  - { id: b, type: script, config: { script: "${WORK.replace("payload.len()", "n")}" }, next: c }
  - { id: c, type: script, config: { script: "${WORK.replace("payload.len()", "n")}" } }
triggers: [{ type: default }]`,
  },
]).flows.all[0]!.definitionJson;

test("runs take turns by the memory of their values, not by the length of their texts", async () => {
  const { envelope, ...task } = taskOf("reads");
  const nested = "[".repeat(50) + "]".repeat(50);
  const rawBody = Buffer.from(`[${Array<string>(2000).fill(nested).join(",")}]`);
  const tasks = Array.from({ length: 80 }, (_, n): RunTask => {
    const run = { ...task.run, id: `run-${n}` };
    return { ...task, run, envelope: { ...envelope, rawBody: new Uint8Array(rawBody) }, maxPayloadBytes: 1_000_000 };
  });
  await using thread = new OneThread(tasks.length, { memoryMb: 128 });
  thread.pool.submit(tasks, () => READS);
  await thread.done;
  expect(thread.overs.filter(({ end }) => end.status !== "succeeded")).toEqual([]);
});

test("a run that waits for its turn keeps its flow, also when the thread is told to forget the definition", async () => {
  const text = `nodes: [{ id: a, type: async, config: { flow: f } }]\ntriggers: [{ type: default }]`;
  const parent = loadFlows([{ path: "f.ygtc", text }]).flows.all[0]!.definitionJson;
  const large = (hash: string): RunTask => {
    const { run, envelope, ...task } = taskOf(hash);
    const rawBody = new Uint8Array(gzipSync("5"));
    return {
      ...task,
      run,
      envelope: { ...envelope, headers: [["content-encoding", "gzip"]], rawBody },
      maxPayloadBytes,
    };
  };
  // Alone more than the thread has room for, as far as it can know.
  const maxPayloadBytes = 1024 * 1024 * 1024;
  const others = Array.from({ length: 600 }, (_, n) => taskOf(`other-${n}`));
  const overs = new Map<string, RunOverMessage>();
  let goOn: () => void = () => undefined;
  let isDone: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (isDone = resolve));
  const definitionOf = (hash: string): string => (hash === "parent" ? parent : SOUND);
  await using pool = new RunnerPool({
    threads: 1,
    memoryMb: 128,
    hangAfterMs: 60_000,
    clock: systemClock,
    onProgress: () => undefined,
    onStart: (_message, reply) => {
      goOn = () => reply({ ok: true });
      for (const other of others) pool.submit([other], definitionOf);
    },
    onOver: (over) => {
      overs.set(over.runId, over);
      if (overs.size === others.length) goOn();
      if (overs.size === others.length + 2) isDone();
    },
  });
  pool.submit([large("parent"), large("late")], definitionOf);
  await done;
  expect(overs.get("late")!.end).toEqual({ status: "succeeded" });
});

/** Longer than a run has the thread for at a time. */
const TURN = "let n = 0; while n < 1000000 { n += 1; } n";
const THREE_STEPS = loadFlows([
  {
    path: "steps.ygtc",
    text: `
nodes:
  - { id: a, type: script, config: { script: "${TURN}" }, next: b }
  - { id: b, type: script, config: { script: "${TURN}" }, next: c }
  - { id: c, type: script, config: { script: "${TURN}" } }
triggers: [{ type: default }]`,
  },
]).flows.all[0]!.definitionJson;

function threeSteps(): readonly RunTask[] {
  return Array.from({ length: 12 }, (_, n) => {
    const task = taskOf("steps");
    return { ...task, run: { ...task.run, id: `run-${n}` } };
  });
}

test("a run that waits for its turn between the steps of many others is not taken for hung", async () => {
  const hangAfterMs = 100;
  const tasks = threeSteps();
  // However slow the machine is: the thread never lets more than half of that time go by without a sign of life.
  let nowMs = 0;
  const pass = (): void => void (nowMs += hangAfterMs / 2);
  await using thread = new OneThread(tasks.length, {
    hangAfterMs,
    clock: { now: () => nowMs, monotonic: () => nowMs },
    onProgress: pass,
    onOver: pass,
  });
  thread.pool.submit(tasks, () => THREE_STEPS);
  await thread.done;
  expect(thread.ends).toEqual(tasks.map(() => ({ status: "succeeded" })));
});

test("after a pause of the whole process no run is taken for hung", async () => {
  const tasks = threeSteps();
  let nowMs = 0;
  await using thread = new OneThread(tasks.length, {
    hangAfterMs: 20,
    clock: { now: () => nowMs, monotonic: () => nowMs },
  });
  thread.pool.submit(tasks, () => THREE_STEPS);
  nowMs = 3_600_000;
  await thread.done;
  expect(thread.ends).toEqual(tasks.map(() => ({ status: "succeeded" })));
});
