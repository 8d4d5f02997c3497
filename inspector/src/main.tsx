import { createRoot } from "react-dom/client";
import { LiveStream } from "./api/live-stream.ts";
import { App } from "./shell/app.tsx";
import { applyTheme, readTheme } from "./shell/preferences.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";

applyTheme(readTheme());
// The view that most come for is fetched while the session is asked for, not after it.
if (location.pathname === "/") void import("./views/live/live-view.tsx");
const root = document.getElementById("root");
if (root) createRoot(root).render(<App stream={new LiveStream()} />);
