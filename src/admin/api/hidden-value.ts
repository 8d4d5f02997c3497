/** One value of a request that is masked where it is shown, for who asks for it. */
import type { Envelope } from "../../event/index.ts";
import { valueAt } from "../masking.ts";
import { payloadOf } from "./shown-body.ts";

type Request = Pick<Envelope, "headers" | "target" | "rawBody">;

/**
 * The value of `header:authorization`, `query:token` or `body:$.card.number`. A name that is there more than once has all
 * its values, each on a line of its own, in their order. Undefined: there is none.
 */
export async function hiddenValue(request: Request, field: string): Promise<string | undefined> {
  const [, place, name = ""] = /^(header|query|body):(.+)$/s.exec(field) ?? [];
  const values = await valuesIn(request, place, name);
  return values.length === 0 ? undefined : values.join("\n");
}

async function valuesIn(
  { headers, target, rawBody }: Request,
  place: string | undefined,
  name: string,
): Promise<readonly string[]> {
  switch (place) {
    case "header":
      return headers.flatMap(([key, value]) => (key === name.toLowerCase() ? [value] : []));
    case "query":
      return new URL(target, "http://gateway").searchParams.getAll(name);
    case "body": {
      const value = valueAt(await payloadOf(headers, rawBody), name);
      return value === undefined ? [] : [value];
    }
    default:
      return [];
  }
}
