/** A server under load, in a process of its own, so that its CPU can be told from the load generator's. */
export interface BenchServer extends AsyncDisposable {
  readonly port: number;
  /** Whether it keeps what it acknowledges. */
  readonly stores: boolean;
  stats(): Promise<{ readonly cpuMs: number; readonly stored: number }>;
}

/** CPU time of a process and all its threads so far, milliseconds, from /proc (utime + stime in ticks of 10 ms). */
export function cpuMsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
