/**
 * How a command knows that it is its bundle's gateway that answers, before it tells it the token: a gateway that was killed
 * leaves its file behind, and its process number and its port may be those of another program by now. The gateway proves
 * that it has the token, with an answer that is good for this one question and gives nothing of the token away.
 */
import { createHmac, randomBytes } from "node:crypto";
import type { GatewayFile } from "./gateway-file.ts";

export const CHALLENGE_HEADER = "x-gtc-challenge";
export const PROOF_HEADER = "x-gtc-proof";
const TIMEOUT_MS = 5000;

/** What only the gateway with this token can say. Its first words keep it apart from all else that is made of the token. */
export function proofOf(token: string, challenge: string): string {
  return createHmac("sha256", token).update(`proof of the gateway, version 1: ${challenge}`).digest("base64url");
}

/** `silent`: something has the port and says nothing in time. `gone`: nobody listens there, or somebody else does. */
export async function probeGateway({ admin_url: url, token }: GatewayFile): Promise<"answers" | "silent" | "gone"> {
  const challenge = randomBytes(32).toString("base64url");
  try {
    const response = await fetch(`${url}/healthz`, {
      headers: { [CHALLENGE_HEADER]: challenge },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.headers.get(PROOF_HEADER) === proofOf(token, challenge) ? "answers" : "gone";
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    return cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED" ? "gone" : "silent";
  }
}
