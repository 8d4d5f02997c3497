/** Reads what a server sent on a connection as HTTP/1.1 answers, strictly: anything that is none is an error. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The answers in order; `methods` are those of the requests, since an answer to HEAD has no body. */
export function readAnswers(bytes: Buffer, methods: readonly string[]): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf("\r\n\r\n", at);
    if (end === -1) throw new Error(`an answer without an end of its headers: ${bytes.toString("latin1", at)}`);
    const [statusLine = "", ...lines] = bytes.toString("latin1", at, end).split("\r\n");
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
    if (Number.isNaN(status)) throw new Error(`no status line: ${statusLine}`);
    const headers = new Map(lines.map((line) => headerOf(line)));
    at = end + 4;
    // 100 Continue is no answer yet.
    if (status === 100) continue;
    const hasBody = methods[answers.length] !== "HEAD" && status !== 204;
    const length = hasBody ? Number(headers.get("content-length")) : 0;
    if (Number.isNaN(length) || at + length > bytes.length) throw new Error(`a body that is not whole: ${statusLine}`);
    answers.push({ status, headers, body: bytes.toString("utf8", at, at + length) });
    at += length;
  }
  return answers;
}

function headerOf(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  if (colon < 1) throw new Error(`no header line: ${line}`);
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
