import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAnswers, validateAnswers, type AnswerFault, type ValidatedAnswers } from "./index.ts";

const ENV = { GITHUB_SECRET: "s3cret-of-github", EMPTY: "", BASE: "https://hooks.example.com" };
const TENANTS = ["demo", "acme"];
const VALID = { enabled: true, public_base_url: "https://hooks.example.com" };
const SHA256 = { header: "X-Sig", algorithm: "sha256", secret: "s" };

function outcomeOf(text: string, tenants = TENANTS): ValidatedAnswers | { readonly faults: readonly AnswerFault[] } {
  const read = readAnswers(text);
  return "faults" in read ? read : validateAnswers(read.answers, { env: ENV, tenants });
}

/** Every fault as `path message`, without its hint. */
function faultsOf(section: unknown): readonly string[] {
  const outcome = outcomeOf(JSON.stringify({ "events-webhook": section }));
  return "faults" in outcome ? outcome.faults.map(({ path, message }) => `${path} ${message}`) : [];
}

function hintsOf(section: unknown): string {
  const outcome = outcomeOf(JSON.stringify({ "events-webhook": section }));
  return "faults" in outcome ? outcome.faults.map(({ hint }) => hint ?? "").join(" ") : "";
}

function validOf(text: string): ValidatedAnswers {
  const outcome = outcomeOf(text);
  if ("faults" in outcome) throw new Error(JSON.stringify(outcome.faults));
  return outcome;
}

describe("answers that are valid", () => {
  test("the smallest ones", () => {
    const { settings, secrets } = validOf(JSON.stringify({ "events-webhook": VALID }));
    expect(settings).toMatchObject({
      enabled: true,
      publicBaseUrl: "https://hooks.example.com",
      requireSignature: false,
    });
    expect(secrets.size).toBe(0);
  });

  test.each(["minimal", "signatures"])("the page's answers.%s.json, as it stands", async (name) => {
    const path = new URL(`../../test/fixtures/answers.${name}.json`, import.meta.url);
    expect(validOf(await readFile(path, "utf8")).settings.enabled).toBe(true);
  });

  test("YAML, and a slash at the end of the URL", () => {
    const { settings } = validOf("events-webhook:\n  enabled: true\n  public_base_url: http://localhost:8080/\n");
    expect(settings.publicBaseUrl).toBe("http://localhost:8080");
  });

  test("the structured shape: its tenant gets the signatures, the others do not", () => {
    const { settings, secrets } = validOf(
      JSON.stringify({
        greentic_setup_version: "1.0.0",
        tenant: "acme",
        env: "dev",
        setup_answers: { "events-webhook": { ...VALID, signatures: { github: SHA256 } }, "events-telegram": {} },
      }),
    );
    expect(Object.keys(settings.tenants["acme"]?.byType ?? {})).toEqual(["github"]);
    expect(settings.shared.byType).toEqual({});
    expect([...secrets.keys()]).toEqual(["acme/github/default"]);
  });

  test("the structured shape: what stands under its tenant's own name comes to what stands at the top", () => {
    const acme = { require_signature: true, signatures: { "order.created": { header: "X-Acme", secret: "a" } } };
    const section = { ...VALID, max_body_bytes: 1000, signatures: { github: SHA256 }, tenants: { acme } };
    const { settings, secrets } = validOf(
      JSON.stringify({ tenant: "acme", setup_answers: { "events-webhook": section } }),
    );
    expect(settings.tenants["acme"]).toMatchObject({ enabled: true, requireSignature: true, maxBodyBytes: 1000 });
    expect(Object.keys(settings.tenants["acme"]!.byType)).toEqual(["github", "order.created"]);
    expect([...secrets.keys()].sort()).toEqual(["acme/github/default", "acme/order.created/default"]);
  });

  test("the structured shape: what its tenant gets twice is refused, as only one can hold", () => {
    const twice = { signatures: { github: SHA256 }, secret_header: "X-Sig", secret_key: "k" };
    const section = { ...VALID, ...twice, tenants: { acme: twice } };
    const outcome = outcomeOf(JSON.stringify({ tenant: "acme", setup_answers: { "events-webhook": section } }));
    const at = "$.setup_answers.events-webhook.tenants.acme";
    expect("faults" in outcome && outcome.faults.map(({ path }) => path)).toEqual([
      `${at}.signatures.github`,
      `${at}.secret_key`,
    ]);
  });

  test("the structured shape: a tenant may have any name", () => {
    const answers = { tenant: "constructor", setup_answers: { "events-webhook": VALID } };
    expect(outcomeOf(JSON.stringify(answers), ["constructor"])).toMatchObject({ tenant: "constructor" });
  });

  test("secrets come out apart: the settings hold their names alone", () => {
    const section = { ...VALID, secret_header: "X-Sig", secret_key: "the-key", signatures: { github: SHA256 } };
    const { settings, secrets } = validOf(JSON.stringify({ "events-webhook": section }));
    expect(Object.fromEntries(secrets)).toEqual({ "*/*/default": "the-key", "*/github/default": "s" });
    expect(JSON.stringify(settings)).not.toContain("the-key");
  });

  test("$VAR and ${VAR} are taken from the environment", () => {
    const signatures = {
      github: { provider: "github", secret: "$GITHUB_SECRET" },
      other: { ...SHA256, secret: "${GITHUB_SECRET}" },
    };
    const { settings, secrets } = validOf(
      JSON.stringify({ "events-webhook": { enabled: true, public_base_url: "$BASE", signatures } }),
    );
    expect(settings.publicBaseUrl).toBe("https://hooks.example.com");
    expect(new Set(secrets.values())).toEqual(new Set(["s3cret-of-github"]));
  });

  test("a tenant's own options", () => {
    const tenants = { acme: { require_signature: true, max_body_bytes: 1000, signatures: { github: SHA256 } } };
    const { settings } = validOf(JSON.stringify({ "events-webhook": { ...VALID, tenants } }));
    expect(settings.tenants["acme"]).toMatchObject({ requireSignature: true, maxBodyBytes: 1000 });
  });

  test("other providers' keys are left alone with a notice", () => {
    const read = readAnswers(JSON.stringify({ "events-webhook": VALID, "events-telegram": { token: "t" } }));
    expect(read).toMatchObject({
      answers: { notices: ['"events-telegram" belongs to another provider; it was left alone.'] },
    });
  });
});

