/** A readonly object while it is built up, field by field. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };
