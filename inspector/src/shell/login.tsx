import { useState, type SubmitEvent } from "react";
import { ApiFault, call } from "../api/client.ts";
import { useTexts } from "../i18n/i18n.tsx";
import { FaultNote } from "../ui/loaded-view.tsx";
import { Prose } from "../ui/prose.tsx";
import { shellTexts } from "./texts.ts";

/**
 * Exchanges the token of the link that `gtc start` prints for a cookie, and takes it out of the address. It stands behind
 * `#`, which browsers send to no server. True when this browser is known.
 */
export async function logInFromLink(): Promise<boolean> {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token !== null) history.replaceState(null, "", location.pathname + location.search);
  try {
    await (token === null ? call("info") : call("login", { body: { token } }));
    return true;
  } catch (fault) {
    if (fault instanceof ApiFault && fault.status === 401) return false;
    throw fault;
  }
}

/** Asks for the token; says why where a session has ended. */
export function Login({ hasEnded, onIn }: { readonly hasEnded: boolean; readonly onIn: () => void }) {
  const t = useTexts(shellTexts);
  const [fault, setFault] = useState<Error>();
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget).get("token");
    const token = typeof given === "string" ? given.trim() : "";
    call("login", { body: { token } }).then(onIn, (failure: unknown) => setFault(failure as Error));
  };
  return (
    <main className="login">
      <h1>{hasEnded ? t.login.ended : t.login.title}</h1>
      <p>{hasEnded ? t.login.endedWhy : t.login.explain}</p>
      <p className="quiet">
        <Prose text={t.login.where} />
      </p>
      <form onSubmit={submit}>
        <label>
          {t.login.token}
          <input name="token" type="password" autoComplete="current-password" required spellCheck={false} />
        </label>
        <button type="submit" className="button primary">
          {t.login.submit}
        </button>
      </form>
      {fault && <FaultNote fault={fault} />}
    </main>
  );
}
