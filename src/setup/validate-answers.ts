/**
 * Answers → settings: pure, and every fault at once. Here is their shape, for all tenants and for each; what stands in it is
 * read by `answer-values.ts` and `validate-sources.ts`. Secrets come out apart from the settings, under names.
 */
import { nearest } from "../base/index.ts";
import { OPTION_NAMES, TENANT_OPTION_NAMES } from "./answer-options.ts";
import { memberPath } from "./answer-places.ts";
import { AnswerValues, type Environment, type Section } from "./answer-values.ts";
import { isRecord, withPlaces, type AnswerFault, type AnswerSection } from "./answers.ts";
import { ANY, SETTINGS_FORMAT, type StoredSettings, type StoredTenant } from "./settings.ts";
import { SourceValidator } from "./validate-sources.ts";

export interface ValidateOptions {
  readonly env: Environment;
  /** The bundle's tenants. */
  readonly tenants: readonly string[];
}

export interface ValidatedAnswers {
  readonly settings: StoredSettings;
  readonly secrets: ReadonlyMap<string, string>;
  /** Set when the answers are for this tenant alone. */
  readonly tenant?: string;
}

/** Validates the section for the webhook events provider. */
export function validateAnswers(
  answers: AnswerSection,
  { env, tenants }: ValidateOptions,
): ValidatedAnswers | { readonly faults: readonly AnswerFault[] } {
  const values = new AnswerValues(env);
  const sources = new SourceValidator(values);
  const settings = new Validator(values, sources, tenants).settings(answers);
  if (values.faults.length > 0) return { faults: withPlaces(values.faults, answers.placeOf) };
  const { tenant } = answers;
  return { settings, secrets: sources.secrets, ...(tenant !== undefined && { tenant }) };
}

class Validator {
  readonly #values: AnswerValues;
  readonly #sources: SourceValidator;
  /** The bundle's tenants. */
  readonly #names: readonly string[];

  constructor(values: AnswerValues, sources: SourceValidator, names: readonly string[]) {
    this.#values = values;
    this.#sources = sources;
    this.#names = names;
  }

  settings({ section, path, tenant }: AnswerSection): StoredSettings {
    this.#values.unknown(section, path, OPTION_NAMES);
    if (typeof section["enabled"] !== "boolean")
      this.#values.fault(
        `${path}.enabled`,
        section["enabled"] === undefined ? "is missing" : "must be true or false",
        "Write true to receive webhooks.",
      );
    const isEnabled = section["enabled"] === true;
    const own = this.#tenant(section, path, tenant ?? ANY);
    const tenants = this.#tenants(section["tenants"], `${path}.tenants`);
    if (tenant !== undefined) {
      this.#checkTenant(tenant, "$.tenant");
      const more = Object.hasOwn(tenants, tenant) ? tenants[tenant] : undefined;
      const section = this.#together(own, more, memberPath(`${path}.tenants`, tenant));
      tenants[tenant] = { ...section, enabled: isEnabled };
    }
    return {
      format: SETTINGS_FORMAT,
      // Answers for one tenant say nothing of the others.
      enabled: tenant === undefined && isEnabled,
      publicBaseUrl: this.#values.url(section["public_base_url"], `${path}.public_base_url`),
      requireSignature: tenant === undefined && own.requireSignature === true,
      ...(tenant === undefined && own.maxBodyBytes !== undefined && { maxBodyBytes: own.maxBodyBytes }),
      shared: tenant === undefined ? own : { byType: {} },
      tenants,
    };
  }

  /** What answers for one tenant say of it: `own` at their top, and `more` under `tenants`, which goes before. */
  #together(own: StoredTenant, more: StoredTenant | undefined, path: string): StoredTenant {
    if (more === undefined) return own;
    const twice = (at: string): void =>
      this.#values.fault(at, "stands here and at the top, which is about the same tenant", "Keep one of the two.");
    for (const type of Object.keys(more.byType))
      if (Object.hasOwn(own.byType, type)) twice(memberPath(`${path}.signatures`, type));
    if (own.fallback !== undefined && more.fallback !== undefined) twice(`${path}.secret_key`);
    return { ...own, ...more, byType: { ...own.byType, ...more.byType } };
  }

  #tenants(value: unknown, path: string): Record<string, StoredTenant> {
    if (value === undefined) return {};
    if (!isRecord(value)) {
      this.#values.fault(path, "must be an object of tenants");
      return {};
    }
    const tenants: Record<string, StoredTenant> = {};
    for (const [name, section] of Object.entries(value)) {
      const at = memberPath(path, name);
      this.#checkTenant(name, at);
      if (!isRecord(section)) {
        this.#values.fault(at, "must be an object");
        continue;
      }
      this.#values.unknown(section, at, TENANT_OPTION_NAMES);
      tenants[name] = this.#tenant(section, at, name);
    }
    return tenants;
  }

  #checkTenant(name: string, path: string): void {
    if (this.#names.includes(name)) return;
    const meant = nearest(name, this.#names);
    this.#values.fault(
      path,
      `the bundle has no tenant "${name}"`,
      meant === undefined ? `It has: ${this.#names.join(", ")}.` : `Did you mean "${meant}"?`,
    );
  }

  #tenant(section: Section, path: string, owner: string): StoredTenant {
    const fallback = this.#sources.fallback(section, path, owner);
    const requireSignature = this.#values.boolean(section["require_signature"], `${path}.require_signature`);
    const maxBodyBytes = this.#values.bytes(section["max_body_bytes"], `${path}.max_body_bytes`);
    const replayGuard = this.#values.replayGuard(section["replay_guard"], `${path}.replay_guard`);
    return {
      byType: this.#sources.signatures(section["signatures"], `${path}.signatures`, owner),
      ...(fallback !== undefined && { fallback }),
      ...(requireSignature !== undefined && { requireSignature }),
      ...(maxBodyBytes !== undefined && { maxBodyBytes }),
      ...(replayGuard !== undefined && { replayGuard }),
    };
  }
}
