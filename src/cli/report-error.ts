/** How an error ends a command: message, what to do, exit code; the same as JSON for programs. */
import { GtcError, messageOf, type ExitCode } from "../base/index.ts";
import { diagnosticToJson, renderDiagnostic, visible, visibleLines, type Diagnostic } from "../text/index.ts";
import type { AnswerFault } from "../setup/index.ts";
import { asGtcError } from "./as-gtc-error.ts";
import type { CommandContext, Palette } from "./command.ts";
import { jsonLine } from "./json-line.ts";

/** An error whose cause stands in files: the diagnostics are shown with their lines. */
export interface WithDiagnostics {
  readonly diagnostics: readonly Diagnostic[];
}

/** An error whose causes stand in the answers. Never shown with their lines: those hold secrets. */
export interface WithAnswerFaults {
  readonly faults: readonly AnswerFault[];
}

type Outlet = Pick<CommandContext, "stderr" | "paint">;

/** Prints an error to `stderr` and returns the exit code. */
export function reportError(thrown: unknown, context: Outlet, asJson: boolean): ExitCode {
  const error = asGtcError(thrown) ?? new GtcError("GTC_INTERNAL", { detail: messageOf(thrown) }, { cause: thrown });
  context.stderr.write(asJson ? jsonLine(errorToJson(error)) : errorToText(error, context));
  return error.spec.exitCode;
}

function errorToJson(error: GtcError): unknown {
  const { code, message, fix, details } = error;
  const diagnostics = diagnosticsOf(error);
  const faults = faultsOf(error);
  return {
    error: {
      code,
      message,
      fix,
      details,
      ...(diagnostics.length > 0 && { diagnostics: diagnostics.map((diagnostic) => diagnosticToJson(diagnostic)) }),
      ...(faults.length > 0 && { faults }),
    },
  };
}

function errorToText(error: GtcError, { paint }: Outlet): string {
  const places = diagnosticsOf(error).map((diagnostic) => `${renderDiagnostic(diagnostic, paint)}\n\n`);
  places.push(...faultsOf(error).map((fault) => `${faultText(fault, error, paint)}\n`));
  const title = `${paint.error("error")} ${paint.dim(`[${error.code}]`)} ${visibleLines(error.message)}`;
  const fix = `  ${paint.dim("fix:")} ${visible(error.fix)}`;
  const trace =
    error.code === "GTC_INTERNAL" && error.cause instanceof Error ? `${visibleLines(error.cause.stack ?? "")}\n` : "";
  return `${places.join("")}${title}\n${fix}\n${trace}`;
}

function diagnosticsOf(error: GtcError): readonly Diagnostic[] {
  return "diagnostics" in error ? (error as GtcError & WithDiagnostics).diagnostics : [];
}

function faultsOf(error: GtcError): readonly AnswerFault[] {
  return "faults" in error ? (error as GtcError & WithAnswerFaults).faults : [];
}

function faultText({ path, message, hint, place }: AnswerFault, { details }: GtcError, paint: Palette): string {
  const at = place === undefined ? "" : `${String(details["path"])}:${place.line}:${place.column} `;
  const head = `${paint.error("✗")} ${visible(at)}${paint.bold(visible(path))} ${visible(message)}`;
  return hint === undefined ? head : `${head}\n    ${paint.dim("fix:")} ${visible(hint)}`;
}
