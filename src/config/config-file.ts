/**
 * `gtc.yaml`: settings as `name: value`. Each value comes with its place, so that a mistake is shown where it stands.
 * What is wrong with the file as a whole, or with a name, is said here; what a setting takes is the resolver's to say.
 */
import { isMap, isScalar, parseDocument, type Document, type Node, type Pair, type ParsedNode } from "yaml";
import { messageOf, nearest } from "../base/index.ts";
import type { Diagnostic, Source, Span } from "../text/index.ts";
import { SETTINGS, type Setting } from "./settings.ts";

export interface FileValue {
  readonly value: unknown;
  readonly span: Span;
}

export interface ConfigFile {
  readonly values: ReadonlyMap<string, FileValue>;
  readonly diagnostics: readonly Diagnostic[];
}

const MAX_ALIASES = 100;
const SECOND_DOCUMENT = "The file holds more than one YAML document; the settings stand in one.";

/** Reads the file; of a file that is no YAML, or no settings, there are only diagnostics. */
export function readConfigFile(source: Source): ConfigFile {
  const document = parseDocument(source.text, { prettyErrors: false, logLevel: "error" });
  // The parser may say of one place several things, of which the first is the cause.
  // A tag that is not known is a mere warning there, and its value another than the one that was meant.
  const errors = [...document.errors, ...document.warnings].filter(
    ({ pos }, index, all) => pos[0] !== all[index - 1]?.pos[0],
  );
  const faults = errors.map(({ code, message, pos: [start, end] }) =>
    fault(source, "invalid-yaml", code === "MULTIPLE_DOCS" ? SECOND_DOCUMENT : `${message}.`, { start, end }),
  );
  const contents = contentsOf(document);
  if (faults.length > 0 || contents === undefined) return { values: new Map(), diagnostics: faults };
  if (!isMap(contents)) {
    const message = "This file must hold settings as `name: value`.";
    return { values: new Map(), diagnostics: [fault(source, "not-settings", message, spanOf(contents))] };
  }
  return readSettings(source, document, contents.items);
}

/** Undefined for a file of comments alone, and for one that only says where the document begins. */
function contentsOf({ contents }: Document.Parsed): ParsedNode | undefined {
  const isNothing = contents === null || (isScalar(contents) && contents.value === null && !contents.source);
  return isNothing ? undefined : contents;
}

function readSettings(source: Source, document: Document, pairs: readonly Pair<Node, Node | null>[]): ConfigFile {
  const values = new Map<string, FileValue>();
  const diagnostics: Diagnostic[] = [];
  for (const { key, value: node } of pairs) {
    const name = isScalar(key) ? String(key.value) : "";
    if (!(SETTINGS as readonly Setting[]).some((setting) => setting.name === name)) {
      diagnostics.push(unknownSetting(source, name, spanOf(key)));
      continue;
    }
    const span = spanOf(node ?? key);
    try {
      values.set(name, { value: node?.toJS(document, { maxAliasCount: MAX_ALIASES }) ?? undefined, span });
    } catch (thrown) {
      // An alias that leads nowhere, or to too much.
      diagnostics.push(fault(source, "invalid-yaml", `${messageOf(thrown)}.`, span));
    }
  }
  return { values, diagnostics };
}

function unknownSetting(source: Source, name: string, span: Span): Diagnostic {
  return { ...fault(source, "unknown-setting", `There is no setting "${name}".`, span), hint: hintFor(name) };
}

function hintFor(name: string): string {
  if (name.toUpperCase() === "GTC_KEY") {
    return "Set it as a variable of the environment; it stands in no file of the bundle.";
  }
  const meant = nearest(
    name,
    (SETTINGS as readonly Setting[]).map((setting) => setting.name),
  );
  return meant === undefined ? "docs/reference/configuration.md lists all settings." : `Did you mean "${meant}"?`;
}

function fault(source: Source, code: string, message: string, span: Span): Diagnostic {
  return { level: "error", code, message, source, span };
}

function spanOf({ range }: Node): Span {
  return { start: range?.[0] ?? 0, end: range?.[1] ?? 0 };
}
