/** Every function of the standard library, topic by topic. */
import type { Native } from "../natives.ts";
import { ARRAYS } from "./arrays.ts";
import { BIT_FIELDS } from "./bit-fields.ts";
import { BLOBS } from "./blobs.ts";
import { CORE } from "./core.ts";
import { EXTENSIONS } from "./extensions/index.ts";
import { MAPS } from "./maps.ts";
import { MATH } from "./math.ts";
import { RANGES } from "./ranges.ts";
import { STRINGS } from "./strings.ts";
import { TIME } from "./time.ts";

export const STANDARD_LIBRARY: readonly Native[] = [
  ...CORE,
  ...MATH,
  ...STRINGS,
  ...ARRAYS,
  ...MAPS,
  ...RANGES,
  ...BLOBS,
  ...BIT_FIELDS,
  ...TIME,
  ...EXTENSIONS,
];
