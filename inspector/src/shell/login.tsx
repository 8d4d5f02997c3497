import { useState, type SubmitEvent } from "react";
import { ApiFault, call } from "../api/client.ts";
import { useTexts } from "../i18n/i18n.tsx";
import { FaultNote } from "../ui/loaded-view.tsx";
import { Prose } from "../ui/prose.tsx";
import { shellTexts } from "./texts.ts";

/** `wrong`: the link had a token, and it is not that of this gateway. `ended`: it was in, and the gateway no longer knows it. */
export type Session = "in" | "out" | "wrong" | "ended";

/**
 * Exchanges the token of the link that `gtc start` prints for a cookie, and takes it out of the address. It stands behind
 * `#`, which browsers send to no server. An old link does not end a session that is good.
 */
export async function logInFromLink(): Promise<Session> {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token !== null) history.replaceState(null, "", location.pathname + location.search);
  if (token !== null && (await isTaken(call("login", { body: { token } })))) return "in";
  if (await isTaken(call("info"))) return "in";
  return token === null ? "out" : "wrong";
}

async function isTaken(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (fault) {
    if (fault instanceof ApiFault && (fault.status === 401 || fault.status === 429)) return false;
    throw fault;
  }
}

interface LoginProps {
  readonly session: Exclude<Session, "in">;
  readonly onIn: () => void;
}

/** Asks for the token, and says why where it is not the first time. */
export function Login({ session, onIn }: LoginProps) {
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
      <img src="/icon.svg" alt="" width={40} height={40} />
      <h1>{t.login.titles[session]}</h1>
      <p>{t.login.why[session]}</p>
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
      {fault && <LoginFault fault={fault} />}
    </main>
  );
}

/** What goes wrong here goes wrong often: it is said in the reader's language. */
function LoginFault({ fault }: { readonly fault: Error }) {
  const { faults } = useTexts(shellTexts).login;
  const status = fault instanceof ApiFault ? fault.status : 0;
  if (status !== 401 && status !== 429) return <FaultNote fault={fault} />;
  return (
    <p className="note" data-tone="bad" role="alert">
      {status === 401 ? faults.wrong : faults.often}
    </p>
  );
}
