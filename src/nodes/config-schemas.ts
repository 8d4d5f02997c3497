/** Schemas that several node types share. */
import { z } from "zod";
import type { JsonValue } from "../base/index.ts";

/** Any JSON value; large integers are bigints. */
export const jsonValueSchema: z.ZodType<JsonValue> = z.custom<JsonValue>((value) => value !== undefined);

/** A mapping of any names. `z.record` leaves `__proto__` out without a word; here it is a name like any other. */
export function mapOf<T>(name: z.ZodString, item: z.ZodType<T>): z.ZodType<Readonly<Record<string, T>>> {
  // A JSON Schema says of it what it says of a record.
  const { $schema: _draft, ...shape } = z.toJSONSchema(z.record(name, item), {
    target: "draft-7",
    unrepresentable: "any",
  });
  return z
    .custom<Readonly<Record<string, T>>>(isMapping, "must be a mapping")
    .superRefine((map, context) => {
      for (const [key, value] of Object.entries(map)) {
        const { error: odd } = name.safeParse(key);
        if (odd !== undefined)
          context.addIssue({ code: "invalid_key", origin: "record", issues: odd.issues, path: [key] });
        for (const issue of item.safeParse(value).error?.issues ?? [])
          context.addIssue({ ...issue, path: [key, ...issue.path] });
      }
    })
    .meta(shape);
}

function isMapping(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
