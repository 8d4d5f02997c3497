/** Which secret verified how much, and which are accepted for a while: from the running gateway, or from the log when none runs. */
import { join } from "node:path";
import { z } from "zod";
import { findGateway, probeGateway, type GatewayFile } from "../admin/index.ts";
import { GtcError, messageOf } from "../base/index.ts";
import { inspectLog } from "../gateway.ts";
import { isReplacedName, type ReplacedSecret, type SecretUse } from "../setup/index.ts";
import { pathExists } from "./path-exists.ts";

const TIMEOUT_MS = 10_000;

export interface SecretsInUse {
  readonly uses: readonly SecretUse[];
  /** None without a gateway: they end with it. */
  readonly replaced: readonly ReplacedSecret[];
}

/** @throws GtcError GTC_GATEWAY_UNREACHABLE, GTC_BUNDLE_LOCKED, GTC_LOG_FORMAT. */
export async function readSecretUse(folder: string): Promise<SecretsInUse> {
  const gateway = await findGateway(folder);
  // A process that was killed leaves its file behind.
  if (gateway !== undefined && (await probeGateway(gateway)) === "answers") return useOfGateway(gateway, folder);
  const path = join(folder, "state", "log");
  if (!(await pathExists(path))) return { uses: [], replaced: [] };
  await using log = await inspectLog(path);
  return { uses: await log.queries.sourceUse(), replaced: [] };
}

const sourcesSchema = z.object({
  items: z.array(
    z.object({
      tenant: z.string(),
      event_type: z.string(),
      secrets: z.array(
        z.object({
          name: z.string(),
          not_after: z.string().nullable(),
          last_used_at: z.string().nullable(),
          used_count: z.number(),
        }),
      ),
    }),
  ),
});

async function useOfGateway({ admin_url: url, token, pid }: GatewayFile, folder: string): Promise<SecretsInUse> {
  const headers = { authorization: `Bearer ${token}` };
  try {
    const answer = await fetch(`${url}/api/sources`, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`status ${answer.status}: ${text}`);
    const { items } = sourcesSchema.parse(JSON.parse(text));
    const secrets = items.flatMap(({ tenant, event_type: eventType, secrets: keys }) =>
      keys.map((key) => ({ tenant, eventType, ...key })),
    );
    return { uses: secrets.flatMap(useOf), replaced: secrets.flatMap(replacedOf) };
  } catch (cause) {
    throw new GtcError("GTC_GATEWAY_UNREACHABLE", { path: folder, pid, detail: messageOf(cause) }, { cause });
  }
}

type ApiSecret = Pick<SecretUse, "tenant" | "eventType"> &
  z.infer<typeof sourcesSchema>["items"][number]["secrets"][number];

function useOf({ tenant, eventType, name, last_used_at: lastUsedAt, used_count: count }: ApiSecret): SecretUse[] {
  if (lastUsedAt === null) return [];
  return [{ tenant, eventType, keyName: name, count, lastReceivedAtMs: Date.parse(lastUsedAt) }];
}

function replacedOf({ tenant, eventType, name, not_after: notAfter }: ApiSecret): ReplacedSecret[] {
  if (notAfter === null || !isReplacedName(name)) return [];
  return [{ tenant, eventType, name, notAfterMs: Date.parse(notAfter) }];
}
