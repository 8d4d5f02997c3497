/** The benchmark's shared secret; it protects nothing. */
export const SECRET = "bench-secret";
