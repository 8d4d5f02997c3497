/** Flows whose runs must end as they should whatever happens to the gateway meanwhile. */

export const WORK = `
nodes:
  - { id: first, type: script, config: { script: "let n = 0; while n < 2000 { n += 1; } n" }, next: second }
  - { id: second, type: template, config: { template: "{{first}}" }, next: spawn }
  - { id: spawn, type: async, config: { flow: child, payload: "{{event.payload}}" }, next: last }
  - { id: last, type: script, config: { script: "second" } }
triggers:
  - { type: event, event_type: work }
`;
export const CHILD = `
nodes:
  - { id: only, type: script, config: { script: "payload" } }
`;
export const ANSWER = `
nodes:
  - { id: reply, type: http_response, config: { status: 200, body: { id: "{{event.id}}" } }, next: after }
  - { id: after, type: script, config: { script: "payload" } }
triggers:
  - { type: event, event_type: answer }
`;
