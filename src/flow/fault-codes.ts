/**
 * Every kind of fault that loading a flow can report. The reference for flow authors lists the same table (a test holds
 * the two together).
 */
export const FLOW_FAULTS = {
  "bad-yaml": "The file is no YAML, or holds what JSON cannot",
  "unreadable-file": "The file cannot be read: a link that leads nowhere, or no right to",
  "file-too-large": "The file is over its limit",
  "missing-field": "A needed key is not there",
  "unknown-key": "A key that nothing reads, usually a slip",
  "bad-value": "A value of the wrong type or beyond its limits",
  "bare-duration": "A warning: a duration below 100 without a unit; it counts milliseconds",
  "unknown-node-type": "There is no such node type",
  "duplicate-id": "An id or `output` name that another node has",
  "reserved-name": "An id or `output` name that is built in",
  "duplicate-trigger": "A warning: a second trigger for the same event type",
  "duplicate-flow": "Two flows of one name",
  "unknown-target": "A target that is no node of the flow",
  "two-targets": "Both `next` and `to`",
  "unused-target": "A `next` that would never be taken",
  "unreachable-node": "A node that no way leads to",
  "endless-loop": "A loop without a way out",
  "no-trigger": "A warning: nothing starts the flow",
  "unknown-flow": "An `async` names a flow that is not there; a warning where a tenant does not have it",
  "bad-event-type": "An event type that no webhook URL can have, or a `*` in its middle",
  "unknown-name": "A condition, template or script uses a name that is not there",
  "unknown-field": "A warning: `event` or the flow's `variables` never have what is read of them",
  "unset-output": "A warning: a node reads the output of one that never runs before it",
  "bad-expression": "A condition that CEL cannot read",
  "not-a-condition": "A condition that is not true or false",
  "costly-expression": "A condition whose loops multiply",
  "bad-template": "A template that cannot be read",
  "unknown-helper": "A template uses a helper that is not there",
  "bad-header": "An answer sets a header that the gateway writes",
  "bad-script": "A script that Rhai cannot read",
  "braces-in-key": "A warning: `{{…}}` in a key, where it is not rendered",
  "suspect-script": "A warning: a script will fail where it comes to this, e.g. to a function that is not there",
} as const satisfies Readonly<Record<string, string>>;

export type FlowFaultCode = keyof typeof FLOW_FAULTS;
