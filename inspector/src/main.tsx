import { createRoot } from "react-dom/client";
import { LiveStream } from "./api/live-stream.ts";
import { App } from "./shell/app.tsx";
import { applyTheme, readTheme } from "./shell/preferences.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";

applyTheme(readTheme());
const root = document.getElementById("root");
if (root) createRoot(root).render(<App stream={new LiveStream()} />);
