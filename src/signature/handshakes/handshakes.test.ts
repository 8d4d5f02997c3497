import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import {
  configOf,
  HOOK_URL,
  judge,
  keyOf,
  outcomeOf,
  requestOf,
  signed,
} from "../../../test/support/signed-request.ts";
import { createVerifier, type SignedRequest } from "../index.ts";

const get = (query: string, headers: [string, string][] = []) =>
  requestOf("", headers, { method: "GET", url: `${HOOK_URL}?${query}` });
const json = (body: unknown) => requestOf(JSON.stringify(body), [["Content-Type", "application/json"]]);
const asks = (
  provider: string,
  request: SignedRequest,
  settings?: Record<string, string>,
  secret: string | undefined = "s3cret",
) => judge(configOf(provider, settings), secret === undefined ? [] : [keyOf(secret)], request);
const answer = (status: number, body: string) => ({ handshake: { answer: { status, body } } });

test("Slack: the challenge of a signed url_verification", async () => {
  const request = signed(configOf("slack"), "s3cret", json({ type: "url_verification", challenge: "3eZbrw1a" }));
  expect(await asks("slack", request)).toMatchObject({ status: "verified", ...answer(200, "3eZbrw1a") });
  expect((await asks("slack", json({ type: "url_verification", challenge: "x" }))).status).toBe("refused");
  const event = signed(configOf("slack"), "s3cret", json({ type: "event_callback", event: { type: "message" } }));
  expect(await asks("slack", event)).toMatchObject({
    status: "verified",
    handshake: undefined,
    providerType: "message",
  });
});

test("Meta: hub.challenge, for the right verify token", async () => {
  const settings = { verify_token: "meatyhamhock" };
  const request = (token: string) => get(`hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`);
  expect(await asks("meta", request("meatyhamhock"), settings)).toMatchObject({
    status: "handshake",
    ...answer(200, "1158201444"),
  });
  expect(outcomeOf(await asks("meta", request("guess"), settings))).toBe("handshake_token_mismatch");
  expect(outcomeOf(await asks("meta", request("meatyhamhock")))).toBe("handshake_token_mismatch");
});

test("X: the CRC, but never a MAC over something that could be a body", async () => {
  const expected = createHmac("sha256", "s3cret").update("MTIzNDU2").digest("base64");
  expect(await asks("x-twitter", get("crc_token=MTIzNDU2"))).toMatchObject({
    status: "handshake",
    ...answer(200, JSON.stringify({ response_token: `sha256=${expected}` })),
  });
  expect((await asks("x-twitter", get(`crc_token=${encodeURIComponent('{"forged":true}')}`))).status).toBe("refused");
});

test.each(["type=refund", "12345", "x"])("X: the answer to a challenge signs no body: %s", async (body) => {
  const challenge = await asks("x-twitter", get(`crc_token=${encodeURIComponent(body)}`));
  if (challenge.status !== "handshake") throw new Error("it is no challenge");
  const { response_token: signature } = JSON.parse(challenge.handshake.answer.body) as { response_token: string };
  const forged = requestOf(body, [["x-twitter-webhooks-signature", signature]]);
  expect(outcomeOf(await asks("x-twitter", forged))).toBe("signature_malformed");
});

test("Zoom: endpoint.url_validation", async () => {
  const body = { event: "endpoint.url_validation", payload: { plainToken: "qgg8vlvZRS6UYooatFL8Aw" } };
  const encryptedToken = createHmac("sha256", "s3cret").update("qgg8vlvZRS6UYooatFL8Aw").digest("hex");
  const request = signed(configOf("zoom"), "s3cret", json(body));
  expect(await asks("zoom", request)).toMatchObject({
    status: "verified",
    ...answer(200, JSON.stringify({ plainToken: "qgg8vlvZRS6UYooatFL8Aw", encryptedToken })),
  });
});

test("Zoom: while one secret replaces another, the challenge is answered with the one that Zoom uses", async () => {
  const request = signed(
    configOf("zoom"),
    "in use",
    json({ event: "endpoint.url_validation", payload: { plainToken: "t" } }),
  );
  const keys = [keyOf("the other", "first"), keyOf("in use", "second")];
  const encryptedToken = createHmac("sha256", "in use").update("t").digest("hex");
  expect(await judge(configOf("zoom"), keys, request)).toMatchObject(
    answer(200, JSON.stringify({ plainToken: "t", encryptedToken })),
  );
});

test("Microsoft Graph: the validation token, decoded, as plain text", async () => {
  const request = requestOf("", [], { url: `${HOOK_URL}?validationToken=Validation%3A+Testing+%3Cscript%3E` });
  const verdict = await asks("ms-graph", request);
  expect(verdict).toMatchObject({ status: "handshake", ...answer(200, "Validation: Testing <script>") });
  expect(verdict).toHaveProperty("handshake.answer.headers", [
    ["content-type", "text/plain; charset=utf-8"],
    ["x-content-type-options", "nosniff"],
  ]);
});

