import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The page is built beside the program, which serves it from `dist/inspector`. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL("../dist/inspector", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    // The page's policy allows no data: scripts or styles; small files stay files.
    assetsInlineLimit: 0,
  },
  // `npx vite inspector` while working on the page, beside a running gateway.
  server: { port: 8082, proxy: { "/api": "http://127.0.0.1:8081" } },
});
