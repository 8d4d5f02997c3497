import { canArrive, fittingEventType, PATH_NAME_HINT } from "../base/index.ts";

/** What is wrong with the event type of a trigger; undefined where events of it can arrive. */
export function eventTypeFault(eventType: string): { readonly message: string; readonly hint: string } | undefined {
  if (canArrive(eventType)) return undefined;
  if (/\*./.test(eventType)) {
    const hint = "Write a beginning and a star (`order.*`), or `*` alone.";
    return { message: "A `*` can only stand at the end.", hint };
  }
  const fitting = fittingEventType(eventType);
  const example = fitting === undefined ? "" : `, e.g. \`${fitting}\``;
  const hint = `${PATH_NAME_HINT}${example}, in the webhook URL as well.`;
  return { message: `No webhook URL can have the event type \`${eventType}\`.`, hint };
}
