/**
 * The shape of a flow file. The same definitions check files and make the JSON Schema for editors. Nodes and triggers
 * are checked one by one, so that one faulty node hides no fault of the others.
 */
import { z } from "zod";
import { MAX_PATH_NAME, parseDurationMs, TRIGGER_PATTERN, type JsonValue } from "../base/index.ts";
import { mapOf } from "../nodes/index.ts";

/** For editors; `parseDurationMs` is what decides. */
const DURATION = String.raw`\s*((\d+(\.\d+)?(ms|s|m|h|d))+|\d+(\.\d+)?)\s*$`;
const ANY_DURATION = `^${DURATION}`;
const SOME_DURATION = `^(?=.*[1-9])${DURATION}`;

/** `30s`, `1h30m`, or a number of milliseconds. */
function durationMs(pattern: string, number: z.ZodNumber) {
  return z.union([z.string().meta({ pattern }), number]).transform((written, context) => {
    const ms = typeof written === "number" ? written : parseDurationMs(written);
    if (ms !== undefined) return ms;
    context.addIssue({ code: "custom", message: "is no duration; write e.g. `500ms`, `30s`, `5m` or `1h30m`" });
    return z.NEVER;
  });
}

/** More than somebody waits for, and a time that a date can still say. */
const MAX_WAIT_MS = 365 * 86_400_000;
const WAIT_BOUNDS = "must be at most 365d";
const wait = durationMs(ANY_DURATION, z.number().min(0).max(MAX_WAIT_MS, WAIT_BOUNDS)).refine(
  (ms) => ms <= MAX_WAIT_MS,
  WAIT_BOUNDS,
);

const MAX_TIMEOUT_MS = 24 * 3_600_000;
const BOUNDS = "must be more than 0 and at most 24h";
const timeout = durationMs(SOME_DURATION, z.number().gt(0, BOUNDS).max(MAX_TIMEOUT_MS, BOUNDS)).refine(
  (ms) => ms > 0 && ms <= MAX_TIMEOUT_MS,
  BOUNDS,
);

const name = z
  .string()
  .max(100)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    "must begin with a letter or digit and hold only letters, digits, `.`, `_` and `-`",
  );

const nodeId = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_-]*$/, "must hold only letters, digits, `_` and `-`");

const outputName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a name: letters, digits and `_`, not beginning with a digit");

const target = z.string().min(1);

/** Any JSON value. */
const json = z.custom<JsonValue>((value) => value !== undefined);

export const nodeSchema = z.strictObject({
  id: nodeId.describe("The node's name in this flow: targets name it, and its output is known by it."),
  type: z.string().min(1).describe("What the node does."),
  config: json.optional().describe("What the node type needs to know."),
  next: target.optional().describe("The node to go on at; `end`, `ignore` or nothing: the run ends here."),
  to: target.optional().describe("Another name of `next`."),
  on_error: target
    .optional()
    .describe(
      "The node to go on at when this step fails; the error is then `prev`. Without it the run is tried again.",
    ),
  output: outputName.optional().describe("A second name for the node's output."),
  timeout: timeout.optional().describe("How long one try of this step may take, e.g. `10s`."),
});

export const triggerSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("event").describe("Starts the flow for events of a type."),
    event_type: z
      .string()
      .min(1)
      .max(MAX_PATH_NAME)
      // For editors; the loader says what is wrong with it.
      .meta({ pattern: TRIGGER_PATTERN })
      .describe(
        "The event type of the webhook URL: exact (`order.created`), by its beginning (`order.*`), or `*` for all.",
      ),
    target: target.optional().describe("The node to begin at. Default: the first node."),
  }),
  z.strictObject({
    type: z.literal("default").describe("Starts the flow for events that no other trigger of the tenant matches."),
    target: target.optional().describe("The node to begin at. Default: the first node."),
  }),
]);

const retrySchema = z.strictObject({
  max_attempts: z.int().min(1).max(100).default(5).describe("Tries of a run in all, the first included."),
  initial_delay: wait.prefault("1s").describe("The wait before the second try."),
  max_delay: wait.prefault("5m").describe("No wait is longer."),
  factor: z.number().min(1).max(10).default(2).describe("Each wait is this many times the one before."),
});

export const flowSchema = z.strictObject({
  name: name.optional().describe("The flow's name in its bundle. Default: the file's name without its ending."),
  version: z.union([z.string(), z.number()]).optional().describe("Your own version of the flow, for people."),
  description: z.string().optional().describe("What the flow is for."),
  nodes: z
    .array(z.unknown())
    .min(1, "needs at least one node")
    .max(500)
    .describe("The steps; the first one is where the flow begins."),
  triggers: z.array(z.unknown()).max(100).optional().describe("Which events start the flow."),
  variables: mapOf(z.string(), json).default({}).describe("Constants of the flow; nodes see them as `flow`."),
  config: z
    .strictObject({
      timeout: timeout.prefault("30s").describe("How long one try of a run may take."),
      retry_policy: retrySchema.prefault({}).describe("What happens when a step fails without `on_error`."),
    })
    .prefault({})
    .describe("How the flow runs."),
});

export const bundleNameSchema = z
  .string()
  .max(63)
  .regex(
    /^[a-z0-9][a-z0-9_-]*$/,
    "must begin with a small letter or digit and hold only small letters, digits, `_` and `-`",
  );

export const bundleSchema = z.strictObject({
  schema_version: z
    .union([z.literal(1), z.literal("1"), z.literal("1.0")])
    .describe("The version of this file's format: 1."),
  bundle_id: z.string().min(1).max(100).describe("An id that no other bundle of yours has."),
  name: z.string().min(1).max(200).describe("The bundle's name, for people."),
  tenants: z
    .array(bundleNameSchema)
    .min(1, "needs at least one tenant")
    .max(10_000)
    .default(["demo"])
    .describe("Who receives webhooks: the `{tenant}` of the webhook URL."),
});
