/**
 * Challenges that are not signed by their nature. Each only echoes, or proves that we hold the secret in a way that
 * cannot be used to forge a webhook.
 */
import { createHmac, createHash, timingSafeEqual } from "node:crypto";
import { braintreeKey, CHALLENGE } from "../coded/braintree.ts";
import type { RequestView } from "../request-view.ts";
import { emptyAnswer, jsonAnswer, MAX_CHALLENGE_BODY, textAnswer, type HandshakeKind } from "./handshake.ts";

function sameText(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests */
export const meta: HandshakeKind = {
  methods: ["GET"],
  unsigned: (view, { settings }) => {
    if (view.request.method !== "GET" || view.query("hub.mode") !== "subscribe") return undefined;
    const token = view.query("hub.verify_token");
    const expected = settings.get("verifytoken");
    if (expected === undefined) return { reason: "handshake_token_mismatch", detail: "verify_token is not configured" };
    if (token === undefined || !sameText(token, expected)) {
      return { reason: "handshake_token_mismatch", detail: "hub.verify_token is not the configured verify_token" };
    }
    return textAnswer("meta hub.challenge", view.query("hub.challenge") ?? "");
  },
};

const CRC_TOKEN = /^[\w+/=-]{1,256}$/;

/**
 * https://docs.x.com/x-api/webhooks/quickstart
 * The answer is a MAC over what the caller chose, made with the key that signs webhooks: so the token may only hold
 * characters that no JSON object consists of, and a body that could be a token (`type=refund`) is refused, however signed.
 */
export const xCrc: HandshakeKind = {
  methods: ["GET"],
  unsigned: (view, { keys }) => {
    const { method, rawBody } = view.request;
    if (method === "POST" && rawBody.length <= 256 && CRC_TOKEN.test(Buffer.from(rawBody).toString("latin1")))
      return { reason: "signature_malformed", detail: "the body has the form of a crc_token" };
    const token = view.query("crc_token");
    const secret = keys[0]?.secret;
    if (method !== "GET" || token === undefined || secret === undefined) return undefined;
    if (!CRC_TOKEN.test(token)) return { reason: "signature_malformed", detail: "crc_token is not a token" };
    const mac = createHmac("sha256", secret).update(token).digest("base64");
    return jsonAnswer("x crc_token", { response_token: `sha256=${mac}` });
  },
};

/** https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks */
export const msGraph: HandshakeKind = {
  methods: [],
  unsigned: (view) => textAnswer("graph validationToken", view.query("validationToken") ?? ""),
};

function echoOfQuery(name: string, parameter: string): HandshakeKind {
  return {
    methods: ["GET"],
    unsigned: (view) => (view.request.method === "GET" ? textAnswer(name, view.query(parameter) ?? "") : undefined),
  };
}

/** Dropbox: https://www.dropbox.com/developers/reference/webhooks; Nylas: https://developer.nylas.com/docs/v3/notifications/ */
export const challengeQuery: HandshakeKind = echoOfQuery("challenge", "challenge");
/** https://docs.onfleet.com/reference/validation */
export const onfleet: HandshakeKind = echoOfQuery("onfleet check", "check");

/** https://developer.okta.com/docs/concepts/event-hooks/#one-time-verification-request */
export const okta: HandshakeKind = {
  methods: ["GET"],
  unsigned: (view) => {
    const verification = view.request.method === "GET" ? view.header("x-okta-verification-challenge") : undefined;
    return verification === undefined || verification.length > 1024
      ? undefined
      : jsonAnswer("okta verification", { verification });
  },
};

/** CloudEvents web hook specification, section 4: https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md */
export const cloudevents: HandshakeKind = {
  methods: ["OPTIONS"],
  unsigned: (view) => {
    const origin = view.request.method === "OPTIONS" ? view.header("webhook-request-origin") : undefined;
    if (origin === undefined || !/^[\x21-\x7e]{1,255}$/.test(origin)) return undefined;
    const rate = view.header("webhook-request-rate");
    const headers: [string, string][] = [
      ["allow", "POST"],
      ["webhook-allowed-origin", origin],
    ];
    if (rate !== undefined) headers.push(["webhook-allowed-rate", /^\d{1,9}$/.test(rate) ? rate : "*"]);
    return { name: "cloudevents WebHook-Request-Origin", answer: { status: 200, headers, body: "" } };
  },
};

/**
 * Asana chooses the secret in the first request. It is only taken while there is none: later anyone could replace it.
 * https://developers.asana.com/docs/webhooks-guide#the-webhook-handshake
 */
export const asana: HandshakeKind = {
  methods: [],
  unsigned: (view, { keys }) => {
    const secret = view.header("x-hook-secret");
    if (secret === undefined || !/^[\x21-\x7e]{1,256}$/.test(secret)) return undefined;
    const known = keys.some((key) => sameText(key.secret, secret));
    if (keys.length > 0 && !known)
      return { reason: "handshake_token_mismatch", detail: "X-Hook-Secret comes, but there is a secret already" };
    const answer = { status: 200, headers: [["x-hook-secret", secret]] as const, body: "" };
    return { name: "asana X-Hook-Secret", answer, ...(!known && { newSecret: secret }) };
  },
};

/** https://developers.notion.com/reference/webhooks: the token is the secret, and has to be pasted at Notion. */
export const notion: HandshakeKind = {
  methods: [],
  unsigned: (view, { keys }) => {
    const secret = onlyField(view, "verification_token");
    if (secret === undefined) return undefined;
    const known = keys.some((key) => sameText(key.secret, secret));
    if (keys.length > 0 && !known)
      return {
        reason: "handshake_token_mismatch",
        detail: "a verification_token comes, but there is a secret already",
      };
    const note = "Paste the verification_token at Notion to verify the subscription.";
    return { ...emptyAnswer("notion verification_token"), ...(!known && { newSecret: secret, note }) };
  },
};

/** https://developer.monday.com/api-reference/reference/webhooks */
export const monday: HandshakeKind = {
  methods: [],
  unsigned: (view) => {
    const challenge = onlyField(view, "challenge");
    return challenge === undefined ? undefined : jsonAnswer("monday challenge", { challenge });
  },
};

/** The text of a field when the body is an object that holds nothing else. */
function onlyField(view: RequestView, name: string): string | undefined {
  // Looked for in every request before it is verified: what is packed may be a megabyte to unpack and to parse.
  if (view.request.rawBody.length > MAX_CHALLENGE_BODY || view.hasHeader("content-encoding")) return undefined;
  const body = view.json();
  if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  const entries = Object.entries(body);
  const [key, value] = entries[0] ?? [];
  return entries.length === 1 && key === name && typeof value === "string" ? value : undefined;
}

/** Trello, Intercom: the URL has to answer HEAD when it is registered. */
export const head: HandshakeKind = {
  methods: ["HEAD"],
  unsigned: ({ request }) => (request.method === "HEAD" ? emptyAnswer("HEAD") : undefined),
};

/** Mailchimp: the URL has to answer GET when it is registered. */
export const getOk: HandshakeKind = {
  methods: ["GET", "HEAD"],
  unsigned: ({ request }) => (request.method === "POST" ? undefined : emptyAnswer(request.method)),
};

/** Mandrill: HEAD, and a POST without events that is signed with a key everybody knows. */
export const mandrill: HandshakeKind = {
  methods: ["HEAD"],
  unsigned: (view) => {
    if (view.request.method === "HEAD") return emptyAnswer("HEAD");
    const isTest = view.request.rawBody.length < 100 && view.form("mandrill_events") === "[]";
    return isTest ? emptyAnswer("mandrill test") : undefined;
  },
};

/** https://developer.paypal.com/braintree/docs/guides/webhooks/parse/node: proves that we hold the private key. */
export const braintree: HandshakeKind = {
  methods: ["GET"],
  unsigned: (view, { keys, settings }) => {
    const challenge = view.request.method === "GET" ? view.query("bt_challenge") : undefined;
    const secret = keys[0]?.secret;
    const publicKey = settings.get("publickey");
    if (challenge === undefined || secret === undefined || publicKey === undefined) return undefined;
    if (!CHALLENGE.test(challenge)) return { reason: "signature_malformed", detail: "bt_challenge is not hex" };
    const mac = createHmac("sha1", braintreeKey(secret)).update(challenge).digest("hex");
    return textAnswer("braintree bt_challenge", `${publicKey}|${mac}`);
  },
};

/** WooCommerce pings a new webhook with an unsigned form that holds nothing but its number. */
export const woocommerce: HandshakeKind = {
  methods: [],
  unsigned: (view) => {
    const { rawBody } = view.request;
    const isPing = rawBody.length < 40 && /^webhook_id=\d+$/.test(Buffer.from(rawBody).toString("latin1"));
    return isPing && view.header("x-wc-webhook-signature") === undefined ? emptyAnswer("woocommerce ping") : undefined;
  },
};
