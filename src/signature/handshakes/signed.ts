/** Challenges inside requests whose signature was verified. */
import { createHmac } from "node:crypto";
import { isAmazonUrl } from "../coded/aws-sns.ts";
import { challengeBody, emptyAnswer, jsonAnswer, textAnswer, type HandshakeKind } from "./handshake.ts";

/** https://docs.slack.dev/reference/events/url_verification */
export const slack: HandshakeKind = {
  methods: [],
  signed: (view) => {
    const body = challengeBody(view, "url_verification");
    const { type, challenge } = body ?? {};
    return type === "url_verification" && typeof challenge === "string"
      ? textAnswer("slack url_verification", challenge)
      : undefined;
  },
};

/** https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint */
export const zoom: HandshakeKind = {
  methods: [],
  signed: (view, { keys }) => {
    const { event, payload } = challengeBody(view, "endpoint.url_validation") ?? {};
    const secret = keys[0]?.secret;
    if (event !== "endpoint.url_validation" || secret === undefined || typeof payload !== "object" || payload === null)
      return undefined;
    const { plainToken } = payload as { plainToken?: unknown };
    if (typeof plainToken !== "string" || plainToken.length > 256) return undefined;
    const encryptedToken = createHmac("sha256", secret).update(plainToken).digest("hex");
    return jsonAnswer("zoom endpoint.url_validation", { plainToken, encryptedToken });
  },
};

/**
 * Interactions ping with `type: 1`, webhook events with `type: 0`; a webhook event proper also has `type: 1`, and an
 * `event`. https://discord.com/developers/docs/events/webhook-events
 */
export const discord: HandshakeKind = {
  methods: [],
  signed: (view) => {
    const body = challengeBody(view, '"type"');
    if (body?.["type"] === 1 && body["event"] === undefined)
      return jsonAnswer("discord interactions PING", { type: 1 });
    return body?.["type"] === 0 ? emptyAnswer("discord webhook events PING", 204) : undefined;
  },
};

/** https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#responding-to-a-challenge-request */
export const twitch: HandshakeKind = {
  methods: [],
  signed: (view) => {
    if (view.header("twitch-eventsub-message-type") !== "webhook_callback_verification") return undefined;
    const challenge = challengeBody(view, "challenge")?.["challenge"];
    return typeof challenge === "string" ? textAnswer("twitch webhook_callback_verification", challenge) : undefined;
  },
};

/** https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html */
export const awsSns: HandshakeKind = {
  methods: [],
  signed: (view) => {
    const { Type: type, SubscribeURL: url } = challengeBody(view, "Confirmation") ?? {};
    if (type === "UnsubscribeConfirmation") return emptyAnswer("sns UnsubscribeConfirmation");
    if (type !== "SubscriptionConfirmation" || typeof url !== "string" || !isAmazonUrl(url)) return undefined;
    return { ...emptyAnswer("sns SubscriptionConfirmation"), confirmUrl: url };
  },
};

/** An empty list of events: Xero's intent to receive, LINE's verify button, Asana's heartbeat. */
export const emptyEvents: HandshakeKind = {
  methods: [],
  signed: (view) => {
    const events = challengeBody(view, '"events"')?.["events"];
    return Array.isArray(events) && events.length === 0 ? emptyAnswer("empty list of events") : undefined;
  },
};
