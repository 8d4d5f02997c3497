/** The process's environment; nothing else reads `process.env`. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return { ...process.env };
}
