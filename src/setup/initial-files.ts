import { basename } from "node:path";
import { answersTemplate } from "./answers-template.ts";

/** What `gtc init` writes, by path: a bundle with one flow that answers, ready to be set up and started. */
export function initialFiles(folder: string): readonly (readonly [path: string, content: string])[] {
  const id =
    basename(folder)
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]+/g, "-") || "my-bundle";
  return [
    ["bundle.yaml", `schema_version: "1"\nbundle_id: ${id}\nname: ${id}\ntenants: [demo]\n`],
    ["answers.json", answersTemplate("start")],
    ["flows/hello.ygtc", HELLO],
    [".gitignore", "# what gtc writes: settings, sealed secrets and their key, the event log\nstate/\n"],
    ["README.md", README],
  ];
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
