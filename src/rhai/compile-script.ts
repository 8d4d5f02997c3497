/**
 * The way from a script's text to something that runs: parse, generate JavaScript, and let the engine compile it. The
 * generated source contains no text of the script (see `codegen/emitter.ts`), so `new Function` runs only our own code.
 */
import type { Diagnostic, Source } from "../text/index.ts";
import { Generator, HELPERS } from "./codegen/generator.ts";
import { NativeTable, type Native } from "./natives.ts";
import { resolveOptions, type RhaiOptions } from "./options.ts";
import { parse } from "./parser.ts";
import { Runtime, type RhaiHost } from "./runtime.ts";
import type { RhaiScope } from "./rhai-scope.ts";
import { STANDARD_LIBRARY } from "./stdlib/index.ts";
import { copyOf, RhaiArray, RhaiFn, RhaiMap, type RhaiValue } from "./values.ts";

export interface CompiledScript {
  /** Runs the script. The scope's variables are read, and hold what became of them afterwards. @throws RhaiError */
  run(scope: RhaiScope, host?: RhaiHost): RhaiValue;
  /** Names that the script expects in its scope. */
  readonly globals: ReadonlySet<string>;
}

type Factory = (helpers: object, constants: readonly RhaiValue[]) => () => RhaiValue;

/** Compiles a script once. Every fault that can be found before it runs is a diagnostic. */
export function compileScript(
  source: Source,
  options: Partial<RhaiOptions> = {},
  natives: readonly Native[] = [],
): { readonly script: CompiledScript } | { readonly diagnostics: readonly Diagnostic[] } {
  const resolved = resolveOptions(options);
  const { program, diagnostics } = parse(source, resolved);
  if (diagnostics.length > 0) return { diagnostics };
  const table = new NativeTable([...natives, ...STANDARD_LIBRARY], resolved.strict);
  const generator = new Generator(source, program, resolved, table);
  const code = generator.script(program.body);
  if (generator.diagnostics.length > 0) return { diagnostics: generator.diagnostics };
  // The one place where generated code becomes a function.
  const factory = new Function("$", "k", `"use strict";${code}`) as Factory;
  const idle: Instance[] = [];
  const globals = new Set(generator.outer.keys());
  return {
    script: {
      globals,
      run: (scope, host = {}) => {
        const instance = idle.pop() ?? instantiate(factory, generator.out.constants, source, resolved, table);
        try {
          return instance.runtime.run(instance.main, scope, host);
        } finally {
          idle.push(instance);
        }
      },
    },
  };
}

interface Instance {
  readonly runtime: Runtime;
  readonly main: () => RhaiValue;
}

/** A run needs an instance of its own while it lasts: a host function may run the same script again. */
function instantiate(
  factory: Factory,
  constants: readonly RhaiValue[],
  source: Source,
  options: RhaiOptions,
  table: NativeTable,
): Instance {
  const runtime = new Runtime(source, options, table);
  const helpers: Record<string, unknown> = {
    RhaiArray,
    RhaiMap,
    RhaiFn,
    copyOf,
    maxDepth: runtime.maxDepth,
    tickEvery: runtime.tickEvery,
    stack: runtime.stack,
  };
  const methods = runtime as unknown as Record<string, unknown>;
  for (const name of [...HELPERS, "begin"] as const) {
    const member = methods[name];
    if (typeof member === "function") helpers[name] = member.bind(runtime);
  }
  return { runtime, main: factory(helpers, constants) };
}
