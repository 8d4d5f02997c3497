import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { configOf, judge, keyOf, NOW_MS, outcomeOf, requestOf, signed } from "../../test/support/signed-request.ts";

describe("zeros in front of a time", () => {
  const at = String(NOW_MS / 1000);

  test("the end of an id cannot be moved into them: the signature would be that of another delivery", async () => {
    const spec = {
      kind: "mac",
      alg: "hmac-sha256",
      signature: { header: "X-Signature", encoding: "hex" },
      content: "{id}{timestamp}{body}",
      id: { from: "header:X-Id" },
      timestamp: { from: "header:X-Time", unit: "s", tolerance: 300 },
    } as const;
    const signature = createHmac("sha256", "s").update(`msg_10${at}{}`).digest("hex");
    const outcome = async (id: string, time: string) => {
      const headers = [
        ["X-Signature", signature],
        ["X-Id", id],
        ["X-Time", time],
      ] as const;
      return outcomeOf(await judge({ scheme: { spec } }, [keyOf("s")], requestOf("{}", headers)));
    };
    expect(await outcome("msg_10", at)).toBe("verified");
    expect(await outcome("msg_1", `0${at}`)).toBe("timestamp_malformed");
  });

  test("nor the end of a body, as where HubSpot signs it before the time", async () => {
    const made = signed(configOf("hubspot-v3"), "s", requestOf("amount=100"));
    const cut = { ...made, rawBody: Buffer.from("amount=10") };
    const moved = made.headers.map(([name, value]) => [name, value === String(NOW_MS) ? `0${value}` : value] as const);
    expect(outcomeOf(await judge(configOf("hubspot-v3"), [keyOf("s")], made))).toBe("verified");
    expect(outcomeOf(await judge(configOf("hubspot-v3"), [keyOf("s")], { ...cut, headers: moved }))).toBe(
      "timestamp_malformed",
    );
  });
});
