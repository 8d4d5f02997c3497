export { ANSWER_FILES, readAnswers, type AnswerFault } from "./answers.ts";
export { ANSWER_OPTIONS } from "./answer-options.ts";
export { answersJsonSchema } from "./answers-schema.ts";
export { answersTemplate } from "./answers-template.ts";
export { bundleFaults, hasErrors, readBundleFile, readBundleFolder, type BundleFolder } from "./bundle-folder.ts";
export {
  loadBundle,
  loadWithoutSecrets,
  previewBundle,
  readExternalSecrets,
  readSettings,
  settingsOf,
  UnresolvedSecrets,
  type LoadedBundle,
  type LoadedSource,
  type LoadedTenant,
} from "./load-bundle.ts";
export { reloadBundle, type ReloadedBundle } from "./reload-bundle.ts";
export { hasSameSecrets, isReplacedName, keepReplaced, secretFiles } from "./replaced-secrets.ts";
export { urlRow, urlTable, type UrlRow } from "./url-table.ts";
export { validateAnswers, type ValidatedAnswers } from "./validate-answers.ts";
export { addSecret, type AddedSecret } from "./add-secret.ts";
export { removeSecret } from "./remove-secret.ts";
export { droppedSecrets, extendSetup, mergeSetup } from "./merge-setup.ts";
export { findSource, openSetup } from "./open-setup.ts";
export { secretStatus, type ReplacedSecret, type SecretStatus, type SecretUse } from "./secret-status.ts";
export { MAX_OVERLAP_MS, parseOverlapMs } from "./overlap.ts";
export type { OpenSetup } from "./settings.ts";
export { wouldChange, writeSetup } from "./write-setup.ts";
export { initialFiles } from "./initial-files.ts";
export { examineFolders } from "./examine-folders.ts";
export { examineFiles, findingOf, examineSources } from "./examine-bundle.ts";
export { DISABLED } from "./examine-tenants.ts";
export type { Finding } from "./finding.ts";
