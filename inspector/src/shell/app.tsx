import { useEffect, useMemo, useState } from "react";
import { call, onUnauthorized } from "../api/client.ts";
import type { LiveStream } from "../api/live-stream.ts";
import { LiveContext } from "../api/use-live.tsx";
import { LanguageContext, type Language } from "../i18n/i18n.tsx";
import { Layout } from "./layout.tsx";
import { Login, logInFromLink, type Session } from "./login.tsx";
import { onSessionEndedElsewhere, tellSessionEnded } from "./other-tabs.ts";
import { keepLanguage, readLanguage } from "./preferences.ts";
import { loadAllViews } from "./routes.ts";

const AFTER_FIRST_VIEW_MS = 1_500;

/** The whole page: who is there, in which language, on one stream of changes. */
export function App({ stream }: { readonly stream: LiveStream }) {
  const [language, setLanguage] = useState<Language>(readLanguage);
  const [session, setSession] = useState<Session | "asking">("asking");
  const choice = useMemo(
    () => ({
      language,
      choose: (chosen: Language) => {
        keepLanguage(chosen);
        setLanguage(chosen);
      },
    }),
    [language],
  );
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useEffect(() => {
    let isShown = true;
    const settle = (next: Session): void => void (isShown && setSession(next));
    // A gateway that does not answer is no reason to ask for a token: the views say what is wrong.
    void logInFromLink().then(settle, () => settle("in"));
    const end = (): void => setSession((session) => (session === "in" ? "ended" : "out"));
    const releases = [onUnauthorized(end), onSessionEndedElsewhere(end)];
    return () => {
      isShown = false;
      for (const release of releases) release();
    };
  }, []);
  useEffect(() => (session === "in" ? stream.start() : undefined), [session, stream]);
  useEffect(() => {
    if (session !== "in") return undefined;
    // The view that is shown comes first.
    const timer = setTimeout(() => void loadAllViews(), AFTER_FIRST_VIEW_MS);
    return () => clearTimeout(timer);
  }, [session]);
  // The page begins anew: nothing that was shown stays in it.
  const logOut = (): void =>
    void call("logout")
      .then(tellSessionEnded)
      .finally(() => location.assign("/"));
  return (
    <LanguageContext value={choice}>
      <LiveContext value={stream}>
        {session === "in" && <Layout onLogOut={logOut} />}
        {session !== "in" && session !== "asking" && <Login session={session} onIn={() => setSession("in")} />}
      </LiveContext>
    </LanguageContext>
  );
}
