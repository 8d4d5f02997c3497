/**
 * What verification costs beside the bare `createHmac` + `timingSafeEqual`, on an 8 KB body, in one run:
 * `npm run bench:signature`. Batches alternate, and the median of their ratios is printed, so that a busy machine
 * slows both sides alike. With `--check` it exits 1 when the goal is missed.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createVerifier, signRequest, type SignedRequest, type Verifier } from "../src/signature/index.ts";

const NOW_MS = 1_767_225_600_000;
const URL_OF_HOOK = "https://hooks.example.com/events/webhook/demo/push";
const SECRET = "a-secret-of-ordinary-length-0123";
const BASE64_SECRET = `whsec_${Buffer.from(SECRET).toString("base64")}`;
const BATCHES = 61;
const CALLS = 800;
const GOAL = 1.2;

/** A GitHub push in its size and shape. */
const commits = Array.from({ length: 30 }, (_, index) => ({ id: "a".repeat(40), message: "m".repeat(170), index }));
const text = JSON.stringify({ id: "evt_1", type: "push", ref: "refs/heads/main", commits });
const body = Buffer.from(text + " ".repeat(8192 - text.length));

const COMMON: readonly [string, string][] = [
  ["Host", "hooks.example.com"],
  ["User-Agent", "GitHub-Hookshot/044aadd"],
  ["Content-Length", "8192"],
  ["Accept", "*/*"],
  ["Content-Type", "application/json"],
  ["X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"],
  ["X-GitHub-Event", "push"],
  ["X-GitHub-Hook-ID", "292430182"],
];

interface Case {
  readonly name: string;
  readonly verifier: Verifier;
  readonly request: SignedRequest;
}

function caseOf(provider: string, secret: string): Case {
  const config = { scheme: { provider } };
  const key = { name: "default", secret };
  const unsigned = { method: "POST", url: URL_OF_HOOK, headers: COMMON, rawBody: body };
  const signed = signRequest(config, key, unsigned, { nowMs: NOW_MS, id: "msg_1" });
  if ("fault" in signed) throw new Error(signed.fault);
  return { name: provider, verifier: createVerifier(config, [key]), request: signed.request };
}

function bare(signature: string): boolean {
  const expected = createHmac("sha256", SECRET).update(body).digest();
  const given = Buffer.from(signature, "hex");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function verified({ verifier, request }: Case): boolean {
  const verdict = verifier.verify(request, NOW_MS);
  return !(verdict instanceof Promise) && verdict.status === "verified";
}

interface Comparison {
  readonly leftUs: number;
  readonly rightUs: number;
  readonly ratio: number;
}

/** Microseconds for one call, and the ratio to the other side, as medians over alternating batches. */
function compare(left: () => boolean, right: () => boolean): Comparison {
  const rows: { left: number; right: number }[] = [];
  for (let batch = 0; batch < BATCHES; batch++) rows.push({ left: timeUs(left), right: timeUs(right) });
  const settled = rows.slice(10);
  return {
    leftUs: median(settled.map((row) => row.left)),
    rightUs: median(settled.map((row) => row.right)),
    ratio: median(settled.map((row) => row.right / row.left)),
  };
}

function timeUs(call: () => boolean): number {
  const start = process.hrtime.bigint();
  for (let index = 0; index < CALLS; index++) if (!call()) throw new Error("a good request was refused");
  return Number(process.hrtime.bigint() - start) / 1000 / CALLS;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function print(name: string, { leftUs, rightUs, ratio }: Comparison): void {
  const columns = [leftUs.toFixed(2), rightUs.toFixed(2), ratio.toFixed(3)];
  console.log(name.padEnd(44) + columns.map((column) => column.padStart(9)).join(""));
}

const bareSignature = createHmac("sha256", SECRET).update(body).digest("hex");
const stripe = caseOf("stripe", SECRET);
const cases = [
  caseOf("github", SECRET),
  stripe,
  caseOf("slack", SECRET),
  caseOf("shopify", SECRET),
  caseOf("standard-webhooks", BASE64_SECRET),
];

console.log("µs per request, 8 KB body".padEnd(44) + ["bare", "gtc", "ratio"].map((head) => head.padStart(9)).join(""));
const results = cases.map((item) => {
  const result = compare(
    () => bare(bareSignature),
    () => verified(item),
  );
  print(item.name, result);
  return result.ratio;
});

/** An event type finds its verifier in the tenant's map: one beside two hundred. */
const requests = Array.from({ length: 200 }, () => caseOf("github", SECRET).request);
const one = new Map([["push-0", caseOf("github", SECRET).verifier]]);
const many = new Map(Array.from({ length: 200 }, (_, index) => [`push-${index}`, caseOf("github", SECRET).verifier]));
let turn = 0;
const verifiedIn = (tenant: ReadonlyMap<string, Verifier>): boolean => {
  turn = (turn + 1) % requests.length;
  const verifier = tenant.get(`push-${turn % tenant.size}`);
  const request = requests[turn];
  return verifier !== undefined && request !== undefined && verified({ name: "tenant", verifier, request });
};
const tenants = compare(
  () => verifiedIn(one),
  () => verifiedIn(many),
);
print("a tenant with 1 scheme | with 200", tenants);

/** What reading the id adds where it stands in the JSON of the body: parsing it. */
const reading = compare(
  () => verified(stripe),
  () => {
    const verdict = stripe.verifier.verify(stripe.request, NOW_MS);
    return !(verdict instanceof Promise) && verdict.status === "verified" && verdict.deliveryId !== undefined;
  },
);
print("stripe | and its id read from the JSON", reading);

const worst = Math.max(...results);
console.log(`worst ratio ${worst.toFixed(3)} (goal ${GOAL}); 200 schemes cost ${tenants.ratio.toFixed(3)} of one`);
if (process.argv.includes("--check") && worst > GOAL) process.exitCode = 1;
