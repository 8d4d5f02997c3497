/** A bundle that refuses payments: the secret of their Stripe endpoint was mistyped at set-up, and can be corrected. */
import { sendSigned } from "./send-signed.ts";
import { createTestBundle, type TestBundle } from "./test-bundle.ts";
import type { Posted, TestGateway } from "./test-gateway.ts";

export const STRIPE_SECRET = "whsec_the_right_one";
const MISTYPED = "whsec_teh_right_one";
const PAY = `
nodes:
  - { id: amount, type: script, config: { script: "payload.amount" }, next: answer }
  - { id: answer, type: http_response, config: { status: 201, body: { ok: true } } }
triggers: [{ type: event, event_type: payment }]
`;

const stripe = (secret: string): object => ({ payment: { provider: "stripe", secret } });

export function createMistypedBundle(): Promise<TestBundle> {
  return createTestBundle({ "pay.ygtc": PAY }, { signatures: stripe(MISTYPED) });
}

/** Sets the bundle up with the right secret, which the gateway takes over at once. */
export async function correctSecret(bundle: TestBundle, { gateway }: TestGateway): Promise<void> {
  await bundle.setup({ signatures: stripe(STRIPE_SECRET) });
  await gateway.reloadSetup();
}

/** Posts a payment as Stripe would, signed with the right secret unless told otherwise. */
export function pay(gateway: TestGateway, amount: number, secret = STRIPE_SECRET, padding = ""): Promise<Posted> {
  const body = JSON.stringify({ id: `evt_${amount}`, type: "charge.succeeded", amount, padding });
  return sendSigned(gateway, "demo/payment", { config: { scheme: { provider: "stripe" } }, secret, body });
}
