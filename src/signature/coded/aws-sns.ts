/**
 * Amazon SNS signs named fields of the message with a certificate that the message names:
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 * The certificate only proves that Amazon sent the message, not whose topic it is: pin `topic_arn`.
 */
import { verify, type KeyObject } from "node:crypto";
import { refuse, type CheckOutcome, type CompiledScheme, type SchemeContext } from "../compiled-scheme.ts";
import { decodeStrict } from "../encoding.ts";
import { isRecord } from "../jws.ts";
import { certificates, checkWith, type Certificates } from "./certificates.ts";

type Message = Readonly<Record<string, unknown>>;

const FIELDS = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
const REQUIRED = [
  "Message",
  "MessageId",
  "Timestamp",
  "TopicArn",
  "Type",
  "Signature",
  "SigningCertURL",
  "SignatureVersion",
];
const TYPES = ["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"];
const COVERED = new Set(FIELDS.map((field) => `json:${field}`));

export function awsSns(context: SchemeContext): CompiledScheme {
  const certificateAt = certificates(context, isAmazonCertificate);
  const topicArn = context.settings.get("topicarn");
  return {
    label: "rsa certificate, body field Signature",
    signatureHeaders: [],
    covers: (source) => COVERED.has(source),
    check: (view, nowMs) => {
      const message = view.json();
      if (!isRecord(message))
        return refuse("signature_missing", "the body is not an SNS message (raw delivery has no signature)");
      const missing = REQUIRED.find((field) => typeof message[field] !== "string");
      if (missing !== undefined) return refuse("signature_missing", `the message has no ${missing}`);
      // Only texts are signed: anything else could be put in the place of a field that is not there. Null is none.
      const untrue = FIELDS.find((field) => !["string", "undefined"].includes(typeof (message[field] ?? undefined)));
      if (untrue !== undefined) return refuse("signature_malformed", `${untrue} is no text`);
      const ambiguous = ambiguityOf(message);
      if (ambiguous !== undefined) return refuse("signature_malformed", ambiguous);
      if (topicArn !== undefined && message["TopicArn"] !== topicArn) {
        return refuse("requirement_failed", `the topic is ${JSON.stringify(message["TopicArn"])}, not ${topicArn}`);
      }
      const found = certificateAt(String(message["SigningCertURL"]), nowMs);
      if (found instanceof Promise) return found.then((fetched) => checkMessage(message, fetched, nowMs));
      return checkMessage(message, found, nowMs);
    },
  };
}

/**
 * The names and values of the fields are signed as lines, one below the other. Whoever has a topic of their own could write
 * the lines of other fields into a message, and have it read as one of another topic: all but the message itself, which is the
 * first, are a single line, and so there is one way to read them.
 */
function ambiguityOf(message: Message): string | undefined {
  if (!TYPES.includes(String(message["Type"])))
    return `Type is ${JSON.stringify(message["Type"])}, none of Amazon's: ${TYPES.join(", ")}`;
  const broken = FIELDS.find((field) => field !== "Message" && String(message[field]).includes("\n"));
  return broken === undefined ? undefined : `${broken} has a line break`;
}

function checkMessage(message: Message, found: Certificates, nowMs: number): CheckOutcome {
  if ("ok" in found) return found;
  const { SignatureVersion: version } = message;
  if (version !== "1" && version !== "2")
    return refuse("signature_version", `SignatureVersion is ${JSON.stringify(version)}`);
  const signature = decodeStrict(String(message["Signature"]), "base64");
  if (signature === undefined) return refuse("signature_malformed", "Signature is not base64");
  const hash = version === "1" ? "sha1" : "sha256";
  const made = (key: KeyObject): boolean => verifyMessage(message, hash, key, signature);
  return checkWith(found, made, "the certificate did not make the signature", nowMs);
}

function verifyMessage(message: Message, hash: string, key: KeyObject, signature: Buffer): boolean {
  const isSubscription =
    message["Type"] === "SubscriptionConfirmation" || message["Type"] === "UnsubscribeConfirmation";
  const fields = isSubscription ? FIELDS : FIELDS.filter((field) => field !== "Token");
  const signed = (names: readonly string[]): Buffer =>
    Buffer.from(
      names.map((name) => (typeof message[name] === "string" ? `${name}\n${message[name]}\n` : "")).join(""),
      "utf8",
    );
  return verify(hash, signed(fields), key, signature);
}

/** https, a host of SNS itself, and a certificate: never a bucket or another Amazon service. */
export function isAmazonCertificate(url: string): boolean {
  return isAmazonUrl(url) && url.endsWith(".pem");
}

/**
 * A region's name is words and a number. Amazon's own pattern takes any label, and so `sns.s3-eu-west-1.amazonaws.com`: what
 * the owner of the bucket `sns` puts there.
 */
const SNS_HOST = /^sns\.[a-z]{2,}(?:-[a-z]+)+-\d{1,2}\.amazonaws\.com(?:\.cn)?$/;

export function isAmazonUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, host, username, password } = new URL(text);
  return protocol === "https:" && username === "" && password === "" && SNS_HOST.test(host);
}
