/**
 * Places → JavaScript: what can be read, changed and written back. A place is a root (a variable or `this`) and steps
 * into it. Containers on the way are changed where they are; a text or an integer on the way is replaced, so the new
 * one is written back step by step to the root.
 */
import type { Span } from "../../text/index.ts";
import type { Expr } from "../ast.ts";
import { ExpressionGenerator } from "./expression-generator.ts";
import type { Atom } from "./generator-base.ts";
import type { Operand } from "./operator-generator.ts";
import type { Variable } from "./scope.ts";

type Step =
  | { readonly kind: "prop"; readonly name: string; readonly at: string; readonly optional: boolean }
  | { readonly kind: "index"; readonly index: string; readonly at: string; readonly optional: boolean };

interface Place {
  /** How the root is read; undefined when it belongs to nobody (`f().x = 1` changes nothing that is kept). */
  readonly root: string;
  readonly variable: Variable | undefined;
  readonly canWrite: boolean;
  readonly steps: readonly Step[];
}

/** What a chain of accesses consists of. */
type Link = Extract<Expr, { kind: "prop" | "index" | "method" }>;

function isLink(expr: Expr): expr is Link {
  return expr.kind === "prop" || expr.kind === "index" || expr.kind === "method";
}

export abstract class PlaceGenerator extends ExpressionGenerator {
  override place(expr: Extract<Expr, { kind: "prop" | "index" }>): Atom {
    if (this.opensChain(expr)) return this.chain(expr);
    const object = expr.kind === "index" ? this.steady(expr.object, [expr.index]) : this.borrow(expr.object);
    if (expr.optional) this.out.line(`if(${object}===null)break ${this.chainLabel};`);
    return { js: this.#get(object, expr), known: "place" };
  }

  /** The label behind the chain that is being generated: where `?.` goes when there is nothing. */
  protected chainLabel = "";

  /** A link is generated within the chain that it belongs to. What stands inside of anything else has chains of its own. */
  override expr(expr: Expr): Atom {
    return isLink(expr) ? super.expr(expr) : this.apart(() => super.expr(expr));
  }

  /** A chain of accesses with a `?.` somewhere, seen from its last link. */
  protected opensChain(expr: Expr): boolean {
    if (this.chainLabel !== "") return false;
    for (let link = expr; isLink(link); link = link.object) if (link.optional) return true;
    return false;
  }

  /** When something before a `?.` is missing, the whole chain is `()`. */
  protected chain(expr: Link): Atom {
    const result = this.out.temp("null");
    this.chainLabel = this.out.fresh("o");
    this.out.line(`${this.chainLabel}:{`);
    const { js } = expr.kind === "method" ? this.method(expr) : this.place(expr);
    this.out.line(`${result}=${js};}`);
    this.chainLabel = "";
    return { js: result, known: "place" };
  }

  /** Arguments and indices are chains of their own. */
  protected apart<R>(write: () => R): R {
    const outer = this.chainLabel;
    this.chainLabel = "";
    const result = write();
    this.chainLabel = outer;
    return result;
  }

  #get(object: string, expr: Extract<Expr, { kind: "prop" | "index" }>): string {
    if (expr.kind === "prop") return this.out.temp(`prop(${object},${this.text(expr.name)},${this.at(expr.nameSpan)})`);
    const index = this.apart(() => this.borrow(expr.index));
    const found = this.out.fresh("t");
    // An element that is there needs no more than this; everything else (negative indices, texts, faults) takes the long way.
    // In parentheses, as the object may be a literal: `5.items` is no JavaScript.
    this.out.line(
      `let ${found};if(!(${object} instanceof RhaiArray&&typeof ${index}==="number"&&(${found}=(${object}).items[${index}])!==undefined))${found}=index(${object},${index},${this.at(expr.index.span)});`,
    );
    return found;
  }

  /** Evaluates the indices of a place, from the root on. */
  placeOf(expr: Expr): Place {
    const steps: Step[] = [];
    const chain: Expr[] = [];
    let root: Expr = expr;
    while (root.kind === "prop" || root.kind === "index") {
      chain.unshift(root);
      root = root.object;
    }
    const variable = root.kind === "name" ? this.variableFor(root) : undefined;
    const rootJs = root.kind === "name" || root.kind === "this" ? this.borrow(root) : this.own(root);
    for (const link of chain) {
      if (link.kind === "prop")
        steps.push({ kind: "prop", name: this.text(link.name), at: this.at(link.nameSpan), optional: link.optional });
      if (link.kind === "index")
        steps.push({
          kind: "index",
          index: this.out.temp(this.apart(() => this.borrow(link.index))),
          at: this.at(link.index.span),
          optional: link.optional,
        });
    }
    return { root: rootJs, variable, canWrite: variable !== undefined || root.kind === "this", steps };
  }

