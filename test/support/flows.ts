/** Small flows that tests put into bundles. */
export const RESPOND = `
nodes:
  - id: respond
    type: http_response
    config:
      status: 201
      headers: { x-made-by: flow }
      body: { id: "{{event.id}}", got: "{{event.payload}}" }
triggers:
  - { type: event, event_type: respond }
`;

export const SCRIPT = `
nodes:
  - id: look
    type: script
    config: { script: "payload" }
triggers:
  - { type: event, event_type: script }
`;

/** A flow around one script, triggered by its own name. */
export function scriptFlow(name: string, script: string, more = ""): string {
  const lines = script
    .trim()
    .split("\n")
    .map((line) => `        ${line}`)
    .join("\n");
  return `
name: ${name}
${more}
nodes:
  - id: work
    type: script
    config:
      script: |
${lines}
    next: respond
  - id: respond
    type: http_response
    config: { status: 200, body: "{{work}}" }
triggers:
  - { type: event, event_type: ${name} }
`;
}
