/** The table of providers, put together from its topics. */
import type { Provider } from "../provider.ts";
import { PAYMENTS } from "./payments.ts";
import { SOURCE_CODE } from "./source-code.ts";

const PROVIDERS: readonly Provider[] = [...SOURCE_CODE, ...PAYMENTS];
const BY_ID = new Map(PROVIDERS.map((provider) => [provider.id, provider]));

/** Every name that `findProvider` knows. */
export const PROVIDER_NAMES: readonly string[] = [...BY_ID.keys()];

/** A provider by its id. `secret` decides where one service has two schemes under its plain name. */
export function findProvider(name: string, _secret: string | undefined): Provider | undefined {
  return BY_ID.get(name);
}
