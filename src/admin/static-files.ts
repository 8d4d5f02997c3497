/**
 * The inspector's page, built into `dist/inspector`. Its files are read once, into a table by path: what is not in the
 * table does not exist, so no path leads out of the folder.
 *
 * Invariants:
 * 1. Every answer forbids whatever the page does not need: scripts, styles and requests of elsewhere, frames, sniffing.
 * 2. Files under `/assets/` have a hash of their content in the name and are kept for ever; all others are asked for anew.
 * 3. A path without a dot is one of the page's own addresses and gets `index.html`.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import { extname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the build puts the page: the same place for the sources and for the built program. */
export const PAGE_FOLDER = fileURLToPath(new URL("../../dist/inspector/", import.meta.url));

export interface PageReply {
  readonly status: 200 | 304 | 404;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly isHashed: boolean;
  readonly plain: Buffer;
  readonly br?: Buffer;
  readonly gzip?: Buffer;
}

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const ALWAYS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

const NOT_BUILT = `The inspector's page is not built in this copy of gtc: run \`npm run build\` and start gtc again.
The API is there all the same; it is described at /api/openapi.json.
`;

export class StaticFiles {
  readonly #files: ReadonlyMap<string, PageFile>;

  private constructor(files: ReadonlyMap<string, PageFile>) {
    this.#files = files;
  }

  /** Reads a built page. A folder that is not there is a page that is not built. */
  static async load(folder: string): Promise<StaticFiles> {
    const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const contents = new Map<string, Buffer>();
    for (const entry of names) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      contents.set(path.slice(join(folder, sep).length).replaceAll(sep, "/"), await readFile(path));
    }
    return new StaticFiles(tableOf(contents));
  }

  /**
   * The answer to a GET or HEAD (whose body the caller leaves out).
   * @param path of the URL, without its query
   */
  answer(path: string, headers: Pick<IncomingHttpHeaders, "accept-encoding" | "if-none-match">): PageReply {
    const index = this.#files.get("/index.html");
    if (index === undefined) return textReply(NOT_BUILT);
    const file = this.#files.get(path) ?? (isOfFile(path) ? undefined : index);
    if (file === undefined) return textReply("There is nothing here.\n");
    const { encoding, body } = encoded(file, headers["accept-encoding"] ?? "");
    const replied: Record<string, string> = {
      ...ALWAYS,
      "cache-control": file.isHashed ? "public, max-age=31536000, immutable" : "no-cache",
      etag: file.etag,
      vary: "accept-encoding",
    };
    if (isKnown(headers["if-none-match"], file.etag)) return { status: 304, headers: replied, body: Buffer.alloc(0) };
    replied["content-type"] = file.type;
    if (encoding !== undefined) replied["content-encoding"] = encoding;
    return { status: 200, headers: replied, body };
  }
}

/** Whether a path names a file and no view: what a view shows may have a dot in its name, as the flow `order.created`. */
function isOfFile(path: string): boolean {
  return /^\/(?:assets\/|\/|[^/]*\.)/.test(path);
}

/** The table by path; `x.js.br` and `x.js.gz` are forms of `x.js`. */
function tableOf(contents: ReadonlyMap<string, Buffer>): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const [name, plain] of contents) {
    if ([".br", ".gz"].includes(extname(name))) continue;
    const br = contents.get(`${name}.br`);
    const gzip = contents.get(`${name}.gz`);
    files.set(`/${name}`, {
      type: TYPES[extname(name)] ?? "application/octet-stream",
      // Weak, since its compressed forms share it (RFC 9110, 8.8.1).
      etag: `W/"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`,
      isHashed: name.startsWith("assets/"),
      plain,
      ...(br !== undefined && { br }),
      ...(gzip !== undefined && { gzip }),
    });
  }
  return files;
}

function encoded(file: PageFile, accepted: string): { readonly encoding?: string; readonly body: Buffer } {
  for (const encoding of ["br", "gzip"] as const) {
    const body = file[encoding];
    if (body !== undefined && accepts(accepted, encoding)) return { encoding, body };
  }
  return { body: file.plain };
}

/** Whether `Accept-Encoding` names a coding and does not refuse it with `q=0`. */
function accepts(header: string, encoding: string): boolean {
  return header.split(",").some((item) => {
    const [name = "", ...parameters] = item.split(";").map((part) => part.trim().toLowerCase());
    return name === encoding && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
}

function isKnown(header: string | undefined, etag: string): boolean {
  return (header ?? "").split(",").some((known) => known.trim() === etag);
}

function textReply(text: string): PageReply {
  const headers = { ...ALWAYS, "cache-control": "no-store", "content-type": "text/plain; charset=utf-8" };
  return { status: 404, headers, body: Buffer.from(text) };
}