describe("answers that would be taken for others", () => {
  const faultsIn = (text: string): readonly string[] => {
    const read = readAnswers(text);
    return "faults" in read ? read.faults.map(({ path, message, place }) => `${place?.line} ${path} ${message}`) : [];
  };
  const yaml = (secret: string): string =>
    `other: !Ref x\nevents-webhook:\n  enabled: true\n  public_base_url: https://a.example\n  secret_header: X-Sig\n  secret_key: ${secret}\n`;

  test("another program's tag is no way to name a secret; beside our section tags are none of our business", () => {
    expect(faultsIn(yaml("!ENV WEBHOOK_SECRET"))).toEqual([
      expect.stringMatching(/^6 \$ has a tag that means nothing here/),
    ]);
    expect(faultsIn(yaml("'!ENV WEBHOOK_SECRET'"))).toEqual([]);
  });

  test("the flat shape beside the structured one is refused, as one of them would be passed over", () => {
    const both = { "events-webhook": VALID, setup_answers: { "events-webhook": VALID } };
    expect(faultsIn(JSON.stringify(both))).toEqual([
      expect.stringContaining('$.events-webhook stands beside "setup_answers"'),
    ]);
  });
});

describe("answers that are not valid", () => {
  type Row = [string, unknown, readonly string[]];
  test.each<Row>([
    ["nothing", {}, ["$.events-webhook.enabled is missing", "$.events-webhook.public_base_url is missing"]],
    ["enabled as text", { ...VALID, enabled: "yes" }, ["$.events-webhook.enabled must be true or false"]],
    ["a number as URL", { ...VALID, public_base_url: 8080 }, ["$.events-webhook.public_base_url must be a text"]],
    ["an empty URL", { ...VALID, public_base_url: " " }, ["$.events-webhook.public_base_url is empty"]],
    ...[
      "https:hooks.example",
      "https:/hooks.example",
      "https://hooks.example/a b",
      String.raw`https://hooks.example\a`,
    ].map((url): Row => [
      "a URL that only a parser takes",
      { ...VALID, public_base_url: url },
      [`$.events-webhook.public_base_url "${url}" is no URL`],
    ]),
    ...["?", "#"].map((mark): Row => [
      "an empty query or fragment",
      { ...VALID, public_base_url: `https://hooks.example${mark}` },
      ["$.events-webhook.public_base_url must have no query and no fragment"],
    ]),
    [
      "the URL of a webhook",
      { ...VALID, public_base_url: "https://hooks.example/events/webhook/demo/github" },
      ["$.events-webhook.public_base_url must end before /events/webhook, which is added to it"],
    ],
    ["no URL", { ...VALID, public_base_url: "hooks" }, ['$.events-webhook.public_base_url "hooks" is no URL']],
    [
      "plain http in public",
      { ...VALID, public_base_url: "http://hooks.example.com" },
      ["$.events-webhook.public_base_url must be https (http only on loopback)"],
    ],
    [
      "another protocol",
      { ...VALID, public_base_url: "ftp://hooks.example.com" },
      ["$.events-webhook.public_base_url must be https (http only on loopback)"],
    ],
    [
      "a query",
      { ...VALID, public_base_url: "https://a.example?x=1" },
      ["$.events-webhook.public_base_url must have no query and no fragment"],
    ],
    [
      "a fragment",
      { ...VALID, public_base_url: "https://a.example#x" },
      ["$.events-webhook.public_base_url must have no query and no fragment"],
    ],
    [
      "credentials",
      { ...VALID, public_base_url: "https://u:p@a.example" },
      ["$.events-webhook.public_base_url must have no user and no password"],
    ],
    [
      "everything that is wrong with one URL",
      { ...VALID, public_base_url: "http://u:p@a.example/?x=1" },
      [
        "$.events-webhook.public_base_url must be https (http only on loopback)",
        "$.events-webhook.public_base_url must have no query and no fragment",
        "$.events-webhook.public_base_url must have no user and no password",
      ],
    ],
    [
      "what is wrong below an event type that is none",
      { ...VALID, signatures: { "a/b": { provider: "githup", secret: "s" } } },
      [
        '$.events-webhook.signatures["a/b"] is no event type',
        '$.events-webhook.signatures["a/b"].provider "githup" is not a known provider',
      ],
    ],
    [
      "a header that is none, without its key",
      { ...VALID, secret_header: "X Sig" },
      [
        "$.events-webhook.secret_key is missing, but secret_header is there",
        "$.events-webhook.secret_header must be the name of a header",
      ],
    ],
    [
      "a secret's place that is none",
      { ...VALID, signatures: { github: { ...SHA256, secret: { fle: "/run/secrets/github" } } } },
      ['$.events-webhook.signatures.github.secret must be { "env": "NAME" } or { "file": "/run/secrets/name" }'],
    ],
    [
      "an overlap that is none",
      { ...VALID, signatures: { github: { ...SHA256, secret: { file: "/run/secrets/github", overlap: "soon" } } } },
      ["$.events-webhook.signatures.github.secret.overlap is no duration; write 30m, 24h or 7d, or 0s for none"],
    ],
    [
      "an overlap without a unit",
      { ...VALID, signatures: { github: { ...SHA256, secret: { file: "/run/secrets/github", overlap: "24" } } } },
      ["$.events-webhook.signatures.github.secret.overlap is no duration; write 30m, 24h or 7d, or 0s for none"],
    ],
    [
      "an overlap whose end is no date",
      {
        ...VALID,
        signatures: { github: { ...SHA256, secret: { file: "/run/secrets/github", overlap: "99999999999d" } } },
      },
      ["$.events-webhook.signatures.github.secret.overlap is longer than 3650 d"],
    ],
    [
      "a header without its key",
      { ...VALID, secret_header: "X-Sig" },
      ["$.events-webhook.secret_key is missing, but secret_header is there"],
    ],
    [
      "a key without its header",
      { ...VALID, secret_key: "k" },
      ["$.events-webhook.secret_header is missing, but secret_key is there"],
    ],
    [
      "a header that is none",
      { ...VALID, secret_header: "X Sig", secret_key: "k" },
      ["$.events-webhook.secret_header must be the name of a header"],
    ],
    [
      "a size below one",
      { ...VALID, max_body_bytes: 0 },
      ["$.events-webhook.max_body_bytes must be a whole number of bytes above 0"],
    ],
    [
      "require_signature as text",
      { ...VALID, require_signature: "true" },
      ["$.events-webhook.require_signature must be true or false"],
    ],
    [
      "signatures as a list",
      { ...VALID, signatures: [] },
      ["$.events-webhook.signatures must be an object of event types"],
    ],
    [
      "an event type that no URL can have",
      { ...VALID, signatures: { "a/b": SHA256 } },
      ['$.events-webhook.signatures["a/b"] is no event type'],
    ],
    [
      "a signature without its secret",
      { ...VALID, signatures: { github: { header: "X", algorithm: "sha256" } } },
      ["$.events-webhook.signatures.github.secret is missing"],
    ],
    [
      "an unknown algorithm",
      { ...VALID, signatures: { github: { ...SHA256, algorithm: "sha265" } } },
      ['$.events-webhook.signatures.github.algorithm "sha265" is not an algorithm'],
    ],
    [
      "a variable that is not set",
      { ...VALID, signatures: { github: { ...SHA256, secret: "$NOT_SET" } } },
      ["$.events-webhook.signatures.github.secret takes its value from the environment, but NOT_SET is not set"],
    ],
    [
      "variables with a blank before or behind them",
      {
        ...VALID,
        secret_header: "X-Sig",
        secret_key: " $GITHUB_SECRET",
        signatures: { github: { ...SHA256, secret: "${GITHUB_SECRET}\n" } },
      },
      [
        "$.events-webhook.secret_key looks like a variable of the environment, but is none",
        "$.events-webhook.signatures.github.secret looks like a variable of the environment, but is none",
      ],
    ],
    [
      "secrets of blanks",
      { ...VALID, secret_header: "X-Sig", secret_key: " ", signatures: { github: { ...SHA256, secret: "\t" } } },
      [
        "$.events-webhook.secret_key must be a text that is not empty",
        "$.events-webhook.signatures.github.secret must be a text that is not empty",
      ],
    ],
    [
      "secrets of a list, each at its own place",
      {
        ...VALID,
        signatures: {
          github: { ...SHA256, secret: undefined, secrets: ["$GITHUB_SECRET", { name: "old", secret: "$NOT_SET" }] },
          stripe: { ...SHA256, secret: undefined, secrets: ["$EMPTY", { name: "old", secret: "s" }] },
        },
      },
      [
        "$.events-webhook.signatures.github.secrets[1].secret takes its value from the environment, but NOT_SET is not set",
        "$.events-webhook.signatures.stripe.secrets[0] takes its value from the environment, but EMPTY is empty",
      ],
    ],
    [
      "a variable that is not closed",
      { ...VALID, secret_header: "X-Sig", secret_key: "${EMPTY" },
      ["$.events-webhook.secret_key looks like a variable of the environment, but is none"],
    ],
    [
      "a variable that is empty",
      { ...VALID, secret_header: "X-Sig", secret_key: "${EMPTY}" },
      ["$.events-webhook.secret_key takes its value from the environment, but EMPTY is empty"],
    ],
    ["tenants as a list", { ...VALID, tenants: [] }, ["$.events-webhook.tenants must be an object of tenants"]],
    [
      "an unknown tenant",
      { ...VALID, tenants: { acmee: {} } },
      ['$.events-webhook.tenants.acmee the bundle has no tenant "acmee"'],
    ],
    [
      "an option that tenants do not have",
      { ...VALID, tenants: { acme: { enabled: true } } },
      ["$.events-webhook.tenants.acme.enabled is no option"],
    ],
  ])("%s", (_what, section, faults) => {
    expect(faultsOf(section)).toEqual(faults);
  });

  test("all faults are told at once", () => {
    const signatures = { github: { algorithm: "md5" }, stripe: { algorithm: "stripe" } };
    expect(
      faultsOf({ enabled: 1, public_base_url: "x", max_body_bytes: -1, signatures, secret_key: "k" }).length,
    ).toBeGreaterThanOrEqual(6);
  });

  test("what the environment lacks is told also where a scheme has other faults", () => {
    const signatures = {
      github: { header: "X-Sig", algoritm: "sha256", secret: "$NOT_THERE" },
      stripe: { provider: "strpe", secrets: ["${NOT_THERE}", { name: "old", secret: "$NOT_THERE" }] },
      elsewhere: { provider: "gthub", secret: { env: "NOT_THERE" } },
    };
    const section = { ...VALID, secret_header: "no header", secret_key: "$NOT_THERE", signatures };
    const lacking = faultsOf(section).filter((fault) => fault.includes("NOT_THERE is not set"));
    expect(lacking.map((fault) => fault.split(" ")[0])).toEqual([
      "$.events-webhook.secret_key",
      "$.events-webhook.signatures.github.secret",
      "$.events-webhook.signatures.stripe.secrets[0]",
      "$.events-webhook.signatures.stripe.secrets[1].secret",
    ]);
  });

  test("the structured shape with something else for its answers is told as that", () => {
    expect(readAnswers('{"setup_answers": []}')).toMatchObject({ faults: [{ path: "$.setup_answers" }] });
  });

  test("what is allowed is told with what is wrong", () => {
    expect(hintsOf({ ...VALID, secret_header: "no header", secret_key: "k" })).toContain("X-Signature-256");
    expect(hintsOf({ ...VALID, signatures: [] })).toContain('"provider": "github"');
  });

  test("slips are recognised", () => {
    expect(hintsOf({ ...VALID, signature: {} })).toBe('Did you mean "signatures"?');
    expect(hintsOf({ ...VALID, tenants: { acmee: {} } })).toBe('Did you mean "acme"?');
    expect(readAnswers('{"event-webhook": {}}')).toMatchObject({
      faults: [{ path: "$.event-webhook", hint: 'Did you mean "events-webhook" where "event-webhook" stands?' }],
    });
  });

  test.each([
    ["no file", ""],
    ["a list", "[]"],
    ["broken JSON", '{"events-webhook": '],
    ["a key twice", '{"events-webhook": {}, "events-webhook": {}}'],
    ["the section as text", '{"events-webhook": "on"}'],
    ["a structured file without answers", '{"greentic_setup_version": "1"}'],
    ["aliases without end", "a: &a [x, x]\nb: &b [*a, *a]\n".repeat(1) + "c: [" + "*b, ".repeat(200) + "*b]"],
  ])("%s", (_what, text) => {
    expect(outcomeOf(text)).toMatchObject({ faults: [{ path: expect.stringMatching(/^\$/) as string }] });
  });

  test("a secret never stands in a fault", () => {
    const section = { ...VALID, signatures: { github: { ...SHA256, algorithm: "sha265", secret: "hunter2" } } };
    expect(JSON.stringify(outcomeOf(JSON.stringify({ "events-webhook": section })))).not.toContain("hunter2");
  });

  test("a line of broken answers is never quoted: it may hold a secret", () => {
    const text = JSON.stringify(
      { "events-webhook": { ...VALID, signatures: { github: { provider: "github", secret: "hunter2hunter2" } } } },
      undefined,
      2,
    );
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.constantFrom("", "{", "}", '"', "'", "\n", "*", "&", "!", "%", "\t"),
        (at, put) => {
          for (const skipped of [0, 1]) {
            const outcome = outcomeOf(text.slice(0, at) + put + text.slice(at + skipped));
            const faults = "faults" in outcome ? outcome.faults : [];
            expect(JSON.stringify(faults.map(({ message, hint }) => [message, hint]))).not.toContain("hunter2");
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test("what is written in place of a name is not quoted either", async () => {
    const warnings: string[] = [];
    const listen = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", listen);
    for (const key of ["{ secret: hunter2 }", "? [hunter2]\n    ", "? &a { secret: hunter2 }\n    ", "{{hunter2}}"]) {
      const outcome = outcomeOf(`events-webhook:\n  signatures:\n    ${key}: 1\n`);
      expect(outcome).toMatchObject({ faults: [{ place: { line: 3 } }] });
      expect(JSON.stringify(outcome)).not.toContain("hunter2");
    }
    // Warnings are told in a turn of their own.
    await setImmediate();
    process.off("warning", listen);
    expect(warnings).toEqual([]);
  });

  test("each fault says where it stands, in the order of the text", () => {
    const text = `events-webhook:
  enabled: true
  signatures:
    order.created: { header: X, algorithm: md5, secret: "s" }
    "a b": { provider: github, secret: "s" }
    two: { provider: github, secrets: [{ name: a, secret: "s" }, { name: a, secret: "t" }] }
  public_base_url: http://example.com
  tenants:
    nobody: {}
`;
    const outcome = outcomeOf(text);
    const found = "faults" in outcome ? outcome.faults : [];
    expect(found.map(({ path, place }) => `${place?.line}:${place?.column} ${path}`)).toEqual([
      '4:33 $.events-webhook.signatures["order.created"].algorithm',
      '5:5 $.events-webhook.signatures["a b"]',
      "6:68 $.events-webhook.signatures.two.secrets[1].name",
      "7:3 $.events-webhook.public_base_url",
      "9:5 $.events-webhook.tenants.nobody",
    ]);
  });

  test("what is missing is told where it belongs, what is broken where it breaks", () => {
    expect(outcomeOf('\n{"events-webhook":\n  {"enabled": true}}')).toMatchObject({
      faults: [{ path: "$.events-webhook.public_base_url", place: { line: 2, column: 2 } }],
    });
    expect(outcomeOf('{"events-webhook": {\n"enabled": true\n"public_base_url": "https://a.example"}}')).toMatchObject({
      faults: [{ path: "$", place: { line: 3, column: 1 } }],
    });
    expect(outcomeOf("events-webhook:\n  secret_key: *hunter2")).toMatchObject({
      faults: [{ place: { line: 2, column: 15 }, hint: "Put a text that begins with `*` in quotes." }],
    });
    expect(outcomeOf("")).toMatchObject({ faults: [{ path: "$", message: "there is nothing in it" }] });
  });

  test("keys of JavaScript's objects are plain keys", () => {
    const text =
      '{"events-webhook": {"enabled": true, "public_base_url": "https://a.example", "tenants": {"__proto__": {}}, "constructor": 1}}';
    expect(outcomeOf(text)).toMatchObject({ faults: [{ path: expect.any(String) as string }, {}] });
  });

  test("whatever is written there, the outcome is settings or faults", () => {
    fc.assert(
      fc.property(fc.json(), (value) => {
        const outcome = outcomeOf(`{"events-webhook": ${value}}`);
        expect("faults" in outcome ? outcome.faults.length : 1).toBeGreaterThan(0);
      }),
    );
  });

  test("whatever stands in one place of valid answers, faults name a place and repeat no secret of it", () => {
    const signatures = {
      github: { provider: "github", secret: "s" },
      own: { header: "X-Sig", algorithm: "sha256", secrets: [{ name: "a", secret: "s" }] },
      "order.created": { scheme: { kind: "mac", alg: "hmac-sha256", signature: { header: "x", encoding: "hex" } } },
    };
    const all = { ...VALID, secret_header: "X-Sig", secret_key: "s", signatures, tenants: { demo: { signatures } } };
    const places = placesIn(all);
    const wrong = fc.oneof(
      fc.constantFrom(null, 1, [], {}, "$NONE", { secret: "hunter2" }, ["hunter2"], { env: "A", secret: "hunter2" }),
      fc.jsonValue({ maxDepth: 2 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), wrong, (place, value) => {
        const outcome = outcomeOf(JSON.stringify({ "events-webhook": withValueAt(all, place, value) }));
        const faults = "faults" in outcome ? outcome.faults : [];
        for (const fault of faults) expect([fault.path[0], fault.place?.line]).toEqual(["$", 1]);
        expect(JSON.stringify(faults)).not.toContain("hunter2");
      }),
      { numRuns: 150 },
    );
  });
});

/** The paths of all members. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, member]) => placesIn(member, [...path, name]))];
}

function withValueAt(root: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const members = new Map(Object.entries(root as Record<string, unknown>));
  members.set(name, withValueAt(members.get(name), rest, value));
  return Array.isArray(root) ? [...members.values()] : Object.fromEntries(members);
}
