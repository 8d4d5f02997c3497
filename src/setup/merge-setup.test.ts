/** Answers that come again, for all tenants or for one, and secrets that were added in between. */
import { expect, test } from "vitest";
import { readAnswers } from "./answers.ts";
import { addSecret } from "./add-secret.ts";
import { droppedSecrets, mergeSetup } from "./merge-setup.ts";
import { findSource } from "./open-setup.ts";
import type { OpenSetup } from "./settings.ts";
import { validateAnswers, type ValidatedAnswers } from "./validate-answers.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const HOUR = 3_600_000;
const TENANTS = ["demo", "acme"];
const github = (secret: string) => ({ provider: "github", secret });

function answersOf(section: object, tenant?: string): ValidatedAnswers {
  const webhook = { enabled: true, public_base_url: "https://hooks.example.com", ...section };
  const text =
    tenant === undefined
      ? { "events-webhook": webhook }
      : { greentic_setup_version: "1.0.0", tenant, env: "dev", setup_answers: { "events-webhook": webhook } };
  const read = readAnswers(JSON.stringify(text));
  if ("faults" in read) throw new Error(JSON.stringify(read.faults));
  const validated = validateAnswers(read.answers, { env: {}, tenants: TENANTS });
  if ("faults" in validated) throw new Error(JSON.stringify(validated.faults));
  return validated;
}

function rotated(setup: OpenSetup, tenant: string, eventType: string, name: string, secret: string): OpenSetup {
  const place = findSource(setup.settings, tenant, eventType)!;
  const result = addSecret(
    setup,
    place,
    { name, secret, origin: "rotated" },
    { nowMs: NOW, othersUntilMs: NOW + HOUR },
  );
  if ("fault" in result) throw new Error(result.fault);
  return result;
}

/** Names, secrets and ends of the keys that check a tenant's event type, the newest first. */
function keysOf({ settings, secrets }: OpenSetup, tenant: string, eventType: string): string[] {
  const { source } = findSource(settings, tenant, eventType)!;
  return source.keys.map(({ name, secretName, notAfterMs }) => {
    const end = notAfterMs === undefined ? "" : ` until ${new Date(notAfterMs).toISOString().slice(11, 16)}`;
    return `${name}=${secrets.get(secretName)}${end}`;
  });
}

test("answers for one tenant leave the others' part as it is", () => {
  const first = mergeSetup(undefined, answersOf({ signatures: { github: github("of demo") } }, "demo"), NOW);
  const acme = answersOf({ require_signature: true, signatures: { github: github("of acme") } }, "acme");
  const both = mergeSetup(first, acme, NOW);
  expect([keysOf(both, "demo", "github"), keysOf(both, "acme", "github")]).toEqual([
    ["default=of demo"],
    ["default=of acme"],
  ]);
  expect(both.settings.requireSignature).toBe(false);
  expect(both.settings.tenants["acme"]!.requireSignature).toBe(true);
  expect(mergeSetup(both, acme, NOW)).toEqual(both);
});

test("answers for one tenant switch on that tenant alone", () => {
  const { settings } = mergeSetup(undefined, answersOf({}, "demo"), NOW);
  expect([settings.enabled, settings.tenants["demo"]!.enabled]).toEqual([false, true]);
});

test("answers for one tenant that mention another do not switch it off", () => {
  const acme = mergeSetup(undefined, answersOf({}, "acme"), NOW);
  const { settings } = mergeSetup(acme, answersOf({ tenants: { acme: { require_signature: true } } }, "demo"), NOW);
  expect(settings.tenants).toMatchObject({ acme: { enabled: true, requireSignature: true }, demo: { enabled: true } });
});

test("answers for all tenants replace everything that answers said before", () => {
  const before = mergeSetup(undefined, answersOf({ signatures: { github: github("old") } }, "demo"), NOW);
  const after = mergeSetup(
    before,
    answersOf({ signatures: { stripe: { provider: "stripe", secret: "whsec_1" } } }),
    NOW,
  );
  expect(findSource(after.settings, "demo", "github")).toBeUndefined();
  expect([...after.secrets.keys()]).toEqual(["*/stripe/default"]);
});

test("a rotated secret stays when the same answers are set up again, and so does the old one's end", () => {
  const answers = answersOf({ signatures: { github: github("first") } });
  const after = rotated(mergeSetup(undefined, answers, NOW), "demo", "github", "second", "second-secret");
  expect(keysOf(after, "demo", "github")).toEqual(["second=second-secret", "default=first until 01:00"]);
  expect(mergeSetup(after, answers, NOW)).toEqual(after);
});

test("once the answers have the new secret themselves, the added one goes, and the old one goes on until its end", () => {
  const first = mergeSetup(undefined, answersOf({ signatures: { github: github("first") } }), NOW);
  const after = rotated(first, "demo", "github", "second", "second-secret");
  const answers = answersOf({ signatures: { github: github("second-secret") } });
  const caughtUp = mergeSetup(after, answers, NOW);
  expect(keysOf(caughtUp, "demo", "github")).toEqual(["default.former=first until 01:00", "default=second-secret"]);
  // None is said to have ended with it, and the same answers change nothing any more.
  expect(droppedSecrets(after, caughtUp, NOW)).toEqual([]);
  expect(mergeSetup(caughtUp, answers, NOW)).toEqual(caughtUp);
  // What has come to its end is not kept.
  expect(keysOf(mergeSetup(after, answers, NOW + HOUR), "demo", "github")).toEqual(["default=second-secret"]);
});

