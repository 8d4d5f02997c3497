/** What a newcomer reads first: every line of it has to lead somewhere. */
import { expect, test } from "vitest";
import { createTestBundle } from "../../test/support/test-bundle.ts";
import { urlTable } from "../setup/index.ts";
import { noPaint } from "../text/index.ts";
import { bannerText } from "./start-banner.ts";

const FLOW =
  "name: f\nnodes: [{ id: a, type: script, config: { script: '1' } }]\ntriggers: [{ type: event, event_type: order }]\n";

async function bannerFor(publicBaseUrl: string, host = "127.0.0.1", enabled = true, signatures = {}): Promise<string> {
  const bundle = await createTestBundle({ "f.yaml": FLOW }, { public_base_url: publicBaseUrl, enabled, signatures });
  try {
    const loaded = await bundle.load();
    const started = { addresses: { webhook: { host, port: 9000 }, admin: { host, port: 9001 } }, token: "t0ken" };
    const asIs = (text: string): string => text;
    return bannerText(started, urlTable(loaded), loaded, { paint: { ...noPaint, good: asIs, accent: asIs } });
  } finally {
    await bundle.remove();
  }
}

const LOCAL = "On this machine: http://127.0.0.1:9000/events/webhook/{tenant}/{event_type}";
const CURL = "curl -X POST 'http://127.0.0.1:9000/events/webhook/demo/order'";

test.each(["http://localhost:9000", "http://127.0.0.1:9000"])("%s leads here: nothing more is said", async (url) => {
  const text = await bannerFor(url);
  expect(text).toContain(`${url}/events/webhook/demo/order`);
  expect(text).not.toContain("On this machine");
  expect(text).toContain(CURL);
});

test("a public address stands beside the one that works on this machine", async () => {
  const text = await bannerFor("https://hooks.example.com");
  expect(text).toContain("https://hooks.example.com/events/webhook/demo/order");
  expect(text).toContain(LOCAL);
  expect(text).not.toContain("another port");
});

test("what a proxy takes off the path is not part of the local command", async () => {
  const text = await bannerFor("https://example.com/hooks");
  expect(text).toContain("https://example.com/hooks/events/webhook/demo/order");
  expect(text).toContain(CURL);
});

test("a local address with another port is a mistake, with two ways out; the URLs are those that lead here", async () => {
  const text = await bannerFor("http://localhost:8080");
  expect(text).toMatch(/^demo +order +http:\/\/127\.0\.0\.1:9000\/events\/webhook\/demo\/order /m);
  expect(text).not.toContain("http://localhost:8080/events");
  expect(text).toContain("public_base_url is http://localhost:8080, another port");
  expect(text).toContain("Correct it with `gtc setup`, or start with --port 8080.");
});

test("an address that means all of them is shown as this machine's own", async () => {
  expect(await bannerFor("https://hooks.example.com", "0.0.0.0")).toContain(LOCAL);
});

test("webhooks that are switched off are not said to be stored", async () => {
  const text = await bannerFor("https://hooks.example.com", "127.0.0.1", false);
  expect(text).toContain('"enabled" is false: every webhook is answered with 404.');
  expect(text).not.toContain("is stored");
});

test.each<[string, object]>([
  ["a token", { provider: "gitlab", secret: "the-token-of-gitlab" }],
  ["a bearer token", { algorithm: "bearer", secret: "the-token-of-gitlab" }],
  ["a name and a password", { algorithm: "basic", secret: "user:the-token-of-gitlab" }],
])("%s that the sender sends as it is stands in no command", async (_what, entry) => {
  const text = await bannerFor("http://localhost:9000", "127.0.0.1", true, { push: entry });
  expect(text).not.toContain("the-token-of-gitlab");
  expect(text).not.toContain(Buffer.from("user:the-token-of-gitlab").toString("base64"));
  expect(text).toContain("Not here, as it would show the secret: a curl for demo/push.");
  expect(text).toContain(CURL);
});

test.each<[string, object]>([
  ["a signature of the body", { provider: "github", secret: "the-secret-of-github" }],
  ["a signature with a time", { provider: "stripe", secret: "whsec_the_secret_of_stripe" }],
])("a command with %s is there to paste", async (_what, entry) => {
  const text = await bannerFor("http://localhost:9000", "127.0.0.1", true, { push: entry });
  expect(text).toContain("curl -X POST 'http://127.0.0.1:9000/events/webhook/demo/push'");
  expect(text).not.toContain("Not here");
});

test("addresses that alone decide are no secret", async () => {
  const text = await bannerFor("http://localhost:9000", "127.0.0.1", true, {
    push: { algorithm: "ip", allow_ips: ["127.0.0.1"] },
  });
  expect(text).not.toContain("Not here");
});
