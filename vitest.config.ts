import { existsSync } from "node:fs";
import process from "node:process";
import { defineConfig } from "vitest/config";

// Debian's; `npm test` installs it.
const CHROMIUM = "/usr/bin/chromium";
const hasBrowser = existsSync(CHROMIUM);
if (!hasBrowser) process.stderr.write(`! no ${CHROMIUM}: the tests of the inspector in a browser are LEFT OUT\n`);

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "inspector/src/**/*.test.ts"],
    exclude: hasBrowser ? [] : ["test/browser/**"],
    // Real sockets and real files: two workers are what a two-core machine carries without starving the servers under test.
    maxWorkers: 2,
    // They only end what hangs: a machine that is busy with other work takes several times as long as a quiet one.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