test.each([
  ["dropbox", get("challenge=abc"), "abc"],
  ["nylas", get("challenge=abc"), "abc"],
  ["onfleet", get("check=abc"), "abc"],
  ["okta", get("", [["x-okta-verification-challenge", "v1"]]), '{"verification":"v1"}'],
  ["monday", json({ challenge: "c1" }), '{"challenge":"c1"}'],
  ["trello", requestOf("", [], { method: "HEAD" }), ""],
  ["intercom", requestOf("", [], { method: "HEAD" }), ""],
  ["mandrill", requestOf("mandrill_events=%5B%5D", [["Content-Type", "application/x-www-form-urlencoded"]]), ""],
  ["mailchimp", get("token=x"), ""],
  ["woocommerce", requestOf("webhook_id=7"), ""],
])("%s: the challenge that is not signed", async (provider, request, body) => {
  expect(await asks(provider, request, {}, "0123abcd")).toMatchObject({ status: "handshake", ...answer(200, body) });
});

test("monday: a body with more than a challenge is an event, and has to be signed", async () => {
  expect((await asks("monday", json({ challenge: "c", event: {} }))).status).toBe("refused");
});

test("Discord: both pings; an event is none", async () => {
  const { generateKeyPairSync } = await import("node:crypto");
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const secret = publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("hex");
  const ask = (body: unknown) =>
    asks(
      "discord",
      signed(configOf("discord"), privateKey.export({ type: "pkcs8", format: "pem" }).toString(), json(body)),
      {},
      secret,
    );
  expect(await ask({ type: 1, id: "1" })).toMatchObject({ status: "verified", ...answer(200, '{"type":1}') });
  expect(await ask({ type: 0, version: 1 })).toMatchObject({ status: "verified", ...answer(204, "") });
  expect(await ask({ type: 1, event: { type: "APPLICATION_AUTHORIZED" } })).toMatchObject({
    handshake: undefined,
    providerType: "APPLICATION_AUTHORIZED",
  });
});

test("CloudEvents: the validation request", async () => {
  const request = requestOf(
    "",
    [
      ["WebHook-Request-Origin", "events.example.com"],
      ["WebHook-Request-Rate", "120"],
    ],
    { method: "OPTIONS" },
  );
  expect(await asks("cloudevents", request)).toMatchObject({
    status: "handshake",
    handshake: {
      answer: {
        headers: [
          ["allow", "POST"],
          ["webhook-allowed-origin", "events.example.com"],
          ["webhook-allowed-rate", "120"],
        ],
      },
    },
  });
});

test("Asana: the secret is taken once, and never replaced", async () => {
  const request = requestOf("{}", [["X-Hook-Secret", "b537207f20cbfa02"]]);
  expect(await judge(configOf("asana"), [], request)).toMatchObject({
    status: "handshake",
    handshake: { newSecret: "b537207f20cbfa02", answer: { headers: [["x-hook-secret", "b537207f20cbfa02"]] } },
  });
  const again = await asks("asana", request, {}, "b537207f20cbfa02");
  expect(again).toMatchObject({ status: "handshake" });
  expect(again).not.toHaveProperty("handshake.newSecret");
  expect(outcomeOf(await asks("asana", request, {}, "another"))).toBe("handshake_token_mismatch");
});

test("Notion: the verification token is shown, and never replaced", async () => {
  const request = json({ verification_token: "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl" });
  expect(await judge(configOf("notion"), [], request)).toMatchObject({
    status: "handshake",
    handshake: { newSecret: expect.stringContaining("secret_") },
  });
  expect(outcomeOf(await asks("notion", request))).toBe("handshake_token_mismatch");
});

test("Twitch: webhook_callback_verification", async () => {
  const request = signed(configOf("twitch"), "s3cret", {
    ...json({ challenge: "pogchamp-kappa-360noscope-vohiyo" }),
    headers: [["Twitch-Eventsub-Message-Type", "webhook_callback_verification"]],
  });
  expect(await asks("twitch", request)).toMatchObject({
    status: "verified",
    ...answer(200, "pogchamp-kappa-360noscope-vohiyo"),
  });
});

test.each(["xero", "line", "asana"])("%s: an empty list of events is answered without a flow", async (provider) => {
  const request = signed(configOf(provider), "s3cret", json({ events: [] }));
  expect(await asks(provider, request)).toMatchObject({ status: "verified", ...answer(200, "") });
  expect((await asks(provider, { ...request, rawBody: Buffer.from('{"events":[1]}') })).status).toBe("refused");
});

test("the methods of handshakes are known to the edge", () => {
  expect(createVerifier(configOf("meta"), [keyOf("s")]).handshakeMethods).toEqual(["GET"]);
  expect(createVerifier(configOf("trello"), [keyOf("s")]).handshakeMethods).toEqual(["HEAD"]);
  expect(createVerifier(configOf("github"), [keyOf("s")]).handshakeMethods).toEqual([]);
});

test("an expired secret answers no challenge", async () => {
  const keys = [{ name: "old", secret: "s3cret", notAfterMs: 1 }];
  expect((await judge(configOf("x-twitter"), keys, get("crc_token=MTIzNDU2"))).status).toBe("refused");
});

test("a challenge in the query is read where the URL of the provider is named, too", async () => {
  const config = { ...configOf("dropbox"), url: "https://public.example/hook" };
  expect(await judge(config, [keyOf("s3cret")], get("challenge=abc"))).toMatchObject(answer(200, "abc"));
});

test.each(["monday", "notion"])("%s: nothing is unpacked in search of a challenge", async (provider) => {
  let unpacked = 0;
  const request: SignedRequest = {
    ...requestOf("packed", [["Content-Encoding", "gzip"]]),
    decodedBody: () => {
      unpacked += 1;
      return Buffer.from(JSON.stringify({ challenge: "c" }));
    },
  };
  expect((await asks(provider, request)).status).toBe("refused");
  expect(unpacked).toBe(0);
});
