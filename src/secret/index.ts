export { readExternalSecret, type ExternalSecret, type SecretPlace } from "./external-secret.ts";
export { Secret } from "./secret.ts";
export { SealedStore, type SealedStoreOptions } from "./sealed-store.ts";
export { writePrivateFile } from "./private-file.ts";
export { readStateFile } from "./state-file.ts";
