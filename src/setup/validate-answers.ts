/**
 * Answers → settings: pure, and every fault at once. Secrets come out apart from the settings, under names.
 */
import { nearest } from "../base/index.ts";
import { keyFaults, parseSchemeConfig, sha256Spec, type SigningKey } from "../signature/index.ts";
import { OPTION_NAMES, TENANT_OPTION_NAMES } from "./answer-options.ts";
import { memberPath } from "./answer-places.ts";
import { isRecord, withPlaces, type AnswerFault, type AnswerSection } from "./answers.ts";
import { ExternalReferences } from "./external-references.ts";
import {
  ANY,
  REPLAY_GUARDS,
  SETTINGS_FORMAT,
  type StoredSettings,
  type StoredSource,
  type StoredTenant,
} from "./settings.ts";

export interface ValidateOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The bundle's tenants. */
  readonly tenants: readonly string[];
}

export interface ValidatedAnswers {
  readonly settings: StoredSettings;
  readonly secrets: ReadonlyMap<string, string>;
  /** Set when the answers are for this tenant alone. */
  readonly tenant?: string;
}

type Section = Readonly<Record<string, unknown>>;

const EVENT_TYPE = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/;
const REFERENCE = /^\$(?:(\w+)|\{(\w+)\})$/;

/** Validates the section for the webhook events provider. */
export function validateAnswers(
  answers: AnswerSection,
  options: ValidateOptions,
): ValidatedAnswers | { readonly faults: readonly AnswerFault[] } {
  const validator = new Validator(options);
  const settings = validator.settings(answers);
  if (validator.faults.length > 0) return { faults: withPlaces(validator.faults, answers.placeOf) };
  const { tenant } = answers;
  return { settings, secrets: validator.secrets, ...(tenant !== undefined && { tenant }) };
}

class Validator {
  readonly faults: AnswerFault[] = [];
  readonly secrets = new Map<string, string>();
  readonly #options: ValidateOptions;
  readonly #external = new ExternalReferences((path, message) => this.#fault(path, message));

  constructor(options: ValidateOptions) {
    this.#options = options;
  }

