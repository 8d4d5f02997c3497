import { Component, Suspense, useEffect, useRef, useState, type ReactNode } from "react";
import { useStreamState } from "../api/use-live.tsx";
import { useLanguage, useTexts } from "../i18n/i18n.tsx";
import { FaultNote } from "../ui/loaded-view.tsx";
import { HelpDialog } from "./help-dialog.tsx";
import { useKeys, type Keys } from "./keyboard.ts";
import { applyTheme, readTheme, type Theme } from "./preferences.ts";
import { Link, navigate, useAddress } from "./router.tsx";
import { matchRoute, routes } from "./routes.ts";
import { shellTexts } from "./texts.ts";

/** Navigation, the state of the stream, and the view of the address. */
export function Layout({ onLogOut }: { readonly onLogOut: () => void }) {
  const t = useTexts(shellTexts);
  const { path } = useAddress();
  const matched = matchRoute(path);
  const main = useRef<HTMLElement>(null);
  const [isHelpShown, setHelpShown] = useState(false);
  const jumps = routes.flatMap(({ path: to, key }) => (key === undefined ? [] : [[`g ${key}`, () => navigate(to)]]));
  useKeys({ ...(Object.fromEntries(jumps) as Keys), "?": () => setHelpShown(true) });
  useEffect(() => {
    const name = matched?.route.name;
    document.title = name === undefined ? t.title : `${t.views[name]} · ${t.title}`;
  }, [matched?.route.name, t]);
  return (
    <div className="shell">
      <a className="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        {t.skip}
      </a>
      <header className="top">
        <Link to="/" className="brand" aria-label={t.title}>
          <img src="/icon.svg" alt="" width={22} height={22} />
          gtc
        </Link>
        <nav aria-label={t.navigation}>
          {routes.map(({ path: to, name }) =>
            name === undefined ? null : (
              <Link key={to} to={to} aria-current={matched?.route.path === to ? "page" : undefined}>
                {t.views[name]}
              </Link>
            ),
          )}
        </nav>
        <Tools onLogOut={onLogOut} onHelp={() => setHelpShown(true)} />
      </header>
      <main ref={main} id="main" tabIndex={-1}>
        <FaultBoundary key={path}>
          <Suspense fallback={<p className="quiet pad">{t.loading}</p>}>
            {matched ? <matched.route.view rest={matched.rest} /> : <NotFound />}
          </Suspense>
        </FaultBoundary>
      </main>
      {isHelpShown && <HelpDialog onClose={() => setHelpShown(false)} />}
    </div>
  );
}

function Tools({ onLogOut, onHelp }: { readonly onLogOut: () => void; readonly onHelp: () => void }) {
  const t = useTexts(shellTexts);
  const { language, choose } = useLanguage();
  const [theme, setTheme] = useState<Theme>(readTheme);
  const chooseTheme = (chosen: Theme): void => {
    applyTheme(chosen);
    setTheme(chosen);
  };
  return (
    <div className="tools">
      <StreamNote />
      <select
        aria-label={t.language}
        value={language}
        onChange={({ target }) => choose(target.value === "de" ? "de" : "en")}
      >
        <option value="en">English</option>
        <option value="de">Deutsch</option>
      </select>
      <select aria-label={t.theme.name} value={theme} onChange={({ target }) => chooseTheme(target.value as Theme)}>
        <option value="system">{t.theme.system}</option>
        <option value="light">{t.theme.light}</option>
        <option value="dark">{t.theme.dark}</option>
      </select>
      <button type="button" className="button bare" onClick={onHelp} aria-label={t.help} title={t.help}>
        ?
      </button>
      <button type="button" className="button bare" onClick={onLogOut}>
        {t.logout}
      </button>
    </div>
  );
}

function StreamNote() {
  const t = useTexts(shellTexts);
  const state = useStreamState();
  return (
    <output className="stream" data-state={state}>
      {t.stream[state]}
    </output>
  );
}

function NotFound() {
  const t = useTexts(shellTexts);
  return (
    <div className="pad">
      <h1>{t.notFound}</h1>
      <Link to="/">{t.toLive}</Link>
    </div>
  );
}

/** A view that fails leaves the rest of the page usable. */
class FaultBoundary extends Component<{ readonly children: ReactNode }, { readonly fault?: Error }> {
  override readonly state: { readonly fault?: Error } = {};

  static getDerivedStateFromError(fault: Error): { readonly fault: Error } {
    return { fault };
  }

  override render(): ReactNode {
    return this.state.fault ? <FaultNote fault={this.state.fault} /> : this.props.children;
  }
}
