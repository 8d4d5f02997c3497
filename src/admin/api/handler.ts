/** The shape of every handler: what its operation takes goes in, what it answers comes out; the table gives the types. */
import type { z } from "zod";
import { GtcError } from "../../base/index.ts";
import type { AuditEntry, OperationName, operations } from "../contract/index.ts";
import type { AdminBackend } from "./backend.ts";
import type { EventPrinter } from "./event-printer.ts";

type Operations = typeof operations;

export interface HandlerInput<N extends OperationName> {
  readonly params: z.output<Operations[N]["params"]>;
  readonly query: z.output<Operations[N]["query"]>;
  readonly body: Operations[N] extends { readonly body: infer Body extends z.ZodType } ? z.output<Body> : undefined;
  readonly backend: AdminBackend;
  readonly printer: Pick<EventPrinter, "print">;
  /** Writes an act of the operator down; awaited before it is done. */
  readonly audit: (act: AuditEntry["act"], subject: string) => Promise<void>;
  /** Aborted when who asked has left: nobody reads the answer then. */
  readonly signal: AbortSignal;
}

/** An answer that is no JSON. */
export interface RawAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/** An answer that is printed already. */
export class PrintedJson {
  /** JSON in UTF-8. */
  readonly json: Uint8Array;

  constructor(json: Uint8Array) {
    this.json = json;
  }
}

type HandlerOutput<N extends OperationName> = Operations[N] extends { readonly answer: infer Answer extends z.ZodType }
  ? z.input<Answer> | PrintedJson
  : RawAnswer;

export type Handler<N extends OperationName> = (input: HandlerInput<N>) => Promise<HandlerOutput<N>>;

/** Operations that the server answers itself: they touch the connection or the session. */
export type OwnOperation = "login" | "logout" | "stream";

export type Handlers = { readonly [N in Exclude<OperationName, OwnOperation>]: Handler<N> };

export interface FieldFault {
  /** JSON path, e.g. `$.headers.3.1`. */
  readonly path: string;
  readonly message: string;
}

/** Mistakes in a body that its schema cannot see; answered as 400 with all of them. */
export class FieldFaults extends Error {
  readonly faults: readonly FieldFault[];
  constructor(faults: readonly FieldFault[]) {
    super("The body has mistakes.");
    this.name = "FieldFaults";
    this.faults = faults;
  }
}

export function notFound(what: string, id: string): GtcError {
  return new GtcError("GTC_NOT_FOUND", { what, id });
}
