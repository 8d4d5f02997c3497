/** A small shop's bundle: signed and open sources, a flow with a fork, one that answers, and one with a mistake. */
import { createTestBundle, type TestBundle } from "../../support/test-bundle.ts";
import { signGithub } from "../../support/sign.ts";

export const GITHUB_SECRET = "a-secret-of-32-characters-for-tests";

const ORDERS = `description: Decides what an order needs
triggers: [{ type: event, event_type: orders }]
nodes:
  - id: total
    type: script
    config:
      script: |
        let sum = 0;
        for item in event.payload.items { sum += item.price * item.count; }
        print(\`order \${event.payload.id}: \${sum}\`);
        #{ sum: sum, customer: event.payload.customer.name }
    next: size
  - id: size
    type: branch
    config:
      conditions: [{ expression: "prev.sum > 100", next: approve }]
      default: thank
  - id: approve
    type: template
    config: { template: "Please approve {{total.sum}} for {{total.customer}}" }
    next: reply
  - id: thank
    type: template
    config: { template: "Thank you, {{total.customer}}" }
    next: reply
  - id: reply
    type: http_response
    config: { status: 200, body: { message: "{{prev}}" } }
`;

const ISSUES = `description: Greets who opens an issue
triggers: [{ type: event, event_type: github }]
config: { retry_policy: { max_attempts: 1 } }
nodes:
  - id: title
    type: script
    config:
      script: |
        let issue = event.payload.issue;
        #{ title: issue.title.to_upper(), by: issue.user.login }
    next: greet
  - id: greet
    type: template
    config: { template: "Hello {{prev.by}}, thank you for {{prev.title}}" }
`;

/** The flow without its mistake: issues without a title are greeted as well. */
export const MENDED_ISSUES = ISSUES.replace("issue.title.to_upper()", '"no title"');

/** Makes the bundle in a temporary folder. */
export async function createSampleBundle(): Promise<TestBundle> {
  const bundle = await createTestBundle(
    { "orders.ygtc": ORDERS, "issues.ygtc": ISSUES },
    { signatures: { github: { provider: "github", secret: GITHUB_SECRET } } },
  );
  await bundle.write("gtc.yaml", "mask_paths: $.customer.card.number\n");
  return bundle;
}

export const ORDER = {
  id: 9007199254740993n,
  customer: { name: "Ada", card: { number: "4111111111111111" } },
  items: [
    { name: "lamp", price: 80, count: 2 },
    { name: "bulb", price: 5, count: 3 },
  ],
};

/** The order as JSON; its id is one that a double cannot hold. */
export const ORDER_JSON = JSON.stringify(ORDER, (_key, value: unknown) =>
  typeof value === "bigint" ? String(value) : value,
).replace('"9007199254740993"', "9007199254740993");

/** Posts an order. */
export async function postOrder(url: string, body = ORDER_JSON): Promise<Response> {
  return fetch(`${url}/events/webhook/demo/orders`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer of-the-sender" },
    body,
  });
}

/** Posts what GitHub would send for an opened issue, signed with `secret`. */
export async function postIssue(
  url: string,
  title: string | null,
  secret = GITHUB_SECRET,
  delivery: string = crypto.randomUUID(),
): Promise<Response> {
  const body = JSON.stringify({ action: "opened", issue: { title, user: { login: "grace" } } });
  return fetch(`${url}/events/webhook/demo/github`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "user-agent": "GitHub-Hookshot/1a2b3c4",
      "x-github-event": "issues",
      "x-github-delivery": delivery,
      "x-hub-signature-256": signGithub(body, secret),
    },
    body,
  });
}
