/** What was thrown, as an error of the table: what the operating system refuses is no fault of gtc. */
import { GtcError, messageOf } from "../base/index.ts";

/** Refusals that an operator can do something about; others, such as EBADF, are ours. */
const REFUSALS: ReadonlySet<unknown> = new Set([
  "EACCES",
  "EADDRNOTAVAIL",
  "EDQUOT",
  "EEXIST",
  "EIO",
  "EISDIR",
  "ELOOP",
  "EMFILE",
  "ENAMETOOLONG",
  "ENFILE",
  "ENOENT",
  "ENOSPC",
  "ENOTDIR",
  "EPERM",
  "EROFS",
]);

/** Undefined: a fault of gtc itself. */
export function asGtcError(thrown: unknown): GtcError | undefined {
  if (thrown instanceof GtcError) return thrown;
  if (!(thrown instanceof Error) || !("syscall" in thrown) || !("code" in thrown)) return undefined;
  if (!REFUSALS.has(thrown.code)) return undefined;
  return new GtcError("GTC_SYSTEM", { detail: messageOf(thrown) }, { cause: thrown });
}
