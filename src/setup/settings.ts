/**
 * What setup makes of the answers: plain JSON for `state/settings.json`, with the secrets taken out. A secret is named
 * by where it belongs: `<tenant>/<event type>/<name>`, with a star for "every".
 */
import { z } from "zod";
import type { SchemeConfig } from "../signature/index.ts";

export const SETTINGS_FORMAT = 1;
/** Stands for "all tenants" and for "all event types without a signature of their own". */
export const ANY = "*";

/** Whether a body that was seen may come again under another id. */
export const REPLAY_GUARDS = ["off", "strict"] as const;

const keySchema = z.object({
  name: z.string(),
  secretName: z.string(),
  notAfterMs: z.number().optional(),
  /** Where it is kept, when it is not sealed. */
  from: z
    .union([
      z.strictObject({ env: z.string() }),
      /** `overlapMs`: how long a secret that the file no longer holds goes on verifying. */
      z.strictObject({ file: z.string(), overlapMs: z.number().exactOptional() }),
    ])
    .optional(),
  /** How it came, when not with the answers. */
  origin: z.enum(["rotated", "handshake"]).optional(),
  addedAtMs: z.number().optional(),
});
const sourceSchema = z.object({
  config: z.custom<SchemeConfig>((value) => typeof value === "object"),
  keys: z.array(keySchema),
});
const tenantSchema = z.object({
  /** Where it differs from that of all tenants. */
  enabled: z.boolean().optional(),
  fallback: sourceSchema.optional(),
  byType: z.record(z.string(), sourceSchema),
  requireSignature: z.boolean().optional(),
  maxBodyBytes: z.number().optional(),
  replayGuard: z.enum(REPLAY_GUARDS).optional(),
});

export const settingsSchema = z.object({
  format: z.literal(SETTINGS_FORMAT),
  enabled: z.boolean(),
  publicBaseUrl: z.string(),
  requireSignature: z.boolean(),
  maxBodyBytes: z.number().optional(),
  shared: tenantSchema,
  tenants: z.record(z.string(), tenantSchema),
});

export type StoredSettings = z.infer<typeof settingsSchema>;
export type StoredKey = z.infer<typeof keySchema>;
export type StoredSource = z.infer<typeof sourceSchema>;
export type StoredTenant = z.infer<typeof tenantSchema>;

/** What is set up for a tenant alone. Any name may be a tenant's, also one that every object has (`constructor`). */
export function ownSettings({ tenants }: StoredSettings, tenant: string): StoredTenant {
  return (Object.hasOwn(tenants, tenant) ? tenants[tenant] : undefined) ?? { byType: {} };
}

/** What is set up, with the secrets opened: each under the name by which the settings know it. */
export interface OpenSetup {
  readonly settings: StoredSettings;
  readonly secrets: ReadonlyMap<string, string>;
}
