/** Cases that are not met, each with a reason that a user of Rhai would accept. */
export const SKIPPED: ReadonlyMap<string, string> = new Map();
