/** What `gtc doctor` finds at the running gateway, at its public URL, and among the last refused requests. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { findGateway, probeGateway, type GatewayFile } from "../admin/index.ts";
import { messageOf } from "../base/index.ts";
import { inspectLog } from "../gateway.ts";
import type { Finding } from "../setup/index.ts";
import { asGtcError } from "./as-gtc-error.ts";
import { noticeText, type LogNotice } from "./log-notice-text.ts";
import { likelyCause, webhookName, words } from "./refusal-words.ts";

const TIMEOUT_MS = 5000;
const SHOWN_REFUSALS = 5;

export interface RunningGateway extends GatewayFile {
  /** Whatever has its port says nothing: perhaps it hangs, perhaps it is another program, which is to get no token. */
  readonly isSilent: boolean;
}

/**
 * The gateway that runs on a bundle. A process that was killed leaves its file behind, and another one may have its number
 * by now (in containers it always is the same): where nobody listens, no gateway runs.
 */
export async function runningGateway(folder: string): Promise<RunningGateway | undefined> {
  const gateway = await findGateway(folder);
  const found = gateway === undefined ? "gone" : await probeGateway(gateway);
  return gateway === undefined || found === "gone" ? undefined : { ...gateway, isSilent: found === "silent" };
}

/** @param publicBaseUrl undefined when the bundle is not set up */
export async function examineGateway(
  folder: string,
  gateway: RunningGateway | undefined,
  publicBaseUrl: string | undefined,
): Promise<readonly Finding[]> {
  if (gateway === undefined) {
    const message = "The gateway does not run; whether the public URL answers was not checked.";
    const fix = "Run `gtc start`, then this command again.";
    return [{ level: "note", check: "gateway", where: folder, message, fix }, ...(await refusalsOfLog(folder))];
  }
  return [
    await examineReadiness(gateway),
    ...(publicBaseUrl === undefined ? [] : [await examinePublicUrl(publicBaseUrl, new URL(gateway.webhook_url).port)]),
    ...(gateway.isSilent ? [] : await refusalsOfGateway(gateway)),
  ];
}

