/** The process's environment; nothing else reads `process.env`. */
export function environment(): Readonly<Record<string, string | undefined>> {
  // Without a prototype: `toString` is no variable.
  return Object.assign(Object.create(null) as Record<string, string | undefined>, process.env);
}
