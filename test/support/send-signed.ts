/** Sends what a provider would send, signed as the provider signs it. */
import { signRequest, type SchemeConfig } from "../../src/signature/index.ts";
import type { Posted, TestGateway } from "./test-gateway.ts";

export interface Delivery {
  readonly config: SchemeConfig;
  readonly secret: string;
  readonly body: string;
  readonly headers?: readonly (readonly [string, string])[];
}

/** Posts to `tenant/event_type`. @throws Error when the scheme cannot be signed here */
export function sendSigned(gateway: TestGateway, path: string, delivery: Delivery): Promise<Posted> {
  const { config, secret, body, headers = [["content-type", "application/json"]] } = delivery;
  const target = `/events/webhook/${path}`;
  const unsigned = { method: "POST", url: `http://localhost:8080${target}`, headers, rawBody: Buffer.from(body) };
  const id = `msg_${Math.random().toString(36).slice(2)}`;
  const result = signRequest(config, { name: "default", secret }, unsigned, { nowMs: Date.now(), id });
  if ("fault" in result) throw new Error(result.fault);
  const { url, headers: signed, rawBody } = result.request;
  const { pathname, search } = new URL(url);
  return gateway.request("POST", pathname + search, rawBody, Object.fromEntries(signed));
}
