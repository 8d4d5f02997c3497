import type { Source } from "../../../../src/admin/contract/index.ts";
import { count, exactTime } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { TimeAgo } from "../../ui/time.tsx";
import { sourcesTexts } from "./sources-texts.ts";

interface SecretStateProps {
  readonly secret: Source["secrets"][number];
  readonly nowMs: number;
}

/** What is known of a secret without the secret: its name, until when it is good, and whether it verified anything. */
export function SecretState({ secret, nowMs }: SecretStateProps) {
  const t = useTexts(sourcesTexts);
  const { language } = useLanguage();
  const { name, not_after: notAfter, last_used_at: lastUsed, used_count: usedCount } = secret;
  const isOver = notAfter !== null && Date.parse(notAfter) <= nowMs;
  return (
    <li>
      <code>{name}</code>
      {notAfter !== null && (
        <span data-over={isOver || undefined}>
          {isOver ? t.secretEnded : t.secretUntil(exactTime(notAfter, language))}
        </span>
      )}
      <span className="quiet">
        {lastUsed === null ? (
          t.secretNeverUsed
        ) : (
          <>
            {t.secretUsed(count(usedCount, language))}, <TimeAgo iso={lastUsed} />
          </>
        )}
      </span>
    </li>
  );
}
