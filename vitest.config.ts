import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "inspector/src/**/*.test.ts"],
    // Real sockets and real files: two workers are what a two-core machine carries without starving the servers under test.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
