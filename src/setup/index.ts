export { readAnswers, type AnswerFault } from "./answers.ts";
export { answersTemplate } from "./answers-template.ts";
export { hasErrors, readBundleFolder, type BundleFolder } from "./bundle-folder.ts";
export { loadBundle, type LoadedBundle, type LoadedSource, type LoadedTenant } from "./load-bundle.ts";
export { urlTable, type UrlRow } from "./url-table.ts";
export { validateAnswers, type ValidatedAnswers } from "./validate-answers.ts";
export { writeSetup } from "./write-setup.ts";
export { initialFiles } from "./initial-files.ts";
