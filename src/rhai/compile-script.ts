/**
 * The way from a script's text to something that runs: parse, generate JavaScript, and let the engine compile it. The
 * generated source contains no text of the script (see `codegen/emitter.ts`), so `new Function` runs only our own code.
 */
import { Source, type Diagnostic } from "../text/index.ts";
import { Generator, HELPERS } from "./codegen/generator.ts";
import { NativeTable, type Native } from "./natives.ts";
import { resolveOptions, type RhaiOptions } from "./options.ts";
import { parse } from "./parser.ts";
import { RhaiError } from "./errors.ts";
import { Runtime, type Evaluator, type RhaiHost } from "./runtime.ts";
import type { RhaiScope } from "./rhai-scope.ts";
import { STANDARD_LIBRARY } from "./stdlib/index.ts";
import { suspectsOf } from "./suspects.ts";
import { copyOf, RhaiArray, RhaiMap } from "./containers.ts";
import { RhaiFloat, RhaiFn, type RhaiValue, type ScriptBody } from "./values.ts";

export interface CompiledScript {
  /** Runs the script. The scope's variables are read, and hold what became of them afterwards. @throws RhaiError */
  run(scope: RhaiScope, host?: RhaiHost): RhaiValue;
  /**
   * Lets go of what the runs before saw: else it is held until the next run, however large it is. Functions that came out
   * of them are not to be called any more.
   */
  forget(): void;
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
        const instance =
          idle.pop() ?? instantiate(factory, generator.out.constants, source, resolved, table, generator.sites);
        try {
          return instance.runtime.run(instance.main, scope, host);
        } finally {
          idle.push(instance);
        }
      },
      forget: () => {
        for (const { runtime } of idle) runtime.forget();
      },
    },
  };
}

/**
 * All that can be told of a script without running it: the faults for which it does not compile, or else, as warnings,
 * what cannot work once it is reached (see `suspects.ts`).
 */
export function checkScript(
  source: Source,
  options: Partial<RhaiOptions> = {},
  natives: readonly Native[] = [],
): readonly Diagnostic[] {
  const compiled = compileScript(source, options, natives);
  return "diagnostics" in compiled ? compiled.diagnostics : suspectScript(source, options, natives);
}

/** The warnings alone, for a script that is known to compile. */
export function suspectScript(
  source: Source,
  options: Partial<RhaiOptions> = {},
  natives: readonly Native[] = [],
): readonly Diagnostic[] {
  const table = new NativeTable([...natives, ...STANDARD_LIBRARY], options.strict === true);
  return suspectsOf(source, parse(source, options).program, table);
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
  sites: readonly (readonly Native[])[],
  inherited?: ReadonlyMap<string, ScriptBody>,
): Instance {
  const runtime = new Runtime(source, options, table, {
    ...(inherited !== undefined && { inherited }),
    ...(options.allowEval && { evaluator: evaluatorFor(options, table) }),
  });
  const helpers: Record<string, unknown> = {
    RhaiArray,
    RhaiMap,
    RhaiFn,
    RhaiFloat,
    copyOf,
    maxDepth: runtime.maxDepth,
    tickEvery: runtime.tickEvery,
    stack: runtime.stack,
    sites,
  };
  const methods = runtime as unknown as Record<string, unknown>;
  for (const name of [...HELPERS, "begin"] as const) {
    const member = methods[name];
    // Members that are arrow functions know their runtime already.
    if (typeof member === "function") helpers[name] = Object.hasOwn(runtime, name) ? member : member.bind(runtime);
  }
  return { runtime, main: factory(helpers, constants) };
}

/** How `eval` runs a text: compiled for this one time, with the caller's scope and functions. */
function evaluatorFor(options: RhaiOptions, table: NativeTable): Evaluator {
  return (script, scope, host, functions) => {
    const source = new Source("eval", script);
    const { program, diagnostics } = parse(source, options);
    const generator = new Generator(source, program, options, table);
    const code = diagnostics.length > 0 ? "" : generator.script(program.body);
    const [fault] = [...diagnostics, ...generator.diagnostics];
    if (fault !== undefined) throw new RhaiError("ErrorParsing", fault.message);
    if (program.functions.length > 0)
      throw new RhaiError("ErrorParsing", "Functions are defined at the top of a script, not in what it evaluates.");
    const factory = new Function("$", "k", `"use strict";${code}`) as Factory;
    const { runtime, main } = instantiate(
      factory,
      generator.out.constants,
      source,
      options,
      table,
      generator.sites,
      functions,
    );
    return runtime.run(main, scope, host);
  };
}
