/** `docs/reference/configuration.md`, made from the table of settings. */
import { variableOf } from "./resolve-config.ts";
import { SETTINGS, type Setting } from "./settings.ts";

const HEAD = `# Configuration

How the gateway listens, what it accepts, and how long it keeps things. (What it verifies is a matter of the answers: see [setup](setup.md).)

A setting is taken from the first of these places that has it:

1. an option of \`gtc start\`,
2. an environment variable: \`GTC_\` and the setting's name in capitals,
3. \`gtc.yaml\` in the bundle's folder,
4. the default.

\`\`\`yaml
# gtc.yaml
port: 9000
max_body_bytes: 5MiB
retention: 90d
\`\`\`

Sizes are written as \`512KiB\`, \`25MiB\` or a number of bytes; durations as \`250ms\`, \`10s\`, \`1h30m\`, \`30d\` or a number of milliseconds. A bare number
so small that seconds, hours or days must be meant (\`retention: 30\`) is refused. A setting that does not exist, a misspelt \`GTC_…\` variable or a value of the wrong kind is refused at the start, with the place that has it.

`;

const TAIL = `
Beside these, \`GTC_KEY\` is the key that seals the secrets (32 bytes as base64 or hexadecimal, or a passphrase); without it the key is in
\`state/secret.key\`. It is no setting and cannot stand in \`gtc.yaml\`.
`;

export function configurationPage(): string {
  const rows = (SETTINGS as readonly Setting[]).map((setting) => {
    const { name, option, kind, summary } = setting;
    const cells = [`\`${name}\``, `\`${variableOf(name)}\``, option === undefined ? "" : `\`${option}\``];
    return `| ${[...cells, kindText(kind), defaultText(setting), summary].join(" | ")} |\n`;
  });
  return `${HEAD}| Setting | Variable | Option | Kind | Default | Meaning |\n| --- | --- | --- | --- | --- | --- |\n${rows.join("")}${TAIL}`;
}

function kindText(kind: Setting["kind"]): string {
  if (typeof kind === "object") return kind.oneOf.map((word) => `\`${word}\``).join(", ");
  return kind === "bytes" ? "size" : kind;
}

const MIB = 1024 * 1024;

function defaultText({ fallback, kind }: Setting): string {
  // What depends on the machine is told by the meaning.
  if (typeof fallback === "function") return "see meaning";
  if (fallback === "") return "none";
  if (kind !== "bytes") return `\`${fallback}\``;
  const bytes = Number(fallback);
  return bytes % MIB === 0 ? `\`${bytes / MIB}MiB\`` : `\`${bytes / 1024}KiB\``;
}
