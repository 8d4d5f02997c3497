/**
 * Time is passed in, never read inside the domain: a test decides what "now" is, and a stored
 * event can be judged again by the time at which it was received.
 */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. */
  now(): number;
  /** Monotonic milliseconds, for durations only. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
