/**
 * Where a worker thread's compiled file is. Threads always run the build (`dist/`), also when the caller is a test
 * that runs from `src/`: Node 20 loads no TypeScript into a thread.
 */
export function threadEntry(callerUrl: string, fileName: string): URL {
  const url = new URL(fileName.replace(/\.ts$/, ".js"), callerUrl);
  url.pathname = url.pathname.replace(/\/src\/(?!.*\/src\/)/, "/dist/");
  return url;
}
