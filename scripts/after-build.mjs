// tsc writes the command without the executable bit; the `gtc` link of npm needs it.
import { chmodSync, existsSync } from "node:fs";

if (existsSync("dist/main.js")) chmodSync("dist/main.js", 0o755);
