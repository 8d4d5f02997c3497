import { createHmac, randomUUID } from "node:crypto";
import { SECRET } from "./secret.ts";

function push(commits: number): object {
  return {
    ref: "refs/heads/main",
    repository: { id: 123456789, name: "demo", full_name: "acme/demo", private: false },
    commits: Array.from({ length: commits }, (_, index) => ({
      id: `${index}`.padStart(40, "a"),
      message: `Change number ${index}`,
      timestamp: "2026-01-01T00:00:00Z",
      author: { name: `Author ${index}`, email: `author${index}@example.com` },
      added: ["src/a.ts"],
      removed: [],
      modified: ["README.md", "src/b.ts"],
    })),
  };
}

/** A GitHub push of about 8 KB, and a body of about 200 bytes. */
export const bodies = {
  push: Buffer.from(JSON.stringify(push(32))),
  small: Buffer.from(JSON.stringify({ ref: "refs/heads/main", commits: [], note: "x".repeat(140) })),
};

/** The headers of a signed delivery; each request needs a delivery id of its own, which the load generator adds. */
export function signed(body: Buffer): Record<string, string> {
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  return {
    "content-type": "application/json",
    "user-agent": "GitHub-Hookshot/044aadd",
    "x-github-event": "push",
    "x-github-hook-id": "292430182",
    "x-github-hook-installation-target-id": "79929171",
    "x-github-hook-installation-target-type": "repository",
    "x-hub-signature-256": `sha256=${signature}`,
  };
}

/** A delivery id that no other request of this run has. */
export function deliveryId(): string {
  return randomUUID();
}
