/**
 * Tells the other tabs of this browser that its session was ended here. They hold a stream that was let in before: it would
 * go on to show what comes, to whoever sits there next.
 */
const CHANNEL = "gtc session";

/** Says that the session is over. */
export function tellSessionEnded(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("ended");
  channel.close();
}

/** Calls `listener` when another tab said so; returns how to stop. */
export function onSessionEndedElsewhere(listener: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", listener);
  return () => channel.close();
}
