/** The admin API of the gateway that runs on a bundle, as commands ask it. */
import { findGateway, probeGateway, type GatewayFile } from "../admin/index.ts";
import {
  ERRORS,
  GtcError,
  messageOf,
  parseJson,
  stringifyJson,
  type ErrorCode,
  type JsonValue,
} from "../base/index.ts";

export interface ApiRequest {
  readonly method?: "GET" | "POST";
  readonly body?: JsonValue;
}

/** Asks for a path behind `/api/`. @throws GtcError that the API answered, or GTC_GATEWAY_UNREACHABLE */
export type GatewayApi = (path: string, request?: ApiRequest) => Promise<JsonValue>;

/** The API of the gateway that runs on a bundle; undefined when none does. */
export async function findGatewayApi(folder: string): Promise<GatewayApi | undefined> {
  const gateway = await findGateway(folder);
  // A process that was killed leaves its file behind: the one that answers is the one that runs.
  return gateway !== undefined && (await probeGateway(gateway)) === "answers" ? apiOf(gateway, folder) : undefined;
}

function apiOf(gateway: GatewayFile, folder: string): GatewayApi {
  return async (path, { method = "GET", body } = {}) => {
    const asked = fetch(`${gateway.admin_url}/api/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${gateway.token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: stringifyJson(body) }),
    });
    // It may end at any moment, also in the middle of its answer.
    const { status, ok, text } = await asked.then(wholeAnswer).catch((cause: unknown) => {
      const { pid } = gateway;
      throw new GtcError("GTC_GATEWAY_UNREACHABLE", { path: folder, pid, detail: messageOf(cause) }, { cause });
    });
    if (!ok) throw faultOf(status, text, { path: folder, pid: gateway.pid });
    return parseJson(text);
  };
}

async function wholeAnswer(response: Response): Promise<{ status: number; ok: boolean; text: string }> {
  const { status, ok } = response;
  return { status, ok, text: await response.text() };
}

interface ApiProblem {
  readonly code?: string;
  readonly detail?: string;
  readonly fix?: string;
}

/** An error of the gateway, in its words: which details they were made of is not known here. */
class ToldFault extends GtcError {
  override readonly message: string;
  override readonly fix: string;

  constructor(code: ErrorCode, { detail = code, fix = "" }: ApiProblem) {
    super(code, { detail });
    this.message = detail;
    this.fix = fix;
  }
}

/** Reads the problem that the API answered. */
function faultOf(
  status: number,
  body: string,
  { path, pid }: { readonly path: string; readonly pid: number },
): GtcError {
  const problem = problemIn(body);
  const { code, detail: said = "" } = problem;
  if (code === "GTC_EVENT_NOT_FOUND")
    return new GtcError("GTC_EVENT_NOT_FOUND", { id: /no event (\S+?)\.$/.exec(said)?.[1] ?? "" });
  if (code === "GTC_EVENT_REFUSED" || code === "GTC_REDELIVERY_NEEDED") {
    const [, id = "", detail = ""] = /^(\S+) was refused and cannot be replayed: (.*)$/s.exec(said) ?? [];
    return new GtcError(code, { id, detail });
  }
  if (code !== undefined && isErrorCode(code)) return new ToldFault(code, problem);
  // Nothing of ours: another program, or a gateway of another version.
  return new GtcError("GTC_GATEWAY_UNREACHABLE", { path, pid, detail: `${status} ${said}`.trim() });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** What is no problem of the API's has nothing to say. */
function problemIn(body: string): ApiProblem {
  try {
    return parseJson(body) as ApiProblem;
  } catch {
    return {};
  }
}
