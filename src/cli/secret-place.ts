/** Which scheme the `secrets` commands mean. */
import { GtcError, nearest } from "../base/index.ts";
import { bundleFaults, findSource, readBundleFolder, type OpenSetup } from "../setup/index.ts";
import { required } from "./options.ts";

/** A webhook as a command names it. */
export interface WebhookPlace {
  readonly tenant: string;
  readonly type: string;
}

export const WEBHOOK_ARGS = {
  tenant: required("The tenant; * is what counts for all that have none of their own"),
  type: required("The event type, as in the webhook's URL; * is the check of secret_key"),
};

/**
 * Refuses a tenant that there is not: the scheme that counts for all tenants would be taken in the place of its own. A star
 * means that scheme, as `gtc secrets status` writes it. While bundle.yaml cannot be read, any name may be one.
 * @throws GtcError GTC_USAGE
 */
export async function checkTenant(folder: string, { settings }: OpenSetup, tenant: string): Promise<void> {
  const files = await readBundleFolder(folder).catch(() => undefined);
  if (files === undefined || bundleFaults(files).length > 0) return;
  const names = [...new Set([...files.bundle.tenants, ...Object.keys(settings.tenants)])];
  if (tenant === ANY || names.includes(tenant)) return;
  const meant = nearest(tenant, names);
  const offer = meant === undefined ? `There are: ${names.join(", ")}.` : `Did you mean ${JSON.stringify(meant)}?`;
  throw usage(`The bundle has no tenant ${JSON.stringify(tenant)}. ${offer}`);
}

/** All tenants without a scheme of their own. */
const ANY = "*";

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
