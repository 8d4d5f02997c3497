/**
 * What verification costs beside the bare `createHmac` + `timingSafeEqual`, on an 8 KB body, in one run:
 * `npm run bench:signature`. Short batches alternate, and the lower quartile of each side counts: a busy machine
 * disturbs some batches of both sides, and the others are left. With `--check` it exits 1 when the goal is missed.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createVerifier, signRequest, type SignedRequest, type Verifier } from "../src/signature/index.ts";

const NOW_MS = 1_767_225_600_000;
const URL_OF_HOOK = "https://hooks.example.com/events/webhook/demo/push";
const SECRET = "a-secret-of-ordinary-length-0123";
const BASE64_SECRET = `whsec_${Buffer.from(SECRET).toString("base64")}`;
const BATCHES = 600;
const WARM_UP = 100;
const CALLS = 80;
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

/** Microseconds for one call of each side, as the lower quartile over alternating batches, and their ratio. */
function compare(left: () => boolean, right: () => boolean): Comparison {
  const rows: { left: number; right: number }[] = [];
  for (let batch = 0; batch < BATCHES; batch++) rows.push({ left: timeUs(left), right: timeUs(right) });
  const settled = rows.slice(WARM_UP);
  const leftUs = lowerQuartile(settled.map((row) => row.left));
  const rightUs = lowerQuartile(settled.map((row) => row.right));
  return { leftUs, rightUs, ratio: rightUs / leftUs };
}

function timeUs(call: () => boolean): number {
  const start = process.hrtime.bigint();
  for (let index = 0; index < CALLS; index++) if (!call()) throw new Error("a good request was refused");
  return Number(process.hrtime.bigint() - start) / 1000 / CALLS;
}

function lowerQuartile(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 2] ?? Number.NaN;
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

/**
 * An event type finds its verifier in the tenant's map: alone, or among two hundred. With all two hundred in turn every
 * verifier comes out of a cold cache, which is the machine's price for touching much, not a search.
 */
const tenantOf = (size: number): ReadonlyMap<string, Verifier> =>
  new Map(Array.from({ length: size }, (_, index) => [`push-${index}`, caseOf("github", SECRET).verifier]));
const requests = Array.from({ length: 200 }, () => caseOf("github", SECRET).request);
let turn = 0;
const requestIn = (tenant: ReadonlyMap<string, Verifier>, eventTypes: number) => (): boolean => {
  turn = (turn + 1) % requests.length;
  const verifier = tenant.get(`push-${turn % eventTypes}`);
  const request = requests[turn];
  return verifier !== undefined && request !== undefined && verified({ name: "tenant", verifier, request });
};
const one = tenantOf(1);
const many = tenantOf(200);
const tenants = compare(requestIn(one, 1), requestIn(many, 1));
print("1 scheme | the same among 200", tenants);
print("1 scheme | 200 schemes in turn", compare(requestIn(one, 1), requestIn(many, 200)));

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
console.log(
  `worst ratio ${worst.toFixed(3)} (goal ${GOAL}); among 200 schemes one costs ${tenants.ratio.toFixed(3)} of one alone`,
);
if (process.argv.includes("--check") && worst > GOAL) process.exitCode = 1;
