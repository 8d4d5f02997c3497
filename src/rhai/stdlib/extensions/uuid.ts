/** `uuid()`: a random UUID (version 4, RFC 9562 section 5.4) from the host's randomness. */
import { RhaiError } from "../../errors.ts";
import { native, type Native } from "../../natives.ts";
import type { RuntimeCalls as Runtime } from "../../runtime-calls.ts";

function uuid(runtime: Runtime, at: number): string {
  const { host } = runtime;
  const random = (): number => {
    const drawn = host.random?.();
    if (drawn !== undefined) return drawn;
    throw new RhaiError("ErrorRuntime", "uuid: this script has no source of randomness", at);
  };
  const bytes = Array.from({ length: 16 }, () => Math.floor(random() * 256) & 0xff);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export const UUID: readonly Native[] = [native("uuid", (_args, runtime, at) => uuid(runtime, at), { extension: true })];
