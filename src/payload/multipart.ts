/** Multipart forms (RFC 7578) through busboy: fields as text, files as metadata and bytes. */
import { Busboy } from "@fastify/busboy";
import type { JsonValue } from "../base/index.ts";
import { addField } from "./form.ts";
import { PayloadFault } from "./payload-fault.ts";

const LIMITS = { fields: 1000, files: 100, parts: 1000, fieldNameSize: 1000, headerPairs: 100 };

/**
 * Decodes the parts. The files are the list `files`; text fields of that name stand behind them, so that nothing is lost. A
 * part without a name is kept under `""`.
 * @throws PayloadFault `invalid_multipart`.
 */
export function decodeMultipart(body: Uint8Array, contentType: string, maxBytes: number): Promise<JsonValue> {
  const { promise, resolve, reject } = deferred();
  const fields: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  const files: JsonValue[] = [];
  const fail = (detail: string): void => reject(new PayloadFault("invalid_multipart", detail));
  try {
    const parser = new Busboy({
      headers: { "content-type": contentType },
      limits: { ...LIMITS, fieldSize: maxBytes, fileSize: maxBytes },
    });
    // The parser's types do not say that a part may have no name.
    parser.on("field", (name: string | undefined, value) => addField(fields, name ?? "", value));
    parser.on("file", (name: string | undefined, stream, filename, _encoding, mimeType) => {
      const field = name ?? "";
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("error", (error: Error) => fail(error.message));
      stream.on("end", () => {
        const bytes = Buffer.concat(chunks);
        files.push({ field, filename, content_type: mimeType, size: bytes.length, base64: bytes.toString("base64") });
      });
    });
    parser.on("error", (error) => fail(error instanceof Error ? error.message : "the parts cannot be read"));
    for (const limit of ["partsLimit", "fieldsLimit", "filesLimit"] as const)
      parser.on(limit, () => fail("too many parts"));
    parser.on("finish", () => resolve(withFiles(fields, files)));
    parser.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  } catch (error) {
    fail(error instanceof Error ? error.message : "the parts cannot be read");
  }
  return promise;
}

function withFiles(fields: Readonly<Record<string, JsonValue>>, files: readonly JsonValue[]): JsonValue {
  if (files.length === 0) return { ...fields };
  const texts = fields["files"] ?? [];
  return { ...fields, files: [...files, ...(Array.isArray(texts) ? texts : [texts])] };
}

function deferred(): {
  promise: Promise<JsonValue>;
  resolve: (value: JsonValue) => void;
  reject: (fault: PayloadFault) => void;
} {
  let resolve!: (value: JsonValue) => void;
  let reject!: (fault: PayloadFault) => void;
  const promise = new Promise<JsonValue>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
