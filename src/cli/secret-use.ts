/** Which secret verified how much: from the running gateway, or from the log when none runs. */
import { join } from "node:path";
import { z } from "zod";
import { findGateway, type GatewayFile } from "../admin/index.ts";
import { GtcError, messageOf } from "../base/index.ts";
import { inspectLog } from "../gateway.ts";
import type { SecretUse } from "../setup/index.ts";
import { pathExists } from "./path-exists.ts";

const TIMEOUT_MS = 10_000;

/** @throws GtcError GTC_GATEWAY_UNREACHABLE, GTC_BUNDLE_LOCKED, GTC_LOG_FORMAT. */
export async function readSecretUse(folder: string): Promise<readonly SecretUse[]> {
  const gateway = await findGateway(folder);
  const answer = gateway && (await askGateway(gateway));
  if (gateway !== undefined && answer !== undefined) return useOfGateway(answer, gateway, folder);
  const path = join(folder, "state", "log");
  if (!(await pathExists(path))) return [];
  await using log = await inspectLog(path);
  return await log.queries.sourceUse();
}

/** Undefined when nothing answers: a process that was killed leaves its file behind. */
async function askGateway({ admin_url: url, token }: GatewayFile): Promise<Response | undefined> {
  const headers = { authorization: `Bearer ${token}` };
  return fetch(`${url}/api/sources`, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => undefined);
}

const sourcesSchema = z.object({
  items: z.array(
    z.object({
      tenant: z.string(),
      event_type: z.string(),
      secrets: z.array(z.object({ name: z.string(), last_used_at: z.string().nullable(), used_count: z.number() })),
    }),
  ),
});

async function useOfGateway(answer: Response, { pid }: GatewayFile, folder: string): Promise<readonly SecretUse[]> {
  const text = await answer.text();
  try {
    if (!answer.ok) throw new Error(`status ${answer.status}: ${text}`);
    const { items } = sourcesSchema.parse(JSON.parse(text));
    return items.flatMap(({ tenant, event_type: eventType, secrets }) =>
      secrets.flatMap(({ name, last_used_at: lastUsedAt, used_count: count }): SecretUse[] =>
        lastUsedAt === null
          ? []
          : [{ tenant, eventType, keyName: name, count, lastReceivedAtMs: Date.parse(lastUsedAt) }],
      ),
    );
  } catch (cause) {
    throw new GtcError("GTC_GATEWAY_UNREACHABLE", { path: folder, pid, detail: messageOf(cause) }, { cause });
  }
}
