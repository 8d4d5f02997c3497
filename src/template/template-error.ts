/** A template that could be compiled but not rendered with the values it met. */
export class TemplateError extends Error {
  /** `template-too-large`, `template-too-long` or `template-error`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "TemplateError";
    this.code = code;
  }
}
