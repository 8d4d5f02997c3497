import { expect, test } from "vitest";
import { configOf, judge, keyOf, outcomeOf, requestOf, signed } from "../../../test/support/signed-request.ts";
import type { SchemeConfig, SignedRequest } from "../index.ts";

const TWILIO = configOf("twilio");
const FORM = [["Content-Type", "application/x-www-form-urlencoded"]] as const;
const verdictOn = async (request: SignedRequest): Promise<string> =>
  outcomeOf(await judge(TWILIO, [keyOf("auth token")], request));

test("nothing can be put behind fields that are repeated until nobody looks", async () => {
  const request = signed(TWILIO, "auth token", requestOf("From=%2B41&Body=hello", FORM));
  expect(await verdictOn(request)).toBe("verified");
  // A repeated value changes no signature of Twilio's.
  const repeated = "From=%2B41&".repeat(999);
  expect(await verdictOn({ ...request, rawBody: Buffer.from(`${repeated}Body=hello`) })).toBe("verified");
  const longer = Buffer.from(`${repeated}Body=hello&Body=somebody+else`);
  expect(await verdictOn({ ...request, rawBody: longer })).toBe("field_missing");
});

test("a body that is no text is not taken for a form without fields", async () => {
  const request = signed(TWILIO, "auth token", requestOf("", FORM));
  expect(await verdictOn(request)).toBe("verified");
  expect(await verdictOn({ ...request, rawBody: Buffer.from([0xff, 0xfe]) })).toBe("field_missing");
});

test("a named URL is that of the provider, which adds the hash of the body to it", async () => {
  const config: SchemeConfig = { ...TWILIO, url: "https://public.example/hook?to=1" };
  const { headers, rawBody, url } = signed(TWILIO, "auth token", requestOf('{"a":1}', [], { url: config.url ?? "" }));
  const outcome = async (change: Partial<SignedRequest>): Promise<string> => {
    const request = requestOf(rawBody, headers, { url: `https://inside.example/x${new URL(url).search}`, ...change });
    return outcomeOf(await judge(config, [keyOf("auth token")], request));
  };
  expect(new URL(url).search).toContain("to=1&bodySHA256=");
  expect(await outcome({})).toBe("verified");
  expect(await outcome({ rawBody: Buffer.from('{"a":2}') })).toBe("signature_mismatch");
  expect(await outcome({ url: "https://inside.example/x" })).toBe("signature_mismatch");
});