async function examineReadiness({ admin_url: url, pid }: GatewayFile): Promise<Finding> {
  const where = `${url}/readyz`;
  const fix = "Look at the gateway's log; stop and start it when it does not answer at all.";
  try {
    const response = await fetch(where, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body = await response.text();
    if (response.ok)
      return { level: "ok", check: "gateway", where, message: `The gateway runs (process ${pid}) and is ready.` };
    return { level: "error", check: "gateway", where, message: `The gateway is not ready: ${body}`, fix };
  } catch (error) {
    return { level: "error", check: "gateway", where, message: `The gateway does not answer: ${causeOf(error)}.`, fix };
  }
}

/**
 * Asks the public URL for a path that no webhook has: gtc answers with 404 as a problem document.
 * @param port on which the gateway takes webhooks
 */
async function examinePublicUrl(publicBaseUrl: string, port: string): Promise<Finding> {
  const where = `${publicBaseUrl}/events/webhook/`;
  const warn = (message: string, fix: string): Finding => ({
    level: "warning",
    check: "public-url",
    where,
    message,
    fix,
  });
  try {
    const response = await fetch(where, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (await isNotFoundOfGtc(response))
      // Which one it is, its answers do not tell.
      return { level: "ok", check: "public-url", where, message: "A gateway of gtc answers at the public URL." };
    if (response.status >= 300 && response.status < 400) {
      const target = response.headers.get("location") ?? "another address";
      return warn(
        `The public URL redirects to ${target}; most senders do not follow.`,
        "Register the address it redirects to.",
      );
    }
    return warn(
      `Something answers at the public URL (status ${response.status}), but it is no gateway of gtc.`,
      `Point the proxy or tunnel at port ${port} of this machine, e.g. \`ngrok http ${port}\`.`,
    );
  } catch (error) {
    return warn(
      `The public URL does not answer from here: ${causeOf(error)}.`,
      new URL(publicBaseUrl).protocol === "http:"
        ? `The gateway is at port ${port}: correct "public_base_url" and run \`gtc setup\`, or start it with another --port.`
        : "Check DNS, the tunnel or proxy, the firewall and security groups, and the sender's own delivery log.",
    );
  }
}

/** Takes the whole answer, or leaves it. */
async function isNotFoundOfGtc(response: Response): Promise<boolean> {
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json") === true;
  if (response.status !== 404 || !isProblem) {
    await response.body?.cancel();
    return false;
  }
  return (await response.text()).includes('"urn:gtc:problem:not-found"');
}

interface Refused {
  readonly receivedAt: string;
  readonly path: string;
  readonly reason: string;
  readonly detail: string;
  readonly hint: string;
  /** What was found behind the reason, where it was looked for. */
  readonly likely?: { readonly reason: string; readonly certain: boolean } | undefined;
}

async function refusalsOfGateway({ admin_url: url, token }: GatewayFile): Promise<readonly Finding[]> {
  try {
    const response = await fetch(`${url}/api/refused?accepted=false&limit=${SHOWN_REFUSALS}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = await response.text();
    if (!response.ok) return [unreadable(url, `status ${response.status}: ${body}`)];
    return refusedSchema.parse(JSON.parse(body)).items.map((item) => refusalFinding(refusedOf(item)));
  } catch (error) {
    return [unreadable(url, causeOf(error))];
  }
}

function unreadable(url: string, because: string): Finding {
  const message = `The last refused requests cannot be read: ${because}.`;
  return {
    level: "warning",
    check: "refused-requests",
    where: `${url}/api/refused`,
    message,
    fix: "Look at the gateway's log.",
  };
}

const refusedSchema = z.object({
  items: z.array(
    z.object({
      received_at: z.string(),
      tenant: z.string(),
      event_type: z.string(),
      reason: z.string(),
      detail: z.string(),
      hint: z.string(),
      likely: z.object({ reason: z.string(), certain: z.boolean() }).nullable(),
    }),
  ),
});

function refusedOf(item: z.infer<typeof refusedSchema>["items"][number]): Refused {
  const { received_at: receivedAt, tenant, event_type: eventType, ...refused } = item;
  return { ...refused, receivedAt, path: webhookName(tenant, eventType), likely: refused.likely ?? undefined };
}

async function refusalsOfLog(folder: string): Promise<readonly Finding[]> {
  const path = join(folder, "state", "log");
  if ((await stat(path).catch(() => undefined)) === undefined) return [];
  try {
    const damage: Finding[] = [];
    await using log = await inspectLog(path, (notice) => damage.push(noticeFinding(path, notice)));
    const { items } = await log.queries.listRefusals({ limit: SHOWN_REFUSALS, accepted: false, withoutBodies: true });
    const refused = items.map(({ receivedAtMs, tenant, eventType, reason, detail, hint, likely }) => {
      const receivedAt = new Date(receivedAtMs).toISOString();
      return refusalFinding({ receivedAt, path: webhookName(tenant, eventType), reason, detail, hint, likely });
    });
    return [...damage, ...refused];
  } catch (thrown) {
    const error = asGtcError(thrown);
    if (error === undefined) throw thrown;
    return [{ level: "error", check: "event-log", where: path, message: error.message, fix: error.fix }];
  }
}

function noticeFinding(where: string, notice: LogNotice): Finding {
  const message = `The ${noticeText(notice)}.`;
  return { level: "warning", check: "event-log", where, message };
}

function refusalFinding({ receivedAt, path, reason, detail, hint, likely }: Refused): Finding {
  const cause = likelyCause(likely);
  const why = [words(reason), ...(cause === undefined ? [] : [cause]), ...(detail === "" ? [] : [detail])];
  const message = `A request to ${path} was refused at ${receivedAt}: ${why.join("; ").replace(/\.$/, "")}.`;
  return {
    level: "note",
    check: "refused-request",
    where: path,
    message,
    ...(hint !== "" && { fix: hint }),
  };
}

/** `fetch` hides what happened in the cause. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return messageOf(cause).replace(/\.$/, "");
}
