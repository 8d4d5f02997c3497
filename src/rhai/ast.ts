/** The syntax tree: plain data with spans, fit for tools. Names and nesting follow the grammar in the parser. */
import type { Span } from "../text/index.ts";

export interface Block {
  readonly statements: readonly Statement[];
  /** Whether the last statement's value is the block's (no semicolon after it). */
  readonly hasValue: boolean;
  readonly span: Span;
}

export interface Param {
  readonly name: string;
  readonly span: Span;
}

export interface FnDef {
  readonly name: string;
  readonly params: readonly Param[];
  readonly body: Block;
  readonly isPrivate: boolean;
  /** `fn int.double()`: the type of `this`. */
  readonly thisType?: string;
  readonly span: Span;
}

export type AssignOp = "=" | "+=" | "-=" | "*=" | "/=" | "%=" | "**=" | "<<=" | ">>=" | "&=" | "|=" | "^=";

export type BinaryOp =
  | "||"
  | "&&"
  | "??"
  | "|"
  | "^"
  | "&"
  | "=="
  | "!="
  | "in"
  | "!in"
  | "<"
  | "<="
  | ">"
  | ">="
  | ".."
  | "..="
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "**"
  | "<<"
  | ">>";

export type Expr = { readonly span: Span } & (
  | { readonly kind: "unit" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "char"; readonly value: string }
  | { readonly kind: "template"; readonly parts: readonly (string | Block)[] }
  | { readonly kind: "array"; readonly items: readonly Expr[] }
  | { readonly kind: "map"; readonly entries: readonly MapEntry[] }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "path"; readonly path: readonly string[]; readonly name: string }
  | { readonly kind: "this" }
  | { readonly kind: "unary"; readonly op: "-" | "+" | "!"; readonly operand: Expr }
  | { readonly kind: "binary"; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr }
  | {
      readonly kind: "prop";
      readonly object: Expr;
      readonly name: string;
      readonly optional: boolean;
      readonly nameSpan: Span;
    }
  | { readonly kind: "index"; readonly object: Expr; readonly index: Expr; readonly optional: boolean }
  | {
      readonly kind: "method";
      readonly object: Expr;
      readonly name: string;
      readonly args: readonly Expr[];
      readonly optional: boolean;
      readonly nameSpan: Span;
    }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly args: readonly Expr[];
      readonly bang: boolean;
      readonly path: readonly string[];
    }
  | { readonly kind: "closure"; readonly params: readonly Param[]; readonly body: Block; readonly id: number }
  | { readonly kind: "block"; readonly block: Block }
  | IfExpr
  | SwitchExpr
  | LoopExpr
);

export interface MapEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Expr;
}

export interface IfExpr {
  readonly kind: "if";
  readonly condition: Expr;
  readonly then: Block;
  readonly otherwise?: Block;
}

export interface SwitchExpr {
  readonly kind: "switch";
  readonly subject: Expr;
  readonly cases: readonly SwitchCase[];
  readonly fallback?: Block;
}

export interface SwitchCase {
  readonly values: readonly Expr[];
  readonly condition?: Expr;
  readonly body: Block;
}

export type LoopExpr =
  | { readonly kind: "while"; readonly condition: Expr; readonly body: Block }
  | { readonly kind: "loop"; readonly body: Block }
  | { readonly kind: "do"; readonly body: Block; readonly until: boolean; readonly condition: Expr }
  | {
      readonly kind: "for";
      readonly variable: Param;
      readonly counter?: Param;
      readonly iterable: Expr;
      readonly body: Block;
    };

export type Statement = { readonly span: Span } & (
  | {
      readonly kind: "let";
      readonly name: string;
      readonly nameSpan: Span;
      readonly isConst: boolean;
      readonly value?: Expr;
      readonly isExport: boolean;
    }
  | { readonly kind: "assign"; readonly op: AssignOp; readonly target: Expr; readonly value: Expr }
  | { readonly kind: "expr"; readonly expr: Expr }
  | { readonly kind: "break"; readonly value?: Expr }
  | { readonly kind: "continue" }
  | { readonly kind: "return"; readonly value?: Expr }
  | { readonly kind: "throw"; readonly value?: Expr }
  | { readonly kind: "try"; readonly body: Block; readonly variable?: Param; readonly handler: Block }
  | { readonly kind: "fn"; readonly fn: FnDef }
  | { readonly kind: "import"; readonly path: Expr; readonly alias?: Param }
  | { readonly kind: "export"; readonly name: string; readonly alias?: string }
);

export interface Program {
  readonly body: Block;
  readonly functions: readonly FnDef[];
}
