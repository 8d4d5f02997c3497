import { join } from "node:path";
import { watch } from "chokidar";

/** Editors write in several steps: changes within this time are one. */
const SETTLE_MS = 150;

/** Calls back after flows, settings or `bundle.yaml` changed. Returns how to stop. */
export function watchBundle(folder: string, onChange: () => void): () => Promise<void> {
  const paths = ["bundle.yaml", "flows", "tenants", "state/settings.json", "state/secrets.json"].map((path) =>
    join(folder, path),
  );
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(paths, { ignoreInitial: true });
  watcher.on("all", () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, SETTLE_MS);
  });
  return async () => {
    clearTimeout(timer);
    await watcher.close();
  };
}
