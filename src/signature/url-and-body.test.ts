/** Where the URL and the body are signed side by side, a request that was seen does not come again cut at another place. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { configOf, HOOK_URL, judge, keyOf, outcomeOf, requestOf, signed } from "../../test/support/signed-request.ts";
import type { SchemeConfig, SignedRequest } from "./index.ts";

const outcome = async (config: SchemeConfig, request: SignedRequest): Promise<string> =>
  outcomeOf(await judge(config, [keyOf("s")], request));

const queries = fc.constantFrom("", "?a=1", "?a=1&b=", "?filter[x]=1", "?x={y}", "?", "?a[]=[", "?q=%7B");
const bodies = fc.oneof(
  fc.constant(""),
  fc.object().map((value) => JSON.stringify(value)),
  fc.array(fc.object()).map((value) => `${JSON.stringify(value, undefined, 1)}\n`),
);

test.each(["square", "hubspot-v2", "hubspot-v3"])(
  "%s: a request is read as it was sent, and cut at no other place",
  async (provider) => {
    const config = configOf(provider);
    await fc.assert(
      fc.asyncProperty(queries, bodies, fc.nat(), async (query, body, cut) => {
        const url = HOOK_URL + query;
        const sent = signed(config, "s", requestOf(body, [], { url }));
        expect(await outcome(config, sent)).toBe("verified");
        const whole = url + body;
        const at = HOOK_URL.length + (cut % (whole.length - HOOK_URL.length + 1));
        // What moves out of the path, or into it, leads to another source.
        fc.pre(at !== url.length && (query !== "" || at === HOOK_URL.length));
        const again = { ...sent, url: whole.slice(0, at), rawBody: Buffer.from(whole.slice(at)) };
        expect(await outcome(config, again)).toBe("signature_malformed");
      }),
      { numRuns: 300 },
    );
  },
);

test("where the URL is configured, any body may follow it", async () => {
  const url = `${HOOK_URL}?a=1`;
  const config: SchemeConfig = { ...configOf("square"), url };
  const sent = signed(config, "s", requestOf("a text", [], { url }));
  expect(await outcome(config, sent)).toBe("verified");
  // What a request adds to the query is as uncertain as ever.
  const more = signed(configOf("square"), "s", requestOf("a text", [], { url: `${url}&b=2` }));
  expect(await outcome(config, more)).toBe("signature_malformed");
});

test("a scheme that is written out is read so, too", async () => {
  const config: SchemeConfig = {
    scheme: {
      spec: {
        kind: "mac",
        alg: "hmac-sha256",
        signature: { header: "X-Signature", encoding: "hex" },
        content: "{pathquery}{body}",
      },
    },
  };
  const sent = signed(config, "s", requestOf('{"a":1}', [], { url: `${HOOK_URL}?a=1` }));
  expect(await outcome(config, sent)).toBe("verified");
  const again = { ...sent, url: `${HOOK_URL}?a=1{"a":1}`, rawBody: Buffer.from("") };
  expect(await outcome(config, again)).toBe("signature_malformed");
});
