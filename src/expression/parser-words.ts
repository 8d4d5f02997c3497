/** What the CEL library says of tokens, in the words of one who writes conditions: its own names are those of its source. */
const WORDS: Readonly<Record<string, string>> = {
  NUMBER: "a number",
  STRING: "a text",
  BYTES: "bytes",
  BOOLEAN: "true or false",
  NULL: "null",
  IDENTIFIER: "a name",
  PLUS: "`+`",
  MINUS: "`-`",
  MULTIPLY: "`*`",
  DIVIDE: "`/`",
  MODULO: "`%`",
  EQ: "`==`",
  NE: "`!=`",
  LT: "`<`",
  LE: "`<=`",
  GT: "`>`",
  GE: "`>=`",
  AND: "`&&`",
  OR: "`||`",
  NOT: "`!`",
  IN: "`in`",
  LPAREN: "`(`",
  RPAREN: "`)`",
  LBRACKET: "`[`",
  RBRACKET: "`]`",
  LBRACE: "`{`",
  RBRACE: "`}`",
  DOT: "`.`",
  COMMA: "`,`",
  COLON: "`:`",
  QUESTION: "`?`",
};
const END = "EOF";

/** A message that names tokens, for a reader; any other comes out as it is. */
export function inWords(message: string): string {
  const [, wanted, found] = /^Expected (\w+), got (\w+)$/.exec(message) ?? [];
  const unexpected = /^Unexpected token: (\w+)$/.exec(message)?.[1];
  const here = found ?? unexpected;
  if (here === undefined) return message;
  const expected = wanted === undefined ? "a value" : wordFor(wanted);
  return here === END
    ? `The expression ends where ${expected} is expected.`
    : `Here ${expected} is expected, not ${wordFor(here)}.`;
}

function wordFor(token: string): string {
  return token === END ? "the end" : (WORDS[token] ?? token);
}
