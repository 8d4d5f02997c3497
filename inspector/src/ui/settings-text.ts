import type { Step } from "../../../src/admin/contract/index.ts";
import { prettyJson } from "../api/json.ts";

/** Settings as people write them: texts of several lines stay so. */
export function settingsText(config: Step["config"]): string {
  if (config === null || typeof config !== "object" || Array.isArray(config)) return prettyJson(config);
  return Object.entries(config)
    .map(([key, value]) =>
      typeof value === "string"
        ? value.includes("\n")
          ? `${key}:\n${value.trimEnd().replaceAll(/^/gm, "  ")}`
          : `${key}: ${value}`
        : `${key}: ${prettyJson(value)}`,
    )
    .join("\n");
}
