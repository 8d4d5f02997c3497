/**
 * Microsoft Graph sends the subscription's `clientState` along in every item; one delivery may mix subscriptions, so
 * every item is compared: https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks
 * Notifications with resource data also bring tokens of the identity platform; they are checked where `app_id` is set.
 */
import { refuse, type CheckOutcome, type CompiledScheme, type SchemeContext } from "../compiled-scheme.ts";
import { isRecord } from "../jws.ts";
import type { RequestView } from "../request-view.ts";
import { graphTokens } from "./ms-graph-tokens.ts";
import { compareToken, compileTokenKey, type TokenKey } from "../token-scheme.ts";

const MAX_ITEMS = 1000;

export function msGraph(context: SchemeContext): CompiledScheme {
  const tokenKeys = context.keys.map(compileTokenKey);
  const checkTokens = graphTokens(context);
  return {
    label: "static token, body field value[].clientState",
    signatureHeaders: [],
    covers: () => false,
    check: (view, nowMs) => {
      const outcome = checkItems(view, tokenKeys, nowMs);
      return outcome.ok && checkTokens !== undefined ? checkTokens(view, outcome, nowMs) : outcome;
    },
  };
}

function checkItems(view: RequestView, keys: readonly TokenKey[], nowMs: number): CheckOutcome {
  const body = view.json();
  const items: unknown = isRecord(body) ? body["value"] : undefined;
  if (!Array.isArray(items) || items.length === 0) return refuse("signature_missing", "the body has no items in value");
  if (items.length > MAX_ITEMS) return refuse("too_many_signatures", `more than ${MAX_ITEMS} items`);
  const states = items.map((item: unknown) => (isRecord(item) ? item["clientState"] : undefined));
  if (!states.every((state) => typeof state === "string"))
    return refuse("signature_missing", "an item has no clientState");
  const outcomes = [...new Set(states)].map((state) => compareToken(state, keys, nowMs));
  return outcomes.find((outcome) => !outcome.ok) ?? outcomes[0] ?? refuse("signature_missing", "no item");
}
