/** A template for the answers, with or without what is optional; `tenant` is one that the bundle has. */
export function answersTemplate(kind: boolean | "start", tenant = "demo"): string {
  if (kind === "start") {
    const local = { enabled: true, public_base_url: "http://localhost:8080", signatures: {} };
    return `${JSON.stringify({ "events-webhook": local }, undefined, 2)}\n`;
  }
  const required = { enabled: true, public_base_url: "https://your-domain.com" };
  const signatures = {
    github: { provider: "github", secret: "$GITHUB_WEBHOOK_SECRET" },
    stripe: { provider: "stripe", secret: "$STRIPE_WEBHOOK_SECRET" },
  };
  const advanced = {
    ...required,
    require_signature: true,
    secret_header: "X-Signature-256",
    secret_key: "$WEBHOOK_SECRET",
    max_body_bytes: 26_214_400,
    signatures,
    tenants: {
      [tenant]: {
        signatures: { "order.created": { header: "X-Signature-256", algorithm: "sha256", secret: "$ORDERS_SECRET" } },
      },
    },
  };
  return `${JSON.stringify({ "events-webhook": kind ? advanced : { ...required, signatures: { github: signatures.github } } }, undefined, 2)}\n`;
}
