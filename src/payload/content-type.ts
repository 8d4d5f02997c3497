/** What a Content-Type says about the body (RFC 9110 section 8.3, structured suffixes of RFC 6839). */
export type BodyKind = "json" | "form" | "multipart" | "text" | "binary" | "unknown";

export interface ContentType {
  readonly kind: BodyKind;
  readonly mediaType: string;
  /** Lower-case label; undefined: not said. */
  readonly charset?: string;
}

const TEXT_TYPES = new Set([
  "application/xml",
  "application/xml-dtd",
  "application/javascript",
  "application/yaml",
  "application/graphql",
]);

/** Reads a Content-Type header; a missing one is `unknown`, and the body then decides. */
export function readContentType(header: string | undefined): ContentType {
  if (header === undefined || header.trim() === "") return { kind: "unknown", mediaType: "" };
  const [type = "", ...parameters] = header.split(";");
  const mediaType = type.trim().toLowerCase();
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(parameter)?.[1]?.toLowerCase())
    .find((label) => label !== undefined);
  const kind = kindOf(mediaType);
  return charset === undefined ? { kind, mediaType } : { kind, mediaType, charset };
}

function kindOf(mediaType: string): BodyKind {
  if (mediaType === "application/json" || mediaType === "text/json" || mediaType.endsWith("+json")) return "json";
  if (mediaType === "application/x-www-form-urlencoded") return "form";
  if (mediaType === "multipart/form-data") return "multipart";
  if (mediaType.startsWith("text/") || mediaType.endsWith("+xml") || TEXT_TYPES.has(mediaType)) return "text";
  return "binary";
}