  settings({ section, path, tenant }: AnswerSection): StoredSettings {
    this.#unknown(section, path, OPTION_NAMES);
    if (typeof section["enabled"] !== "boolean")
      this.#fault(
        `${path}.enabled`,
        section["enabled"] === undefined ? "is missing" : "must be true or false",
        "Write true to receive webhooks.",
      );
    const isEnabled = section["enabled"] === true;
    const own = this.#tenant(section, path, tenant ?? ANY);
    const tenants = this.#tenants(section["tenants"], `${path}.tenants`);
    if (tenant !== undefined) this.#checkTenant(tenant, "$.tenant");
    return {
      format: SETTINGS_FORMAT,
      // Answers for one tenant say nothing of the others.
      enabled: tenant === undefined && isEnabled,
      publicBaseUrl: this.#url(section["public_base_url"], `${path}.public_base_url`),
      requireSignature: tenant === undefined && own.requireSignature === true,
      ...(tenant === undefined && own.maxBodyBytes !== undefined && { maxBodyBytes: own.maxBodyBytes }),
      shared: tenant === undefined ? own : { byType: {} },
      tenants: tenant === undefined ? tenants : { ...tenants, [tenant]: { ...own, enabled: isEnabled } },
    };
  }

  #tenants(value: unknown, path: string): Record<string, StoredTenant> {
    if (value === undefined) return {};
    if (!isRecord(value)) {
      this.#fault(path, "must be an object of tenants");
      return {};
    }
    const tenants: Record<string, StoredTenant> = {};
    for (const [name, section] of Object.entries(value)) {
      const at = memberPath(path, name);
      this.#checkTenant(name, at);
      if (!isRecord(section)) {
        this.#fault(at, "must be an object");
        continue;
      }
      this.#unknown(section, at, TENANT_OPTION_NAMES);
      tenants[name] = this.#tenant(section, at, name);
    }
    return tenants;
  }

  #checkTenant(name: string, path: string): void {
    if (this.#options.tenants.includes(name)) return;
    const meant = nearest(name, this.#options.tenants);
    this.#fault(
      path,
      `the bundle has no tenant "${name}"`,
      meant === undefined ? `It has: ${this.#options.tenants.join(", ")}.` : `Did you mean "${meant}"?`,
    );
  }

  #tenant(section: Section, path: string, owner: string): StoredTenant {
    const fallback = this.#fallback(section, path, owner);
    const requireSignature = this.#boolean(section["require_signature"], `${path}.require_signature`);
    const maxBodyBytes = this.#bytes(section["max_body_bytes"], `${path}.max_body_bytes`);
    const replayGuard = this.#replayGuard(section["replay_guard"], `${path}.replay_guard`);
    return {
      byType: this.#signatures(section["signatures"], `${path}.signatures`, owner),
      ...(fallback !== undefined && { fallback }),
      ...(requireSignature !== undefined && { requireSignature }),
      ...(maxBodyBytes !== undefined && { maxBodyBytes }),
      ...(replayGuard !== undefined && { replayGuard }),
    };
  }

  #replayGuard(value: unknown, path: string): StoredTenant["replayGuard"] {
    const found = REPLAY_GUARDS.find((guard) => guard === value);
    if (value !== undefined && found === undefined) this.#fault(path, `must be ${REPLAY_GUARDS.join(" or ")}`);
    return found;
  }

  /** `secret_header` and `secret_key`: the check for every event type without a signature of its own. */
  #fallback(section: Section, path: string, owner: string): StoredSource | undefined {
    const { secret_header: header } = section;
    const key = this.#external.textOrReference(section["secret_key"], `${path}.secret_key`);
    if (header === undefined && key === undefined) return undefined;
    if (header === undefined || key === undefined) {
      const [given, missing] = header === undefined ? ["secret_key", "secret_header"] : ["secret_header", "secret_key"];
      this.#fault(`${path}.${missing}`, `is missing, but ${given} is there`, "Give both or none of them.");
    }
    const isHeader = typeof header === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(header);
    if (header !== undefined && !isHeader)
      this.#fault(
        `${path}.secret_header`,
        "must be the name of a header",
        "Such as X-Signature-256: no blanks, no colon.",
      );
    const isKey = typeof key === "string" && key !== "";
    if (key !== undefined && !isKey) this.#fault(`${path}.secret_key`, "must be a text that is not empty");
    if (isKey && !isHeader) this.#checkReference(key, `${path}.secret_key`);
    if (!isHeader || !isKey) return undefined;
    const config = { scheme: { spec: sha256Spec(header) } };
    return this.#source(config, [{ name: "default", secret: key }], `${path}.secret_key`, `${owner}/${ANY}`);
  }

  #signatures(value: unknown, path: string, owner: string): Record<string, StoredSource> {
    if (value === undefined) return {};
    if (!isRecord(value)) {
      this.#fault(
        path,
        "must be an object of event types",
        'Write { "github": { "provider": "github", "secret": "…" } }.',
      );
      return {};
    }
    const sources: Record<string, StoredSource> = {};
    for (const [eventType, entry] of Object.entries(value)) {
      const at = memberPath(path, eventType);
      if (!EVENT_TYPE.test(eventType))
        this.#fault(at, "is no event type", "Use letters, digits and . _ : @ -, at most 128 of them.");
      const known = this.#external.withoutThem(entry, at);
      const parsed = parseSchemeConfig(known);
      if ("faults" in parsed) {
        for (const { path: below, message, hint } of parsed.faults)
          this.#fault(below === "" ? at : `${at}.${below}`, message, hint);
        this.#checkReferences(known, at);
        continue;
      }
      const source = this.#source(parsed.config, parsed.keys, `${at}.secret`, `${owner}/${eventType}`);
      if (source !== undefined) sources[eventType] = source;
    }
    return sources;
  }

  /** Takes secrets from the environment where they are references, checks them, and puts them aside under names. */
  #source(
    config: StoredSource["config"],
    keys: readonly SigningKey[],
    path: string,
    owner: string,
  ): StoredSource | undefined {
    const resolved = keys.map((key) => {
      const from = this.#external.placeOf(key.secret);
      return from === undefined ? { ...key, secret: this.#resolve(key.secret, path) ?? "" } : { ...key, from };
    });
    if (resolved.some(({ secret }) => secret === "")) return undefined;
    const known = resolved.filter((key) => !("from" in key));
    for (const { path: name, message, hint } of keyFaults(config, known))
      if (keys.length > 1) this.#fault(`${path}s`, `"${name}": ${message}`, hint);
      else this.#fault(path, message, hint);
    return {
      config,
      keys: resolved.map((key) => {
        const { name, notAfterMs } = key;
        const secretName = `${owner}/${name}`;
        const from = "from" in key ? { from: key.from } : {};
        if (!("from" in key)) this.secrets.set(secretName, key.secret);
        return { name, secretName, ...from, ...(notAfterMs !== undefined && { notAfterMs }) };
      }),
    };
  }

  /** Of an entry that has other faults: what the environment lacks is told with them. */
  #checkReferences(entry: unknown, path: string): void {
    if (!isRecord(entry)) return;
    this.#checkReference(entry["secret"], `${path}.secret`);
    const { secrets } = entry;
    if (!Array.isArray(secrets)) return;
    secrets.forEach((item: unknown, index) => {
      const at = `${path}.secrets[${index}]`;
      if (isRecord(item)) this.#checkReference(item["secret"], `${at}.secret`);
      else this.#checkReference(item, at);
    });
  }

  #checkReference(secret: unknown, path: string): void {
    if (typeof secret === "string" && this.#external.placeOf(secret) === undefined) this.#resolve(secret, path);
  }

  #resolve(text: string, path: string): string | undefined {
    const match = REFERENCE.exec(text);
    if (match === null && text.startsWith("${")) {
      const hint = "Write ${NAME}, with nothing before or behind it.";
      this.#fault(path, "looks like a variable of the environment, but is none", hint);
    }
    if (match === null) return text;
    const name = match[1] ?? match[2] ?? "";
    const value = this.#options.env[name];
    if (value === undefined || value === "") {
      this.#fault(
        path,
        `takes its value from the environment, but ${name} is ${value === undefined ? "not set" : "empty"}`,
        `Run: export ${name}=…`,
      );
      return undefined;
    }
    return value;
  }

  #url(value: unknown, path: string): string {
    const hint = "Write the URL under which the sender reaches you, e.g. https://your-domain.com.";
    const text = typeof value === "string" ? (this.#resolve(value, path) ?? "") : "";
    if (typeof value !== "string") this.#fault(path, value === undefined ? "is missing" : "must be a text", hint);
    if (text === "") return "";
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined) {
      this.#fault(path, `"${text}" is no URL`, hint);
      return "";
    }
    if (!(url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))))
      this.#fault(path, "must be https (http only on loopback)", hint);
    if (url.search !== "" || url.hash !== "") this.#fault(path, "must have no query and no fragment", hint);
    if (url.username !== "" || url.password !== "") this.#fault(path, "must have no user and no password", hint);
    return text.replace(/\/+$/, "");
  }

  #boolean(value: unknown, path: string): boolean | undefined {
    if (value !== undefined && typeof value !== "boolean") this.#fault(path, "must be true or false");
    return typeof value === "boolean" ? value : undefined;
  }

  #bytes(value: unknown, path: string): number | undefined {
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
    this.#fault(path, "must be a whole number of bytes above 0");
    return undefined;
  }

  #unknown(section: Section, path: string, known: readonly string[]): void {
    for (const name of Object.keys(section)) {
      if (known.includes(name)) continue;
      const meant = nearest(name, known);
      this.#fault(
        memberPath(path, name),
        "is no option",
        meant === undefined ? `Options are: ${known.join(", ")}.` : `Did you mean "${meant}"?`,
      );
    }
  }

  #fault(path: string, message: string, hint?: string): void {
    this.faults.push({ path, message, ...(hint !== undefined && { hint }) });
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
