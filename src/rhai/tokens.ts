import type { Span } from "../text/index.ts";

export type Token = { readonly span: Span } & (
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "char"; readonly value: string }
  /** A back-tick string: texts and the token lists of its `${…}` blocks, in turn. */
  | { readonly kind: "template"; readonly parts: readonly (string | readonly Token[])[] }
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "keyword"; readonly text: string }
  | { readonly kind: "reserved"; readonly text: string }
  | { readonly kind: "symbol"; readonly text: string }
  | { readonly kind: "eof" }
);

export const KEYWORDS: ReadonlySet<string> = new Set([
  "true",
  "false",
  "let",
  "const",
  "if",
  "else",
  "switch",
  "do",
  "while",
  "until",
  "loop",
  "for",
  "in",
  "fn",
  "private",
  "import",
  "export",
  "as",
  "return",
  "throw",
  "try",
  "catch",
  "break",
  "continue",
  "this",
]);

/** Words that Rhai keeps for itself: no variable, function or (in strict Rhai) property may have such a name. */
export const RESERVED: ReadonlySet<string> = new Set([
  "var",
  "static",
  "shared",
  "goto",
  "match",
  "case",
  "default",
  "public",
  "protected",
  "new",
  "use",
  "with",
  "is",
  "module",
  "package",
  "super",
  "thread",
  "go",
  "spawn",
  "async",
  "await",
  "yield",
  "sync",
  "void",
  "null",
  "nil",
]);

/** Functions of the engine whose names nothing else may have. */
export const RESERVED_FUNCTIONS: ReadonlySet<string> = new Set([
  "print",
  "debug",
  "type_of",
  "eval",
  "Fn",
  "call",
  "curry",
  "is_shared",
  "is_def_fn",
  "is_def_var",
]);

/** Those of them that may be called like methods, too. */
export const METHOD_FUNCTIONS: ReadonlySet<string> = new Set(["type_of", "call", "curry", "is_shared"]);

/** Longest first, so that the first match is the token. */
export const SYMBOLS: readonly string[] = [
  "<<=",
  ">>=",
  "**=",
  "..=",
  "===",
  "!==",
  "!in",
  "::<",
  "...",
  "?.",
  "?[",
  "??",
  "=>",
  "==",
  "!=",
  "<=",
  ">=",
  "&&",
  "||",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "&=",
  "|=",
  "^=",
  "**",
  "<<",
  ">>",
  "..",
  "::",
  "->",
  "<-",
  ":=",
  ":;",
  "++",
  "--",
  "<|",
  "|>",
  "(*",
  "*)",
  "#{",
  "+",
  "-",
  "*",
  "/",
  "%",
  "=",
  "<",
  ">",
  "!",
  "&",
  "|",
  "^",
  ".",
  ",",
  ";",
  ":",
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  "?",
  "#",
  "@",
  "$",
  "~",
];

/** Symbols of other languages that Rhai refuses, with what to write instead. */
export const RESERVED_SYMBOLS: ReadonlyMap<string, string> = new Map([
  ["===", "write =="],
  ["!==", "write !="],
  ["->", "a function's type is not declared"],
  ["<-", "write < - with a space, or ="],
  [":=", "write let x = …"],
  [":;", "write ;"],
  ["::<", "there are no generics"],
  ["...", "write .. or ..="],
  ["++", "write += 1"],
  ["--", "write -= 1"],
  ["<|", ""],
  ["|>", ""],
  ["(*", "comments are // or /* */"],
  ["*)", "comments are // or /* */"],
  ["#", "a map is #{ … }"],
  ["@", ""],
  ["$", ""],
  ["~", ""],
  ["?", "there is no ?: operator; write if … { … } else { … }"],
]);
