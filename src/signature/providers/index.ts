/** The table of providers, put together from its topics. */
import type { Provider } from "../provider.ts";
import { BILLING } from "./billing.ts";
import { CHAT } from "./chat.ts";
import { COMMERCE } from "./commerce.ts";
import { DOCUMENTS } from "./documents.ts";
import { IDENTITY } from "./identity.ts";
import { INFRASTRUCTURE } from "./infrastructure.ts";
import { MESSAGING } from "./messaging.ts";
import { PAYMENTS } from "./payments.ts";
import { PLANNING } from "./planning.ts";
import { SOURCE_CODE } from "./source-code.ts";
import { STANDARD_WEBHOOKS } from "./standard-webhooks.ts";

export const PROVIDERS: readonly Provider[] = [
  ...SOURCE_CODE,
  ...PLANNING,
  ...PAYMENTS,
  ...BILLING,
  ...COMMERCE,
  ...DOCUMENTS,
  ...CHAT,
  ...MESSAGING,
  ...STANDARD_WEBHOOKS,
  ...IDENTITY,
  ...INFRASTRUCTURE,
];

const BY_ID = new Map(PROVIDERS.map((provider) => [provider.id, provider]));

/** Names that people write for a provider with several schemes; which one applies may show in the secret. */
const ALIASES: Readonly<Record<string, (secret: string | undefined) => string>> = {
  gitlab: (secret) => (secret?.startsWith("whsec_") === true ? "gitlab-signing-token" : "gitlab-token"),
  hubspot: () => "hubspot-v3",
  facebook: () => "meta",
  whatsapp: () => "meta",
  instagram: () => "meta",
  messenger: () => "meta",
  twitter: () => "x-twitter",
  x: () => "x-twitter",
  teams: () => "teams-outgoing",
  sns: () => "aws-sns",
  pubsub: () => "google-pubsub",
  standardwebhooks: () => "standard-webhooks",
  hellosign: () => "dropbox-sign",
  coinbase: () => "coinbase-cdp",
  supabase: () => "supabase-auth-hooks",
  microsoft: () => "ms-graph",
};

/** Every name that `findProvider` knows. */
export const PROVIDER_NAMES: readonly string[] = [...BY_ID.keys(), ...Object.keys(ALIASES)];

/** A provider by its id or another name. `secret` decides where one service has two schemes under its plain name. */
export function findProvider(name: string, secret: string | undefined): Provider | undefined {
  const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
  return BY_ID.get(alias === undefined ? name : alias(secret));
}

/** The whole table, in the order of its topics. */
export function listProviders(): readonly Provider[] {
  return PROVIDERS;
}
