/** A template for the answers, with or without what is optional. */
export function answersTemplate(isAdvanced: boolean): string {
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
      demo: {
        signatures: { "order.created": { header: "X-Signature-256", algorithm: "sha256", secret: "$ORDERS_SECRET" } },
      },
    },
  };
  return `${JSON.stringify({ "events-webhook": isAdvanced ? advanced : { ...required, signatures: { github: signatures.github } } }, undefined, 2)}\n`;
}
