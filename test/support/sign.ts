/** Signatures as the senders make them. */
import { createHmac } from "node:crypto";

export function hmacHex(body: string | Uint8Array, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

export function signGithub(body: string | Uint8Array, secret: string): string {
  return `sha256=${hmacHex(body, secret)}`;
}

export function signStripe(body: string | Uint8Array, secret: string, nowMs: number): string {
  const timestamp = Math.floor(nowMs / 1000);
  return `t=${timestamp},v1=${hmacHex(Buffer.concat([Buffer.from(`${timestamp}.`), Buffer.from(body)]), secret)}`;
}
