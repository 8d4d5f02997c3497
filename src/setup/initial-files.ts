import { basename } from "node:path";
import { stringify } from "yaml";
import { answersTemplate } from "./answers-template.ts";

/** What `gtc init` writes, by path: a bundle with one flow that answers, ready to be set up and started. */
export function initialFiles(folder: string): readonly (readonly [path: string, content: string])[] {
  const name = basename(folder) || "my-bundle";
  return [
    [
      "bundle.yaml",
      stringify({ schema_version: "1", bundle_id: idOf(name), name, tenants: ["demo"] }, { lineWidth: 0 }),
    ],
    ["answers.json", answersTemplate("start")],
    ["flows/hello.ygtc", HELLO],
    [".gitignore", "# what gtc writes: settings, sealed secrets and their key, the event log\nstate/\n"],
    ["README.md", README],
  ];
}

/** Accents and the like are left out, all else that is no letter or digit becomes a hyphen. */
function idOf(name: string): string {
  const plain = name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return plain.replaceAll(/[^a-z0-9_]+/g, "-").replaceAll(/^-+|-+$/g, "") || "my-bundle";
}

const HELLO = `name: hello
description: Greets back.

nodes:
  - id: greet
    type: script
    config:
      script: |
        let name = payload?.name ?? "world";
        #{ message: \`Hello, \${name}!\`, event: event.id }
    next: respond

  - id: respond
    type: http_response
    config:
      status: 200
      body: "{{greet}}"

triggers:
  - type: event
    event_type: hello
`;

const README = `# A gtc bundle

\`\`\`sh
gtc setup --answers answers.json .   # configure: URL, signatures; secrets are sealed
gtc start .                          # receive webhooks on port 8080
curl -X POST http://localhost:8080/events/webhook/demo/hello -H 'content-type: application/json' -d '{"name": "Ada"}'
gtc events list .                    # what came, and what became of it
\`\`\`

Flows are in \`flows/\`; those of one tenant in \`tenants/<tenant>/flows/\`. \`state/\` belongs to gtc and stays out of version control.
`;
