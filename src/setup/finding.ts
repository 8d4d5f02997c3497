/** What `gtc doctor` says of one thing: how bad it is, where, and what to do. */
export interface Finding {
  readonly level: "ok" | "note" | "warning" | "error";
  /** A stable kebab-case name of the check, e.g. `unsigned-event-type`. */
  readonly check: string;
  /** A file with line, a JSON path, a URL, a port: where to look. */
  readonly where: string;
  readonly message: string;
  /** What to do; absent where nothing has to be done. */
  readonly fix?: string;
}
