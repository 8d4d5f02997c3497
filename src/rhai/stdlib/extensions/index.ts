/** Functions that flows need and Rhai does not have; strict Rhai goes without them. */
import type { Native } from "../../natives.ts";
import { DATES } from "./dates.ts";
import { ENCODING } from "./encodings.ts";
import { FORMAT } from "./format.ts";
import { HASHES } from "./hashes.ts";
import { JOIN } from "./join.ts";
import { REGEX } from "./regex.ts";
import { UUID } from "./uuid.ts";

export const EXTENSIONS: readonly Native[] = [...FORMAT, ...JOIN, ...REGEX, ...ENCODING, ...HASHES, ...DATES, ...UUID];
