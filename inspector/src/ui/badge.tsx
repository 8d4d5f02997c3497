import type { ReactNode } from "react";

/** What a colour means: it went well, look here, it failed, it is under way, nothing to say. */
export type Tone = "good" | "warn" | "bad" | "busy" | "quiet";

/** A word with a colour that has a meaning; the word alone says it too. */
export function Badge({
  tone,
  children,
  title,
}: {
  readonly tone: Tone;
  readonly children: ReactNode;
  readonly title?: string;
}) {
  return (
    <span className="badge" data-tone={tone} title={title}>
      {children}
    </span>
  );
}
