/**
 * What the path of a webhook, `/events/webhook/{tenant}/{event type}`, can hold. One rule for who reads the path and for
 * whatever waits for an event type: what is written elsewhere and cannot stand in a path would never fire.
 */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/;

export const MAX_PATH_NAME = 128;
/** The rule for people. */
export const PATH_NAME_HINT = "Use letters, digits and `. _ : @ -`, the first a letter or digit";
/** An event type, its beginning and a star, or a star alone; as JSON Schema writes it. */
export const TRIGGER_PATTERN = String.raw`^(\*|[A-Za-z0-9][A-Za-z0-9._:@-]{0,126}[A-Za-z0-9._:@*-]?)$`;
const TRIGGER = new RegExp(TRIGGER_PATTERN);

/** Whether a tenant or event type can stand in the path of a webhook. */
export function isPathName(text: string): boolean {
  return NAME.test(text);
}

/** Whether the event type of a trigger can ever arrive; a star at its end stands for any rest. */
export function canArrive(eventType: string): boolean {
  return TRIGGER.test(eventType);
}

/** The event type that was probably meant: accents left out, a dot for what cannot be there. */
export function fittingEventType(eventType: string): string | undefined {
  const plain = eventType.normalize("NFKD").replace(/\p{M}/gu, "");
  const fitting = plain.replace(/[^A-Za-z0-9._:@*-]+/g, ".").replace(/^[^A-Za-z0-9]+|\.+$/g, "");
  return canArrive(fitting) ? fitting : undefined;
}
