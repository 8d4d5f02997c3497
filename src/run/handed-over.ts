/**
 * What a runner hands over to main, its large texts as bytes: they are moved, and main writes and sends them as they are.
 * The thread that acknowledges for everybody thus has as little to do with megabytes as with bytes.
 */
import { packText } from "../base/index.ts";
import type { Answer, GivenAnswer } from "../event/index.ts";
import type { FromRunner } from "./run-task.ts";

/** The answer as it is handed over. @throws Error when there is no memory for it */
export function handOver({ status, headers, body }: Answer): GivenAnswer {
  const packed = packText(body);
  if (typeof packed === "string") return { status, headers, body };
  return { status, headers, body: { literal: packed.literal, bytes: Buffer.from(body) } };
}

/** The memory that moves with the messages. Each large text has its own. */
export function movedWith(messages: readonly FromRunner[]): readonly ArrayBuffer[] {
  return messages.flatMap((message) => bytesIn(message)).map(({ buffer }) => buffer as ArrayBuffer);
}

function bytesIn(message: FromRunner): readonly Uint8Array[] {
  if (message.kind === "start") {
    const { payloadJson } = message.child;
    return typeof payloadJson === "string" ? [] : [payloadJson.literal];
  }
  const steps = message.steps.filter((step) => typeof step !== "string");
  const body = message.answer?.body ?? "";
  return typeof body === "string" ? steps : [...steps, body.literal, body.bytes];
}
