/**
 * The commands that an error advises, with the bundle's folder as it was given, so that they can be pasted where the user
 * stands. Only the command line knows that folder: what raises the error does not, and the API says it without.
 */
import { GtcError, type ErrorCode } from "../base/index.ts";
import { shellPath } from "../text/index.ts";

/** Errors whose fix names commands that take the bundle last. */
const ADVISING: ReadonlySet<ErrorCode> = new Set(["GTC_EVENT_NOT_FOUND", "GTC_EVENT_REFUSED", "GTC_REDELIVERY_NEEDED"]);

class PlacedError extends GtcError {
  override readonly fix: string;

  constructor({ code, details, fix, cause }: GtcError, bundle: string) {
    super(code, details, { cause });
    this.fix = fix.replaceAll(/`(gtc [^`]+)`/g, (_, command: string) => `\`${command} ${shellPath(bundle)}\``);
  }
}

/** Does the work; an error of it that advises commands names the folder in them. `bundle` undefined: they need none. */
export async function withFolderInFix<T>(bundle: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (bundle === undefined || !(thrown instanceof GtcError) || !ADVISING.has(thrown.code)) throw thrown;
    throw new PlacedError(thrown, bundle);
  }
}
