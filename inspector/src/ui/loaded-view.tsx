import type { ReactNode } from "react";
import { ApiFault } from "../api/client.ts";
import type { Loaded } from "../api/use-loaded.ts";
import { useTexts } from "../i18n/i18n.tsx";
import { shellTexts } from "../shell/texts.ts";
import { Prose } from "./prose.tsx";
import { visibleText } from "./visible-text.ts";

interface LoadedViewProps<T> {
  readonly loaded: Loaded<T>;
  readonly reload: () => void;
  readonly children: (value: T) => ReactNode;
}

/** What is loaded, or why it is not, with a way to try again. */
export function LoadedView<T>({ loaded, reload, children }: LoadedViewProps<T>) {
  const t = useTexts(shellTexts);
  switch (loaded.state) {
    case "loading":
      return <output className="quiet pad loading">{t.loading}</output>;
    case "failed":
      return <FaultNote fault={loaded.fault} onRetry={reload} />;
    case "ready":
      return children(loaded.value);
    default:
      return loaded satisfies never;
  }
}

/** A failure in the server's own words. */
export function FaultNote({ fault, onRetry }: { readonly fault: Error; readonly onRetry?: () => void }) {
  const t = useTexts(shellTexts);
  const problem = fault instanceof ApiFault ? fault.problem : undefined;
  return (
    <div className="note" data-tone="bad" role="alert">
      <strong>{problem?.title ?? t.failed}</strong>
      <p>{visibleText(problem?.detail ?? t.unreachable)}</p>
      {problem?.fix !== undefined && (
        <p>
          <Prose text={problem.fix} />
        </p>
      )}
      {problem?.errors?.map(({ path, message }) => (
        <p key={path}>
          <code>{path}</code> {message}
        </p>
      ))}
      {onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          {t.again}
        </button>
      )}
    </div>
  );
}
