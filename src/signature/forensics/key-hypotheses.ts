/** Secrets that may have been meant: pasted in another form, of another tenant, of test mode. */
import type { SigningKey } from "../compiled-scheme.ts";
import { decodeBase64Secret, decodeStrict } from "../encoding.ts";
import type { SchemeConfig } from "../scheme-config.ts";
import type { MacSpec, SchemeSpec, SecretForm } from "../scheme-spec.ts";
import type { Case, Hypothesis, OtherKeys } from "./hypothesis.ts";

/** A gateway may hold thousands of secrets; this many are tried. */
const MAX_OTHERS = 200;

export function keyHypotheses({ config, keys }: Case, spec: SchemeSpec, others: readonly OtherKeys[]): Hypothesis[] {
  return [...pastedOtherwise(keys), ...readOtherwise(config, keys, spec), ...ofOthers(keys, others)];
}

/** The same text with what people paste along, or leave out. */
function pastedOtherwise(keys: readonly SigningKey[]): Hypothesis[] {
  const variants = keys.flatMap(({ name, secret }) =>
    [
      [secret.trim(), "has white space around it"],
      [secret.replace(/^["'](.*)["']$/s, "$1"), "has quotes around it"],
      [`${secret}\n`, "lacks a line break that the sender's has"],
      [secret.replace(/^(?:v1,)?whsec_/, ""), "has the prefix whsec_, which the sender does not use"],
      [`whsec_${secret}`, "lacks its prefix whsec_"],
    ].map(([text = "", what = ""]) => ({ name, secret, text, what })),
  );
  return variants
    .filter(({ secret, text }) => text !== secret && text !== "")
    .map(({ name, text, what }) => ({
      reason: "secret_form",
      keys: [{ name, secret: text }],
      detail: `the secret ${JSON.stringify(name)} ${what}`,
      fix: "Correct the secret in the answers and run `gtc setup` again.",
    }));
}

const FORMS: readonly SecretForm[] = [
  { encoding: "utf8" },
  { encoding: "base64", strip: ["v1,whsec_", "whsec_"] },
  { encoding: "hex" },
];

/** The key bytes may be the text itself, or what it decodes to. */
function readOtherwise(config: SchemeConfig, keys: readonly SigningKey[], spec: SchemeSpec): Hypothesis[] {
  if (spec.kind !== "mac") return [];
  const current = spec.secret?.encoding ?? "utf8";
  return FORMS.filter((form) => form.encoding !== current && keys.some((key) => canBe(key.secret, form))).map(
    (form) => ({
      reason: "secret_form",
      config: { ...config, scheme: { spec: { ...spec, secret: form } satisfies MacSpec } },
      keys: keys.filter((key) => canBe(key.secret, form)),
      detail: `the sender takes the secret as ${form.encoding}, the scheme as ${current}`,
      fix: `Choose the scheme that takes the secret as ${form.encoding}, or write it out with "secret": {"encoding": "${form.encoding}"}.`,
    }),
  );
}

function canBe(secret: string, { encoding }: SecretForm): boolean {
  if (encoding === "hex") return (decodeStrict(secret, "hex")?.length ?? 0) > 0;
  return encoding !== "base64" || decodeBase64Secret(secret.replace(/^(?:v1,)?whsec_/, "")) !== undefined;
}

const MODE = /(?:^|[^a-z])(test|live|sandbox|production|prod|staging|dev)(?:[^a-z]|$)/i;

function ofOthers(keys: readonly SigningKey[], others: readonly OtherKeys[]): Hypothesis[] {
  const own = new Set(keys.map((key) => key.secret));
  return others.slice(0, MAX_OTHERS).flatMap((other) => {
    const usable = other.keys.filter((key) => !own.has(key.secret));
    if (usable.length === 0) return [];
    const mode = MODE.exec(`${other.name} ${usable.map((key) => key.name).join(" ")}`)?.[1];
    const hypothesis: Hypothesis = {
      reason: mode === undefined ? "secret_of_another" : "test_or_live_secret",
      keys: usable,
      detail:
        mode === undefined
          ? `the request is signed with the secret of ${other.name}`
          : `the request is signed with the ${mode} secret (${other.name})`,
      fix:
        mode === undefined
          ? "The provider sends to the wrong URL, or two secrets were swapped: compare both sides."
          : "Test and live mode have their own secrets: send test events to their own event type, or configure the right secret.",
    };
    return [hypothesis];
  });
}