  variableFor(expr: Extract<Expr, { kind: "name" }>): Variable | undefined {
    return this.lookup(expr.name);
  }

  /** Walks to the container of the last step; gives the names of all containers on the way. */
  #containers({ root, steps }: Place): string[] {
    const containers = [root];
    steps.forEach((step, at) => {
      if (step.optional) this.out.line(`if(${containers.at(-1)!}===null)break ${this.chainLabel};`);
      if (at < steps.length - 1) containers.push(this.#mutable(containers.at(-1)!, step));
    });
    return containers;
  }

  #mutable(container: string, step: Step): string {
    if (step.kind === "prop") return this.out.temp(`propMut(${container},${step.name},${step.at})`);
    return this.out.temp(`indexMut(${container},${step.index},${step.at})`);
  }

  /** Reads a place in order to change what is there. */
  readMutable(place: Place): { value: string; containers: string[] } {
    const containers = this.#containers(place);
    const last = place.steps.at(-1);
    return { value: last === undefined ? place.root : this.#mutable(containers.at(-1)!, last), containers };
  }

  /** Puts a new value into a place. Where that made a new container (a text, an integer), it goes into the one around. */
  writeBack(place: Place, containers: readonly string[], value: string): void {
    let current = value;
    for (let at = place.steps.length - 1; at >= 0; at--) {
      const step = place.steps[at]!;
      const container = containers[at]!;
      const [call, key] = step.kind === "prop" ? ["setProp", step.name] : ["setIndex", step.index];
      current = this.out.temp(`${call}(${container},${key},${current},${step.at})`);
      this.out.line(`if(${current}!==${container}){`);
    }
    if (place.canWrite) this.out.line(`${place.root}=${current};`);
    this.out.line("}".repeat(place.steps.length));
  }

  /** `target op= value` */
  assign(op: string, target: Expr, value: Expr, span: Span): void {
    if (!this.opensChain(target)) return this.#assign(op, target, value, span);
    // Nothing is assigned when something before a `?.` is missing.
    this.chainLabel = this.out.fresh("o");
    this.out.line(`${this.chainLabel}:{`);
    this.#assign(op, target, value, span);
    this.out.line("}");
    this.chainLabel = "";
  }

  #assign(op: string, target: Expr, value: Expr, span: Span): void {
    // What is only looked at needs no copy; `+=` on an array copies what it takes in.
    const operand = this.apart(() => (op === "=" ? { js: this.own(value) } : this.operand(value, [target])));
    const place = this.placeOf(target);
    this.checkAssignable(place.variable, target, span);
    if (place.variable === undefined && place.canWrite)
      this.out.line(`if(${this.context.thisName}.isConst)constantPlace(${this.text("this")},${this.at(span)});`);
    if (place.steps.length === 0) {
      const next = op === "=" ? operand.js : this.#combined(op, place.root, operand, span);
      this.out.line(`${place.root}=${next};`);
      return;
    }
    if (op === "=") {
      this.writeBack(place, this.#containers(place), operand.js);
      return;
    }
    const { value: old, containers } = this.readMutable(place);
    this.writeBack(place, containers, this.#combined(op, old, operand, span));
  }

  #combined(op: string, old: string, value: Operand, span: Span): string {
    if (op === "+=") return this.addition(old, value, this.at(span));
    return this.operator(op.slice(0, -1), { js: old }, value, this.at(span)).js;
  }

  checkAssignable(variable: Variable | undefined, target: Expr, span: Span): void {
    if (variable?.isConst === true && target.kind !== "name") {
      this.out.line(`constantPlace(${this.text(variable.name)},${this.at(span)});`);
    } else if (variable?.isConst === true) {
      this.report(
        "assignment-to-constant",
        `"${variable.name}" is a constant.`,
        target.span,
        `Declare it with let, or give the changed value another name.`,
      );
    } else if (variable?.isOuter === true) {
      this.out.line(`writable(${this.text(variable.name)},${this.at(span)});`);
    }
  }
}
