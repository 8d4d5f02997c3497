import { useEffect } from "react";
import { useTexts } from "../i18n/i18n.tsx";
import { visibleText } from "../ui/visible-text.ts";
import { shellTexts } from "./texts.ts";

/** Names the browser's tab and its steps back after what is shown; "": the inspector alone. */
export function useTitle(name: string): void {
  const { title } = useTexts(shellTexts);
  useEffect(() => {
    const before = document.title;
    document.title = name === "" ? title : `${visibleText(name)} · ${title}`;
    return () => void (document.title = before);
  }, [name, title]);
}
