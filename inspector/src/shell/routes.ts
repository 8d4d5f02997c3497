/** Every view: its address, its place in the navigation, and its file, which is loaded when it is first shown. */
import { lazy, type ComponentType } from "react";

export interface ViewProps {
  /** What the address names behind the view's own path, decoded; "" for the view itself. */
  readonly rest: string;
}

export interface Route {
  readonly path: string;
  /** The key of its name in the shell's texts; absent: not in the navigation. */
  readonly name?: "live" | "overview" | "flows" | "sources" | "refused" | "deadLetters" | "doctor";
  /** The second key of `g …`. */
  readonly key?: string;
  readonly view: ComponentType<ViewProps>;
}

type LoadView = () => Promise<{ readonly default: ComponentType<ViewProps> }>;

const loads: LoadView[] = [];

function viewOf(load: LoadView): ComponentType<ViewProps> {
  loads.push(load);
  return lazy(load);
}

export const routes: readonly Route[] = [
  { path: "/", name: "live", key: "l", view: viewOf(() => import("../views/live/live-view.tsx")) },
  { path: "/overview", name: "overview", key: "o", view: viewOf(() => import("../views/overview/overview-view.tsx")) },
  { path: "/flows", name: "flows", key: "f", view: viewOf(() => import("../views/flows/flows-view.tsx")) },
  { path: "/sources", name: "sources", key: "s", view: viewOf(() => import("../views/sources/sources-view.tsx")) },
  { path: "/refused", name: "refused", key: "r", view: viewOf(() => import("../views/refused/refused-view.tsx")) },
  {
    path: "/dead-letters",
    name: "deadLetters",
    key: "d",
    view: viewOf(() => import("../views/dead-letters/dead-letters-view.tsx")),
  },
  { path: "/doctor", name: "doctor", key: "c", view: viewOf(() => import("../views/doctor/doctor-view.tsx")) },
  { path: "/events", view: viewOf(() => import("../views/event/event-view.tsx")) },
];

/**
 * Loads the views that were not shown yet, so that they open at once, and also when the gateway is away or was replaced by
 * one of another version. What fails is loaded when it is shown.
 */
export async function loadAllViews(): Promise<void> {
  await Promise.allSettled(loads.map((load) => load()));
}

/** The route of a path, and what the path names behind it. */
export function matchRoute(path: string): { readonly route: Route; readonly rest: string } | undefined {
  const route = routes.find((one) => path === one.path || (one.path !== "/" && path.startsWith(`${one.path}/`)));
  return route && { route, rest: decode(path.slice(route.path.length + 1)) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
