/** Reads a JSON file that gtc itself wrote, with a version in `format`. */
import { z } from "zod";
import { GtcError } from "../base/index.ts";

const versionSchema = z.object({ format: z.number() });

/**
 * The content of a file. What is wrong with it is said without a word of it: it may hold secrets.
 * @throws GtcError GTC_LOG_FORMAT for a newer format, GTC_STATE_DAMAGED for what is none.
 */
export function readStateFile<T>(path: string, text: string, schema: z.ZodType<T>, supported: number): T {
  const json = jsonOrNothing(text);
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const version = versionSchema.safeParse(json).data;
  if (version !== undefined && version.format > supported)
    throw new GtcError("GTC_LOG_FORMAT", { path, found: version.format, supported });
  throw new GtcError("GTC_STATE_DAMAGED", {
    path,
    detail: json === undefined ? "it is no JSON" : firstFault(parsed.error),
  });
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function firstFault({ issues }: z.ZodError): string {
  const place = issues[0]?.path.map(String).join(".") ?? "";
  return place === "" ? "it does not hold what was written" : `${place} is not what was written`;
}
