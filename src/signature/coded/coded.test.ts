import { createHash, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { configOf, judge, keyOf, NOW_MS, outcomeOf, requestOf, signed } from "../../../test/support/signed-request.ts";
import { createKeyStore, VerifierFault, type FetchText } from "../index.ts";
import { crc32 } from "./crc32.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PUBLIC_PEM = rsa.publicKey.export({ type: "spki", format: "pem" }).toString();

describe("Amazon SNS", () => {
  const message = (changes: Record<string, unknown> = {}, version = "2") => {
    const fields: Record<string, unknown> = {
      Type: "Notification",
      MessageId: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
      TopicArn: "arn:aws:sns:us-west-2:123456789012:MyTopic",
      Subject: "My First Message",
      Message: "Hello wörld!",
      Timestamp: "2026-01-01T00:00:00.000Z",
      SignatureVersion: version,
      SigningCertURL: "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-1.pem",
      ...changes,
    };
    const names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
    const text = names
      .filter((name) => typeof fields[name] === "string")
      .map((name) => `${name}\n${String(fields[name])}\n`);
    const hash = version === "1" ? "sha1" : "sha256";
    return { ...fields, Signature: sign(hash, Buffer.from(text.join("")), rsa.privateKey).toString("base64") };
  };
  const request = (body: object) => requestOf(JSON.stringify(body), [["Content-Type", "text/plain; charset=UTF-8"]]);
  const fetching = (fetchText: FetchText) => ({ keyStore: createKeyStore(fetchText) });
  const good = fetching(() => Promise.resolve(PUBLIC_PEM));

  test.each(["1", "2"])("signature version %s is verified with the certificate that Amazon serves", async (version) => {
    expect(await judge(configOf("aws-sns"), [], request(message({}, version)), NOW_MS, good)).toMatchObject({
      status: "verified",
      deliveryId: { value: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", signed: true },
    });
  });

  test.each([{ Subject: ["evil"] }, { Subject: { a: 1 } }, { SubscribeURL: true }, { Token: 5 }])(
    "what is no text cannot be put in the place of a signed field that is not there: %j",
    async (put) => {
      const made = message({ Subject: undefined });
      expect(outcomeOf(await judge(configOf("aws-sns"), [], request(made), NOW_MS, good))).toBe("verified");
      const changed = request({ ...made, ...put });
      expect(outcomeOf(await judge(configOf("aws-sns"), [], changed, NOW_MS, good))).toBe("signature_malformed");
      const empty = request({ ...made, Subject: null });
      expect(outcomeOf(await judge(configOf("aws-sns"), [], empty, NOW_MS, good))).toBe("verified");
    },
  );

  test("a changed field is refused; a field that is not covered is nobody's proof", async () => {
    const changed = request({ ...message(), Message: "other" });
    expect(outcomeOf(await judge(configOf("aws-sns"), [], changed, NOW_MS, good))).toBe("signature_mismatch");
  });

  test("the lines of another topic inside a message are its text, however the fields are cut", async () => {
    const pinned = "arn:aws:sns:us-west-2:1:Mine";
    const within = ["Message", "pay", "MessageId", "m-1", "Timestamp", "t", "TopicArn", pinned, "Type", "Notification"];
    const theirs = {
      MessageId: "m-2",
      Timestamp: "2026-01-01T00:00:00.000Z",
      TopicArn: "arn:aws:sns:us-west-2:2:Theirs",
    };
    const own = message({ ...theirs, Subject: undefined, Message: within.slice(1).join("\n") });
    expect(outcomeOf(await judge(configOf("aws-sns"), [], request(own), NOW_MS, good))).toBe("verified");
    const rest = ["Notification", "MessageId", theirs.MessageId, "Timestamp", theirs.Timestamp];
    const Type = [...rest, "TopicArn", theirs.TopicArn, "Type", "Notification"].join("\n");
    const cut = { ...own, Message: "pay", MessageId: "m-1", Timestamp: "t", TopicArn: pinned, Type };
    const config = configOf("aws-sns", { topic_arn: pinned });
    expect(outcomeOf(await judge(config, [], request(cut), NOW_MS, good))).toBe("signature_malformed");
    const moved = {
      ...own,
      Message: "pay",
      MessageId: `m-1\n${within.slice(4).join("\n")}\nMessageId\n${theirs.MessageId}`,
    };
    expect(outcomeOf(await judge(configOf("aws-sns"), [], request(moved), NOW_MS, good))).toBe("signature_malformed");
  });

  test.each([
    "https://sns.us-west-2.amazonaws.com.evil.example/cert.pem",
    "http://sns.us-west-2.amazonaws.com/cert.pem",
    "https://bucket.s3.amazonaws.com/cert.pem",
    "https://sns.s3-eu-west-1.amazonaws.com/cert.pem",
    "https://sns.s3-external-1.amazonaws.com/cert.pem",
    "https://user:pass@sns.us-west-2.amazonaws.com/cert.pem",
    "https://sns.us-west-2.amazonaws.com:8443/cert.pem",
    "https://sns.us-west-2.amazonaws.com/cert.txt",
    "https://169.254.169.254/cert.pem",
    "not a url",
  ])("a certificate at %s is never fetched", async (SigningCertURL) => {
    const never = fetching(() => Promise.reject(new Error("it was fetched")));
    const verdict = await judge(configOf("aws-sns"), [], request(message({ SigningCertURL })), NOW_MS, never);
    expect(outcomeOf(verdict)).toBe("certificate_untrusted");
  });

  test.each(["us-east-1", "ap-southeast-5", "us-gov-west-1", "cn-north-1"])("a region is known: %s", async (region) => {
    const SigningCertURL = `https://sns.${region}.amazonaws.com${region.startsWith("cn") ? ".cn" : ""}/Simple-1.pem`;
    const verdict = await judge(configOf("aws-sns"), [], request(message({ SigningCertURL })), NOW_MS, good);
    expect(outcomeOf(verdict)).toBe("verified");
  });

  test("a pinned topic refuses the topics of others", async () => {
    const config = configOf("aws-sns", { topic_arn: "arn:aws:sns:us-west-2:1:Mine" });
    expect(outcomeOf(await judge(config, [], request(message()), NOW_MS, good))).toBe("requirement_failed");
  });

  test("a subscription is confirmed at Amazon only", async () => {
    const confirmation = (SubscribeURL: string) =>
      judge(
        configOf("aws-sns"),
        [],
        request(message({ Type: "SubscriptionConfirmation", Subject: undefined, SubscribeURL, Token: "t" })),
        NOW_MS,
        good,
      );
    const url = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=t";
    expect(await confirmation(url)).toMatchObject({
      status: "verified",
      handshake: { confirmUrl: url, answer: { status: 200 } },
    });
    expect(await confirmation("https://evil.example/")).toMatchObject({ status: "verified", handshake: undefined });
  });

  test("a certificate that cannot be had is the verifier's fault, not the sender's", async () => {
    const broken = fetching(() => Promise.reject(new Error("no route")));
    await expect(judge(configOf("aws-sns"), [], request(message()), NOW_MS, broken)).rejects.toThrow(VerifierFault);
    await expect(judge(configOf("aws-sns"), [], request(message()), NOW_MS)).rejects.toThrow(VerifierFault);
  });

  test("raw delivery, which is not signed, is refused", async () => {
    expect(outcomeOf(await judge(configOf("aws-sns"), [], requestOf("plain text"), NOW_MS, good))).toBe(
      "signature_missing",
    );
  });
});

describe("PayPal", () => {
  const BODY = '{"id":"WH-1","event_type":"PAYMENT.SALE.COMPLETED"}';
  const request = (body = BODY, changes: Record<string, string> = {}) => {
    const text = `tx-1|2026-01-01T00:00:00Z|WEBHOOK-ID|${crc32(Buffer.from(body))}`;
    const headers = {
      "PAYPAL-TRANSMISSION-ID": "tx-1",
      "PAYPAL-TRANSMISSION-TIME": "2026-01-01T00:00:00Z",
      "PAYPAL-CERT-URL": "https://api.paypal.com/v1/notifications/certs/CERT-1",
      "PAYPAL-AUTH-ALGO": "SHA256withRSA",
      "PAYPAL-TRANSMISSION-SIG": sign("sha256", Buffer.from(text), rsa.privateKey).toString("base64"),
      ...changes,
    };
    return requestOf(body, Object.entries(headers));
  };
  const config = configOf("paypal", { webhook_id: "WEBHOOK-ID" });

  test("CRC-32 is the one that PayPal means", () => {
    expect(crc32(Buffer.from("123456789"))).toBe(0xcbf43926);
    expect(crc32(Buffer.alloc(0))).toBe(0);
  });

  test("a transmission is verified, with the ID as a setting or as the secret", async () => {
    const options = { keyStore: createKeyStore(() => Promise.resolve(PUBLIC_PEM)) };
    expect(await judge(config, [], request(), NOW_MS, options)).toMatchObject({
      status: "verified",
      providerType: "PAYMENT.SALE.COMPLETED",
    });
    expect((await judge(configOf("paypal"), [keyOf("WEBHOOK-ID")], request(), NOW_MS, options)).status).toBe(
      "verified",
    );
    expect((await judge(config, [keyOf(PUBLIC_PEM)], request())).status).toBe("verified");
  });

  test("while one ID or certificate replaces another, both count, and none past its end", async () => {
    const options = { keyStore: createKeyStore(() => Promise.resolve(PUBLIC_PEM)) };
    const ids = [keyOf("NEW-ID", "new"), { ...keyOf("WEBHOOK-ID", "old"), notAfterMs: NOW_MS }];
    const byIds = (nowMs: number) => judge(configOf("paypal"), ids, request(), nowMs, options);
    expect(await byIds(NOW_MS)).toMatchObject({ status: "verified", keyName: "old" });
    expect(outcomeOf(await byIds(NOW_MS + 1))).toBe("key_expired");
    const next = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
    const certificates = [
      keyOf(next.export({ type: "spki", format: "pem" }).toString(), "new"),
      { ...keyOf(PUBLIC_PEM, "old"), notAfterMs: NOW_MS },
    ];
    const byCertificates = (nowMs: number) => judge(config, certificates, request(), nowMs);
    expect(await byCertificates(NOW_MS)).toMatchObject({ status: "verified", keyName: "old" });
    expect(outcomeOf(await byCertificates(NOW_MS + 1))).toBe("key_expired");
  });

  test("another webhook's ID, body or host is refused", async () => {
    const pasted = [keyOf(PUBLIC_PEM)];
    expect(outcomeOf(await judge(configOf("paypal", { webhook_id: "OTHER" }), pasted, request()))).toBe(
      "signature_mismatch",
    );
    expect(outcomeOf(await judge(config, pasted, { ...request(), rawBody: Buffer.from(`${BODY} `) }))).toBe(
      "signature_mismatch",
    );
    const elsewhere = request(BODY, { "PAYPAL-CERT-URL": "https://api.paypal.com.evil.example/cert" });
    expect(outcomeOf(await judge(config, pasted, elsewhere))).toBe("certificate_untrusted");
    expect(outcomeOf(await judge(config, pasted, request(BODY, { "PAYPAL-AUTH-ALGO": "none" })))).toBe(
      "signature_version",
    );
  });
});

describe("Adyen", () => {
  const HEX = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
  const item = (changes: Record<string, unknown> = {}) => {
    const fields = {
      pspReference: "7914073381342284",
      merchantAccountCode: "TestMerchant",
      merchantReference: "TestPayment-1407325143704",
      amount: { value: 1130, currency: "EUR" },
      eventCode: "AUTHORISATION",
      success: "true",
      ...changes,
    };
    // The example of Adyen's own libraries, with its published signature.
    return {
      NotificationRequestItem: {
        ...fields,
        additionalData: { hmacSignature: "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=" },
      },
    };
  };
  const request = (...items: object[]) => requestOf(JSON.stringify({ live: "false", notificationItems: items }));
  const verdictOf = async (...items: object[]) => judge(configOf("adyen"), [keyOf(HEX)], request(...items));

  test("the published example is verified", async () => {
    expect(await verdictOf(item())).toMatchObject({
      status: "verified",
      providerType: "AUTHORISATION",
      deliveryId: { value: "7914073381342284.AUTHORISATION.true", signed: true },
    });
  });

  test("each of several items has to be signed", async () => {
    expect((await verdictOf(item(), item())).status).toBe("verified");
    expect(outcomeOf(await verdictOf(item(), item({ success: "false" })))).toBe("signature_mismatch");
    expect(outcomeOf(await verdictOf(item({ amount: { value: 1, currency: "EUR" } })))).toBe("signature_mismatch");
    expect(outcomeOf(await verdictOf())).toBe("signature_missing");
    expect(outcomeOf(await verdictOf({ NotificationRequestItem: { pspReference: "1" } }))).toBe("signature_missing");
  });

  test.each([[["evil"]], [{ value: "evil" }]])("an empty signed field cannot become %j unnoticed", async (evil) => {
    expect(outcomeOf(await verdictOf(item({ originalReference: "" })))).toBe("verified");
    expect(outcomeOf(await verdictOf(item({ originalReference: null })))).toBe("verified");
    expect(outcomeOf(await verdictOf(item({ originalReference: evil })))).toBe("signature_malformed");
  });

  test.each([{}, { NotificationRequestItem: [item()] }, { notificationRequestItem: { pspReference: "evil" } }])(
    "beside a signed item %j is no item",
    async (other) => expect(outcomeOf(await verdictOf(item(), other))).toBe("signature_malformed"),
  );
});

describe("Microsoft Graph", () => {
  const request = (...states: unknown[]) =>
    requestOf(JSON.stringify({ value: states.map((clientState) => ({ clientState, changeType: "updated" })) }));
  const verdictOf = async (...states: unknown[]) =>
    judge(configOf("ms-graph"), [keyOf("state-1"), keyOf("state-2", "next")], request(...states));

  test("the clientState of every item counts", async () => {
    expect((await verdictOf("state-1", "state-1")).status).toBe("verified");
    expect((await verdictOf("state-1", "state-2")).status).toBe("verified");
    expect(outcomeOf(await verdictOf("state-1", "guess"))).toBe("token_mismatch");
    expect(outcomeOf(await verdictOf("state-1", null))).toBe("signature_missing");
    expect(outcomeOf(await verdictOf())).toBe("signature_missing");
  });
});

describe("Dropbox Sign", () => {
  const hash = createHmac("sha256", "api-key").update("1767225600signature_request_signed").digest("hex");
  const json = JSON.stringify({
    event: { event_time: "1767225600", event_type: "signature_request_signed", event_hash: hash },
  });

  test("the JSON stands in a part of a multipart form", async () => {
    const body = `--xyz\r\nContent-Disposition: form-data; name="other"\r\n\r\n1\r\n--xyz\r\nContent-Disposition: form-data; name="json"\r\n\r\n${json}\r\n--xyz--\r\n`;
    const request = requestOf(body, [["Content-Type", "multipart/form-data; boundary=xyz"]]);
    expect(await judge(configOf("dropbox-sign"), [keyOf("api-key")], request)).toMatchObject({
      status: "verified",
      providerType: "signature_request_signed",
    });
    expect(outcomeOf(await judge(configOf("dropbox-sign"), [keyOf("other")], request))).toBe("signature_mismatch");
  });
});

test("Cloudinary: the length of the signature tells SHA-1 from SHA-256", async () => {
  const at = String(NOW_MS / 1000);
  const make = (hash: string, secret: string) => createHash(hash).update(`{}${at}${secret}`).digest("hex");
  const verdictOf = async (signature: string) =>
    judge(
      configOf("cloudinary"),
      [keyOf("s")],
      requestOf("{}", [
        ["X-Cld-Signature", signature],
        ["X-Cld-Timestamp", at],
      ]),
    );
  expect((await verdictOf(make("sha1", "s"))).status).toBe("verified");
  expect((await verdictOf(make("sha256", "s"))).status).toBe("verified");
  expect(outcomeOf(await verdictOf(make("sha256", "t")))).toBe("signature_mismatch");
});

test("EasyPost: whole weights may be signed with a decimal", async () => {
  const body = '{"id":"evt_1","weight": 10,"inner":{"weight":5}}';
  const real = '{"id":"evt_1","weight": 10.0,"inner":{"weight":5.0}}';
  const mac = createHmac("sha256", "sécret".normalize("NFKD")).update(real).digest("hex");
  const request = requestOf(body, [["X-Hmac-Signature", `hmac-sha256-hex=${mac}`]]);
  expect((await judge(configOf("easypost"), [keyOf("sécret")], request)).status).toBe("verified");
  expect(
    (await judge(configOf("easypost"), [keyOf("sécret")], { ...request, rawBody: Buffer.from(body.replace("5", "6")) }))
      .status,
  ).toBe("refused");
});

test("Contentful: the named headers are covered, and have to be named whole", async () => {
  const request = signed(configOf("contentful"), "s".repeat(64), {
    ...requestOf("{}"),
    url: "https://hooks.example.com/a b?x=1&y=ü",
  });
  const verdictOf = async (changed: typeof request) =>
    outcomeOf(await judge(configOf("contentful"), [keyOf("s".repeat(64))], changed));
  expect(await verdictOf(request)).toBe("verified");
  const shorter = request.headers.map(
    ([name, value]) => [name, value.replace("x-contentful-signed-headers,", "")] as const,
  );
  expect(await verdictOf({ ...request, headers: shorter })).toBe("field_missing");
  expect(await verdictOf({ ...request, method: "PUT" })).toBe("signature_mismatch");
});

test("HubSpot v3: the URL may be signed with its escapes decoded", async () => {
  const escaped = "https://hooks.example.com/h?next=%2Fa%3Fb";
  const decoded = "https://hooks.example.com/h?next=/a?b";
  const request = signed(configOf("hubspot-v3"), "s", { ...requestOf("[]"), url: decoded });
  expect((await judge(configOf("hubspot-v3"), [keyOf("s")], { ...request, url: escaped })).status).toBe("verified");
  expect((await judge(configOf("hubspot-v3"), [keyOf("s")], { ...request, url: `${escaped}c` })).status).toBe(
    "refused",
  );
});

test("Grafana: with a timestamp header that header counts", async () => {
  const config = configOf("grafana", { timestamp_header: "X-Grafana-Time" });
  const request = signed(config, "s", requestOf("{}"));
  expect((await judge(config, [keyOf("s")], request)).status).toBe("verified");
  expect(outcomeOf(await judge(config, [keyOf("s")], request, NOW_MS + 400_000))).toBe("timestamp_outside_tolerance");
  expect((await judge(configOf("grafana"), [keyOf("s")], request)).status).toBe("refused");
});
