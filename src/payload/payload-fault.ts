export type PayloadFaultCode =
  | "invalid_json"
  | "invalid_text"
  | "invalid_multipart"
  | "unsupported_encoding"
  | "corrupt_encoding"
  | "decoded_too_large";

/** Why a body cannot be read as what its headers claim. */
export class PayloadFault extends Error {
  readonly code: PayloadFaultCode;
  constructor(code: PayloadFaultCode, message: string) {
    super(message);
    this.name = "PayloadFault";
    this.code = code;
  }
  /** HTTP status: 415 for a coding we do not speak (RFC 9110 section 15.5.16), 413 for a bomb, else 400. */
  get status(): number {
    if (this.code === "unsupported_encoding") return 415;
    return this.code === "decoded_too_large" ? 413 : 400;
  }
}
