/** Schemas that several node types share. */
import { z } from "zod";
import type { JsonValue } from "../base/index.ts";

/** Any JSON value; large integers are bigints. */
export const jsonValueSchema: z.ZodType<JsonValue> = z.custom<JsonValue>((value) => value !== undefined);