test("two rotations and their answers in turn: each secret has its own name and its own end", () => {
  let setup = mergeSetup(undefined, answersOf({ signatures: { github: github("first") } }), NOW);
  for (const secret of ["second", "third"]) {
    setup = rotated(setup, "demo", "github", `to-${secret}`, secret);
    setup = mergeSetup(setup, answersOf({ signatures: { github: github(secret) } }), NOW);
  }
  expect(keysOf(setup, "demo", "github")).toEqual([
    "default.former=first until 01:00",
    "default.former-2=second until 01:00",
    "default=third",
  ]);
});

test("answers that name the new secret otherwise leave the old one its name; a secret that they bring by themselves ends the others at once", () => {
  const first = mergeSetup(undefined, answersOf({ signatures: { github: github("first") } }), NOW);
  const after = rotated(first, "demo", "github", "second", "second-secret");
  const named = { provider: "github", secrets: [{ name: "spring", secret: "second-secret" }] };
  expect(keysOf(mergeSetup(after, answersOf({ signatures: { github: named } }), NOW), "demo", "github")).toEqual([
    "default=first until 01:00",
    "spring=second-secret",
  ]);
  const other = answersOf({ signatures: { github: github("from elsewhere") } });
  expect(keysOf(mergeSetup(after, other, NOW), "demo", "github")).toEqual([
    "second=second-secret",
    "default=from elsewhere",
  ]);
});

test("a rotated secret stays while answers say other things of its scheme: the provider signs with it", () => {
  const custom = { header: "X-Sig", algorithm: "sha256", secret: "first" };
  const before = mergeSetup(undefined, answersOf({ signatures: { github: github("first"), own: custom } }), NOW);
  const after = rotated(
    rotated(before, "demo", "github", "second", "second-secret"),
    "demo",
    "own",
    "second",
    "second-secret",
  );
  const signatures = {
    github: { ...github("first"), allow_ips: ["192.0.2.0/24"] },
    own: { ...custom, header: "X-Signature" },
  };
  const changed = mergeSetup(after, answersOf({ signatures }), NOW);
  for (const eventType of ["github", "own"])
    expect(keysOf(changed, "demo", eventType)).toEqual(["second=second-secret", "default=first until 01:00"]);
  expect(findSource(changed.settings, "demo", "github")!.source.config.allowIps).toEqual(["192.0.2.0/24"]);
  expect(droppedSecrets(after, changed, NOW)).toEqual([]);
});

test("rotated secrets that go with their scheme are named, as long as they are good", () => {
  const before = mergeSetup(undefined, answersOf({ signatures: { github: github("first") } }), NOW);
  const once = rotated(before, "demo", "github", "second", "second-secret");
  const after = rotated(once, "demo", "github", "third", "third-secret");
  const none = mergeSetup(after, answersOf({}), NOW);
  expect(droppedSecrets(after, none, NOW)).toEqual(['*/github "third"', '*/github "second"']);
  expect(droppedSecrets(after, none, NOW + 2 * HOUR)).toEqual(['*/github "third"']);
  const caughtUp = mergeSetup(after, answersOf({ signatures: { github: github("third-secret") } }), NOW);
  expect(droppedSecrets(after, caughtUp, NOW + 2 * HOUR)).toEqual([]);
});

test("a scheme that the answers change begins anew", () => {
  const after = rotated(
    mergeSetup(undefined, answersOf({ signatures: { github: github("first") } }), NOW),
    "demo",
    "github",
    "second",
    "second-secret",
  );
  const other = answersOf({ signatures: { github: { provider: "stripe", secret: "whsec_1" } } });
  expect(keysOf(mergeSetup(after, other, NOW), "demo", "github")).toEqual(["default=whsec_1"]);
});

test("rotating drops secrets whose time is over, and refuses what is there already", () => {
  const first = mergeSetup(undefined, answersOf({ signatures: { github: github("first") } }), NOW);
  const second = rotated(first, "demo", "github", "second", "second-secret");
  const place = findSource(second.settings, "demo", "github")!;
  const later = { nowMs: NOW + 2 * HOUR };
  const third = addSecret(second, place, { name: "third", secret: "third-secret", origin: "rotated" }, later);
  expect("fault" in third ? third : keysOf(third, "demo", "github")).toEqual([
    "third=third-secret",
    "second=second-secret",
  ]);
  expect(addSecret(second, place, { name: "second", secret: "x", origin: "rotated" }, later)).toHaveProperty("fault");
  expect(addSecret(second, place, { name: "x", secret: "second-secret", origin: "rotated" }, later)).toHaveProperty(
    "fault",
  );
});
