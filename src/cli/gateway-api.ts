/** The admin API of the gateway that runs on a bundle, as commands ask it. */
import { findGateway, probeGateway, type GatewayFile } from "../admin/index.ts";
import { GtcError, messageOf, parseJson, stringifyJson, type JsonValue } from "../base/index.ts";

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
    if (!ok) throw faultOf(status, text, folder);
    return parseJson(text);
  };
}

async function wholeAnswer(response: Response): Promise<{ status: number; ok: boolean; text: string }> {
  const { status, ok } = response;
  return { status, ok, text: await response.text() };
}

/** Reads the problem that the API answered. */
function faultOf(status: number, body: string, path: string): GtcError {
  const problem = parseJson(body) as { code?: string; detail?: string };
  if (problem.code === "GTC_EVENT_NOT_FOUND")
    return new GtcError("GTC_EVENT_NOT_FOUND", { id: /no event (\S+?)\.$/.exec(problem.detail ?? "")?.[1] ?? "" });
  if (problem.code === "GTC_EVENT_REFUSED" || problem.code === "GTC_REDELIVERY_NEEDED") {
    const [, id = "", detail = ""] =
      /^(\S+) was refused and cannot be replayed: (.*)$/s.exec(problem.detail ?? "") ?? [];
    return new GtcError(problem.code, { id, detail });
  }
  if (problem.code === "GTC_BAD_REQUEST") return new GtcError("GTC_BAD_REQUEST", { detail: problem.detail ?? "" });
  return new GtcError("GTC_GATEWAY_UNREACHABLE", { path, pid: "?", detail: `${status} ${problem.detail ?? ""}` });
}
