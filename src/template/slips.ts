/** Slips that Handlebars only calls unreadable: an index without brackets, and operators where a helper is needed. */

const OPERAND = String.raw`"[^"]*"|'[^']*'|[^\s(){}=!<>&|"']+`;
const LAST_OPERAND = new RegExp(String.raw`(?:${OPERAND})\s*$`);
const OPERATION = new RegExp(String.raw`^(${OPERAND})\s*([=!<>&|]+)\s*(${OPERAND})`);
const PATH = /^[A-Za-z_@.](?:\[(?:"[^"\]]*"|'[^'\]]*')\]|[^\s(){}=!<>&|"'])*/;
const QUOTED_KEY = /\.?\[(["'])([^\]]*)\1\]/g;
/** Longer paths and texts are not looked at, so that a long template is searched as fast as a short one. */
const REACH = 200;

const HELPERS: Readonly<Record<string, string>> = {
  "=": "eq",
  "==": "eq",
  "===": "eq",
  "!=": "ne",
  "!==": "ne",
  "&&": "and",
  "||": "or",
};
const ORDERS: ReadonlySet<string> = new Set(["<", ">", "<=", ">="]);

/** What to write instead, when `offset` is where a `{{…}}` with such a slip stops being readable. */
export function hintForSlip(text: string, offset: number): string | undefined {
  const open = text.lastIndexOf("{{", offset) + 2;
  const close = text.indexOf("}}", offset);
  if (open < 2 || close === -1 || /[{}]/.test(text.slice(open, close))) return undefined;
  const from = Math.max(open, offset - REACH);
  const before = LAST_OPERAND.exec(text.slice(from, offset));
  const start = before === null ? offset : from + before.index;
  const rest = text.slice(start, Math.min(close, offset + REACH));
  const [path = ""] = PATH.exec(rest) ?? [];
  const unquoted = path.replace(QUOTED_KEY, ".[$2]");
  const bracketed = unquoted.replace(/\.(\d+)(?=\.|$)/g, ".[$1]").replace(/(?<=[\w\]])\[/g, ".[");
  if (bracketed !== path) {
    const whole = `{{${text.slice(open, start)}${bracketed}${text.slice(start + path.length, close)}}}`;
    // With its quotes it can be read, and finds nothing.
    const rule = unquoted === path ? "The items of a list stand in brackets" : "A key in brackets has no quotes";
    return `${rule}: \`${whole}\`.`;
  }
  return hintForOperation(rest);
}

function hintForOperation(text: string): string | undefined {
  const [, left = "", operator = "", right = ""] = OPERATION.exec(text) ?? [];
  const helper = HELPERS[operator];
  if (helper !== undefined) return `There are no operators here, but helpers: \`(${helper} ${left} ${right})\`.`;
  return ORDERS.has(operator)
    ? "A template compares with `(eq a b)` and `(ne a b)` only; a `branch` knows `<` and `>`."
    : undefined;
}
