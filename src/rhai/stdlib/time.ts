/** Moments, through the host's clock: without one, a script cannot tell the time. */
import { RhaiError } from "../errors.ts";
import { native, type Native } from "../natives.ts";
import type { RuntimeCalls as Runtime } from "../runtime-calls.ts";
import { RhaiFloat, RhaiTimestamp } from "../values.ts";

export function hostNow(runtime: Runtime, at: number): number {
  const now = runtime.host.now?.();
  if (now === undefined) throw new RhaiError("ErrorRuntime", "this script has no clock", at);
  return now;
}

export const TIME: readonly Native[] = [
  native("timestamp", (_args, runtime, at) => new RhaiTimestamp(hostNow(runtime, at))),
  native<[RhaiTimestamp]>(
    "elapsed timestamp",
    ([since], runtime, at) => new RhaiFloat((hostNow(runtime, at) - since.ms) / 1000),
    {
      property: true,
    },
  ),
];
