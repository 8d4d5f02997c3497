/** The operators of generated code, beyond the pairs of safe integers that it handles itself. */
import { isInside, mismatch, withoutAll } from "./access.ts";
import { arithmetic, comparison, concatenation, isInt, shifted } from "./arithmetic.ts";
import type { RhaiError } from "./errors.ts";
import { display } from "./text-form.ts";
import { appendTo, copyOf, RhaiArray, RhaiBlob, RhaiMap } from "./containers.ts";
import { RhaiChar, RhaiFloat, RhaiRange, RhaiTimestamp, typeName, type RhaiValue } from "./values.ts";
import { RuntimeCore } from "./runtime-core.ts";

export abstract class RuntimeOperators extends RuntimeCore {
  /** Calls a native function; operators that the language does not have may be a host's. */
  abstract readonly call: (name: string, args: readonly RhaiValue[], at: number, isConst: boolean) => RhaiValue;
  abstract notFound(name: string, args: readonly RhaiValue[], at: number): RhaiError;

  readonly add = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => {
    if (left instanceof RhaiFloat && right instanceof RhaiFloat) return new RhaiFloat(left.value + right.value);
    if (typeof left === "string" && typeof right === "string") return this.joined(left, right, at);
    const sum = arithmetic("+", left, right, at) ?? concatenation(left, right, (value) => this.text(value));
    if (sum instanceof RhaiBlob) this.madeBytes(sum.bytes.length, at);
    return sum === undefined ? this.operatorCall("+", left, right, at) : this.sized(sum, at);
  };

  /** `+=`: an array takes one more element (or all of another array's), a map another map's keys, both in place. */
  readonly addTo = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => {
    if (left instanceof RhaiFloat && right instanceof RhaiFloat) return new RhaiFloat(left.value + right.value);
    if (typeof left === "string" && typeof right === "string") return this.joined(left, right, at);
    if (left instanceof RhaiArray) {
      if (right instanceof RhaiArray) appendTo(left, right);
      else left.own().push(copyOf(right));
      this.grew(left, right, at);
      return left;
    }
    if (left instanceof RhaiMap && right instanceof RhaiMap) {
      for (const [key, value] of right.copy().entries) left.own().set(key, copyOf(value));
      this.grew(left, right, at);
      return left;
    }
    if (left instanceof RhaiBlob && !(right instanceof RhaiBlob)) return this.appendToBlob(left, right, at);
    return this.add(left, right, at);
  };

  protected appendToBlob(left: RhaiBlob, right: RhaiValue, at: number): RhaiValue {
    const result = this.call("append", [left, right], at, false);
    return result === null ? left : result;
  }

  readonly sub = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => {
    if (left instanceof RhaiFloat && right instanceof RhaiFloat) return new RhaiFloat(left.value - right.value);
    if (typeof left === "string" && typeof right === "string") return withoutAll(left, right);
    if (typeof left === "string" && right instanceof RhaiChar) return withoutAll(left, right.text);
    if (left instanceof RhaiTimestamp && right instanceof RhaiTimestamp)
      return new RhaiFloat((left.ms - right.ms) / 1000);
    if (left instanceof RhaiTimestamp) return shifted(left, right, -1) ?? this.operatorCall("-", left, right, at);
    return this.numbers("-", left, right, at);
  };

  protected numbers(op: string, left: RhaiValue, right: RhaiValue, at: number): RhaiValue {
    return arithmetic(op, left, right, at) ?? this.operatorCall(op, left, right, at);
  }

