import { Component, Suspense, useEffect, useRef, useState, type ReactNode } from "react";
import { useStreamOpened, useStreamState } from "../api/use-live.tsx";
import { useTexts } from "../i18n/i18n.tsx";
import { FaultNote } from "../ui/loaded-view.tsx";
import { HelpDialog } from "./help-dialog.tsx";
import { useKeys, type Keys } from "./keyboard.ts";
import { Link, navigate, rememberList, useAddress } from "./router.tsx";
import { matchRoute, routes } from "./routes.ts";
import { Settings } from "./settings.tsx";
import { shellTexts } from "./texts.ts";
import { useTitle } from "./use-title.ts";

/** Navigation, the state of the stream, and the view of the address. */
export function Layout({ onLogOut }: { readonly onLogOut: () => void }) {
  const t = useTexts(shellTexts);
  const { path, search } = useAddress();
  const matched = matchRoute(path);
  const main = useRef<HTMLElement>(null);
  const views = useRef<HTMLElement>(null);
  const [isHelpShown, setHelpShown] = useState(false);
  const jumps = routes.flatMap(({ path: to, key }) => (key === undefined ? [] : [[`g ${key}`, () => navigate(to)]]));
  useKeys({ ...(Object.fromEntries(jumps) as Keys), "?": () => setHelpShown(true) });
  const name = matched?.route.name;
  useTitle(name === undefined ? "" : t.views[name]);
  useEffect(() => {
    if (matched?.route.name !== undefined) rememberList();
    // On a phone the names of the views do not all fit.
    views.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [matched?.route.name, path, search]);
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
        <nav aria-label={t.navigation} ref={views}>
          {routes.map(({ path: to, name }) =>
            name === undefined ? null : (
              <Link key={to} to={to} aria-current={matched?.route.path === to ? "page" : undefined}>
                {t.views[name]}
              </Link>
            ),
          )}
        </nav>
        <div className="tools">
          <StreamNote />
          <button
            type="button"
            className="button bare"
            onClick={() => setHelpShown(true)}
            aria-label={t.help}
            title={t.help}
          >
            ?
          </button>
          <Settings onLogOut={onLogOut} />
        </div>
      </header>
      <main ref={main} id="main" tabIndex={-1}>
        <FaultBoundary key={path}>
          <Suspense fallback={<p className="quiet pad loading">{t.loading}</p>}>
            {matched ? <matched.route.view rest={matched.rest} /> : <NotFound />}
          </Suspense>
        </FaultBoundary>
      </main>
      <LostNote />
      {isHelpShown && <HelpDialog onClose={() => setHelpShown(false)} />}
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

/** Lies over the page, so that nothing moves when the gateway goes and comes back. */
function LostNote() {
  const t = useTexts(shellTexts);
  const state = useStreamState();
  return (
    <div className="lost" role="status">
      {(state === "lost" || state === "crowded") && (
        <p className="note" data-tone="bad">
          {t[state]}
        </p>
      )}
    </div>
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
    return this.state.fault ? <ViewFault fault={this.state.fault} /> : this.props.children;
  }
}

/** Its code may not have come: nothing less than the page loads that again, at the latest when the gateway is back. */
function ViewFault({ fault }: { readonly fault: Error }) {
  useStreamOpened(() => location.reload());
  return (
    <div className="pad">
      <FaultNote fault={fault} onRetry={() => location.reload()} />
    </div>
  );
}
