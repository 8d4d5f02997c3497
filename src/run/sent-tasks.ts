/**
 * Tasks on their way to a thread. What is small and the same in every task goes as one JSON text: reading it takes a
 * quarter of what structured cloning takes for the same objects. Bodies and the steps of resumed runs, which may be large,
 * go beside it: bodies are moved, steps cloned. So do payloads that were given by a parent. What is large of payloads and
 * outputs is moved as it lies in the log, and read by the thread. Small bodies travel in one buffer, as moving a buffer costs
 * more than copying one of them.
 */
import { headOf, type Envelope, type EnvelopeHead } from "../event/index.ts";
import { readText, type AnyText, type Writable } from "../base/index.ts";
import type { StepDone } from "../event-log/index.ts";
import type { RunTask } from "./run-task.ts";

export interface SentTasks {
  readonly json: string;
  readonly buffers: readonly Uint8Array<ArrayBuffer>[];
  readonly steps: readonly RunTask<AnyText>["steps"][];
  /** Each task's `run.payloadJson`. */
  readonly payloads: readonly (AnyText | undefined)[];
}

/** Where a body lies: in which buffer, and from where to where. */
type Place = readonly [buffer: number, from: number, to: number];

/** Larger bodies have a buffer of their own. */
const JOINED_BODY_BYTES = 16 * 1024;
/** As one run keeps its whole buffer, what it keeps of others' bodies is bounded. */
const JOINED_BYTES = 128 * 1024;

type SentHead = Omit<RunTask, "envelope" | "steps"> & { readonly envelope: EnvelopeHead; readonly body: Place };

/** The bodies are copies: moving a view would drag the whole buffer behind it over to the thread. */
export function packTasks(tasks: readonly RunTask<AnyText>[]): SentTasks {
  const { places, buffers } = packBodies(tasks.map(({ envelope }) => envelope.rawBody));
  const heads = tasks.map(({ run, envelope, attempt, failedTries, maxPayloadBytes }, index) => ({
    run: run.payloadJson === undefined ? run : { ...run, payloadJson: undefined },
    envelope: headOf(envelope),
    attempt,
    failedTries,
    maxPayloadBytes,
    body: places[index]!,
  }));
  const copied = (text: AnyText): AnyText => {
    if (typeof text === "string") return text;
    const literal = copyOf(text.literal);
    buffers.push(literal);
    return { literal };
  };
  const payloads = tasks.map(({ run: { payloadJson } }) => payloadJson && copied(payloadJson));
  const steps = tasks.map((task) => task.steps.map((step) => withOutput(step, copied)));
  return { json: JSON.stringify(heads), buffers, steps, payloads };
}

export function unpackTasks({ json, buffers, steps, payloads }: SentTasks): readonly RunTask[] {
  const heads = JSON.parse(json) as readonly SentHead[];
  return heads.map(({ run, envelope, attempt, failedTries, maxPayloadBytes, body: [buffer, from, to] }, index) => {
    const whole = envelope as Writable<Envelope>;
    whole.rawBody = buffers[buffer]!.subarray(from, to);
    const payloadJson = payloads[index];
    const given = payloadJson === undefined ? run : { ...run, payloadJson: readText(payloadJson) };
    const read = steps[index]!.map((step) => withOutput(step, readText));
    return { run: given, envelope: whole, attempt, failedTries, maxPayloadBytes, steps: read };
  });
}

/** A step with another form of its output. */
function withOutput<Text>(step: StepDone<AnyText>, change: (text: AnyText) => Text): StepDone<Text> {
  const { outputJson, ...rest } = step;
  return outputJson === undefined ? rest : { ...rest, outputJson: change(outputJson) };
}

/** In memory of its own: it lies among others' bytes. */
function copyOf(bytes: Uint8Array): Buffer<ArrayBuffer> {
  const copy = Buffer.allocUnsafeSlow(bytes.byteLength);
  copy.set(bytes);
  return copy;
}

/** Lays bodies into buffers, small ones side by side. */
function packBodies(bodies: readonly Uint8Array[]): { places: Place[]; buffers: Buffer<ArrayBuffer>[] } {
  const sizes: number[] = [];
  let joined: number | undefined;
  const places = bodies.map(({ byteLength }): Place => {
    if (byteLength > JOINED_BODY_BYTES) return [sizes.push(byteLength) - 1, 0, byteLength];
    if (joined === undefined || sizes[joined]! + byteLength > JOINED_BYTES) joined = sizes.push(0) - 1;
    const from = sizes[joined]!;
    sizes[joined] = from + byteLength;
    return [joined, from, from + byteLength];
  });
  // Not from the pool, which is shared; all of it is written over.
  const buffers = sizes.map((bytes) => Buffer.allocUnsafeSlow(bytes));
  for (const [index, [buffer, from]] of places.entries()) buffers[buffer]!.set(bodies[index]!, from);
  return { places, buffers };
}
