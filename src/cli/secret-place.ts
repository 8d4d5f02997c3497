/** Which scheme the `secrets` commands mean. */
import { GtcError } from "../base/index.ts";
import { findSource, type OpenSetup } from "../setup/index.ts";
import { required } from "./options.ts";

/** A webhook as a command names it. */
export interface WebhookPlace {
  readonly tenant: string;
  readonly type: string;
}

export const WEBHOOK_ARGS = {
  tenant: required("The tenant"),
  type: required("The event type, as in the webhook's URL; * is the check of secret_key"),
};

/**
 * The scheme that checks a webhook.
 * @param verb what is to be done with its secret
 * @throws GtcError GTC_USAGE when there is none, or other event types share it and that was not said
 */
export function sourceOf(
  { settings }: Pick<OpenSetup, "settings">,
  { tenant, type }: WebhookPlace,
  verb: string,
): NonNullable<ReturnType<typeof findSource>> {
  const place = findSource(settings, tenant, type);
  if (place === undefined)
    throw usage(`Nothing is configured to verify ${tenant}/${type}; \`gtc urls\` shows what is.`);
  if (place.eventType !== type)
    throw usage(
      `${tenant}/${type} is verified by secret_key, which other event types share; ${verb} it with * as the type.`,
    );
  return place;
}

export function usage(detail: string): GtcError {
  return new GtcError("GTC_USAGE", { detail });
}
