const STEP = /\.([^.[\]]+)|\[(\d+|\*)\]/y;

/** The steps of a path such as `$.a.b[0].c[*]`; undefined when it is no such path. */
export function parseJsonPath(path: string): readonly string[] | undefined {
  if (!path.startsWith("$")) return undefined;
  const steps: string[] = [];
  let at = 1;
  while (at < path.length) {
    STEP.lastIndex = at;
    const match = STEP.exec(path);
    if (match === null) return undefined;
    steps.push(match[1] ?? match[2] ?? "");
    at = STEP.lastIndex;
  }
  return steps.length === 0 ? undefined : steps;
}
