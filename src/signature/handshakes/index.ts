/** The challenges by the name that the provider table uses. */
import type { HandshakeName } from "../provider.ts";
import type { HandshakeKind } from "./handshake.ts";
import { awsSns, discord, emptyEvents, slack, twitch, zoom } from "./signed.ts";
import {
  asana,
  braintree,
  challengeQuery,
  cloudevents,
  getOk,
  head,
  mandrill,
  meta,
  monday,
  msGraph,
  notion,
  okta,
  onfleet,
  woocommerce,
  xCrc,
} from "./unsigned.ts";

export const HANDSHAKES: Readonly<Record<HandshakeName, HandshakeKind>> = {
  asana: { ...asana, ...emptyEvents, methods: [] },
  "aws-sns": awsSns,
  braintree,
  "challenge-query": challengeQuery,
  cloudevents,
  discord,
  "empty-events": emptyEvents,
  "get-ok": getOk,
  head,
  mandrill,
  meta,
  monday,
  "ms-graph": msGraph,
  notion,
  okta,
  onfleet,
  slack,
  twitch,
  woocommerce,
  "x-crc": xCrc,
  zoom,
};
export type { HandshakeContext, HandshakeKind } from "./handshake.ts";
export { MAX_CHALLENGE_BODY } from "./handshake.ts";