  readonly mul = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => {
    if (left instanceof RhaiFloat && right instanceof RhaiFloat) return new RhaiFloat(left.value * right.value);
    return this.numbers("*", left, right, at);
  };
  readonly div = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => {
    if (left instanceof RhaiFloat && right instanceof RhaiFloat) return new RhaiFloat(left.value / right.value);
    return this.numbers("/", left, right, at);
  };
  readonly mod = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => this.numbers("%", left, right, at);
  readonly pow = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => this.numbers("**", left, right, at);
  readonly shl = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => this.numbers("<<", left, right, at);
  readonly shr = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => this.numbers(">>", left, right, at);
  readonly band = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => this.bitwise("&", left, right, at);
  readonly bor = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => this.bitwise("|", left, right, at);
  readonly bxor = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => this.bitwise("^", left, right, at);

  /** `&`, `|` and `^` on bools are logic without short-cut. */
  protected bitwise(op: string, left: RhaiValue, right: RhaiValue, at: number): RhaiValue {
    if (typeof left !== "boolean" || typeof right !== "boolean") return this.numbers(op, left, right, at);
    return op === "&" ? left && right : op === "|" ? left || right : left !== right;
  }

  readonly eq = (left: RhaiValue, right: RhaiValue, at: number): boolean => this.same(left, right, at);
  readonly ne = (left: RhaiValue, right: RhaiValue, at: number): boolean => !this.same(left, right, at);
  readonly lt = (left: RhaiValue, right: RhaiValue, at: number): boolean =>
    this.compare("<", left, right, at, (sign) => sign < 0);
  readonly le = (left: RhaiValue, right: RhaiValue, at: number): boolean =>
    this.compare("<=", left, right, at, (sign) => sign <= 0);
  readonly gt = (left: RhaiValue, right: RhaiValue, at: number): boolean =>
    this.compare(">", left, right, at, (sign) => sign > 0);
  readonly ge = (left: RhaiValue, right: RhaiValue, at: number): boolean =>
    this.compare(">=", left, right, at, (sign) => sign >= 0);

  /** Values of one type without an order are an error; values of two types are simply not ordered. */
  protected compare(
    op: string,
    left: RhaiValue,
    right: RhaiValue,
    at: number,
    holds: (sign: number) => boolean,
  ): boolean {
    this.comparesTexts(left, right, at);
    const sign = comparison(left, right);
    if (sign !== undefined) return holds(sign);
    if (typeName(left) === typeName(right)) this.operatorCall(op, left, right, at);
    return false;
  }

  protected operatorCall(op: string, left: RhaiValue, right: RhaiValue, at: number): RhaiValue {
    return this.call(op, [left, right], at, false);
  }

  readonly isIn = (item: RhaiValue, container: RhaiValue, at: number): boolean => {
    const inside = isInside(item, container, (a, b) => this.same(a, b, at));
    if (inside === undefined) throw this.notFound("contains", [container, item], at);
    return inside;
  };

  readonly range = (from: RhaiValue, to: RhaiValue, inclusive: boolean, at: number): RhaiValue => {
    if (!isInt(from) || !isInt(to)) throw this.notFound(inclusive ? "..=" : "..", [from, to], at);
    return new RhaiRange(from, to, inclusive);
  };

  readonly neg = (value: RhaiValue, at: number): RhaiValue => {
    if (value instanceof RhaiFloat) return new RhaiFloat(-value.value);
    if (!isInt(value)) throw this.notFound("-", [value], at);
    return arithmetic("-", 0, value, at)!;
  };

  readonly plus = (value: RhaiValue, at: number): RhaiValue => {
    if (!isInt(value) && !(value instanceof RhaiFloat)) throw this.notFound("+", [value], at);
    return value;
  };

  readonly not = (value: RhaiValue, at: number): boolean => {
    if (typeof value !== "boolean") throw this.notFound("!", [value], at);
    return !value;
  };

  /** A condition that is no bool. */
  readonly truth = (value: RhaiValue, at: number): boolean => {
    throw mismatch("bool", value, at);
  };

  readonly concat = (text: string, value: RhaiValue, at: number): string => this.joined(text, this.text(value), at);

  /** A value as text, through a `to_string` of the script or host if there is one. */
  text(value: RhaiValue): string {
    return display(value);
  }
}
