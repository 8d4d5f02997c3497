/** The page's own addresses: a path, and filters in the query, so that what is seen can be shared as a link. */
import { useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent, type ReactNode } from "react";

const NAVIGATED = "gtc:navigated";

/** Goes to an address of the page. `replace` leaves no step for the back button, as for a filter that is being typed. */
export function navigate(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (to === addressOf(location)) return;
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  dispatchEvent(new Event(NAVIGATED));
}

function addressOf({ pathname, search }: { readonly pathname: string; readonly search: string }): string {
  return pathname + search;
}

function subscribe(listener: () => void): () => void {
  addEventListener("popstate", listener);
  addEventListener(NAVIGATED, listener);
  return () => {
    removeEventListener("popstate", listener);
    removeEventListener(NAVIGATED, listener);
  };
}

export interface Address {
  readonly path: string;
  readonly search: URLSearchParams;
}

/** Where the page is; renders anew when that changes. */
export function useAddress(): Address {
  const address = useSyncExternalStore(subscribe, () => addressOf(location));
  const url = new URL(address, location.origin);
  return { path: url.pathname, search: url.searchParams };
}

/** The address of `path` with some query values; absent and empty ones are left out. */
export function addressWith(path: string, values: Readonly<Record<string, string | undefined>>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) if (value !== undefined && value !== "") search.set(key, value);
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

let listAddress = "/";

/** Remembers the list that is shown, with its filters: there leads the way back from a single thing. */
export function rememberList(): void {
  listAddress = addressOf(location);
}

/** The list that was shown last. */
export function lastList(): string {
  return listAddress;
}

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly to: string;
  readonly children?: ReactNode;
}

/** A link inside the page: a real one, so that it can be opened in another tab. */
export function Link({ to, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a {...rest} href={to} onClick={follow}>
      {children}
    </a>
  );
}
