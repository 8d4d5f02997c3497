/** Properties and elements: reading them, reading them to change them, putting new ones in. */
import { getIndex, getIndexMutable, withIndex } from "./access.ts";
import { RhaiError } from "./errors.ts";
import { fits, type Native } from "./natives.ts";
import { RhaiArray, RhaiBlob, RhaiMap } from "./containers.ts";
import { typeName, type RhaiValue } from "./values.ts";
import { RuntimeOperators } from "./runtime-operators.ts";

export abstract class RuntimePlaces extends RuntimeOperators {
  protected abstract invoke(native: Native, args: readonly RhaiValue[], at: number): RhaiValue;

  readonly prop = (object: RhaiValue, name: string, at: number): RhaiValue => {
    if (object instanceof RhaiMap) {
      const found = object.entries.get(name);
      if (found !== undefined) return found;
      if (this.options.failOnInvalidMapProperty)
        throw new RhaiError("ErrorPropertyNotFound", `Property not found: ${name}`, at, {
          fields: [["property", name]],
        });
      return null;
    }
    for (const native of this.natives.property(name))
      if (fits(native.types, [object])) return this.invoke(native, [object], at);
    throw this.noProperty(object, name, at);
  };

  protected noProperty(object: RhaiValue, name: string, at: number): RhaiError {
    const hint =
      object === null && !this.options.strict
        ? `; what stands before ".${name}" is missing: write "?.${name}" to get () instead`
        : "";
    return new RhaiError(
      "ErrorDotExpr",
      `Unknown property '${name}' - a getter is not registered for type '${typeName(object)}'${hint}`,
      at,
      { fields: [["property", name]] },
    );
  }

  readonly propMut = (object: RhaiValue, name: string, at: number): RhaiValue =>
    object instanceof RhaiMap ? (object.own().get(name) ?? null) : this.prop(object, name, at);

  readonly setProp = (object: RhaiValue, name: string, value: RhaiValue, at: number): RhaiValue => {
    if (object instanceof RhaiMap) {
      object.own().set(name, value);
      this.grew(object, value, at);
      return object;
    }
    if (this.natives.property(name).some((native) => fits(native.types, [object]))) {
      throw new RhaiError("ErrorDotExpr", `Property '${name}' of type '${typeName(object)}' cannot be written`, at);
    }
    throw this.noProperty(object, name, at);
  };

  readonly index = (object: RhaiValue, index: RhaiValue, at: number): RhaiValue => {
    const value = getIndex(object, index, at);
    if (
      value === null &&
      this.options.failOnInvalidMapProperty &&
      object instanceof RhaiMap &&
      typeof index === "string" &&
      !object.entries.has(index)
    ) {
      throw new RhaiError("ErrorPropertyNotFound", `Property not found: ${index}`, at, {
        fields: [["property", index]],
      });
    }
    return value;
  };

  readonly indexMut = getIndexMutable;

  readonly setIndex = (object: RhaiValue, index: RhaiValue, value: RhaiValue, at: number): RhaiValue => {
    if (object instanceof RhaiArray && typeof index === "number" && typeof value !== "object") {
      const items = object.own();
      if (index >= 0 && index < items.length) {
        items[index] = value;
        return object;
      }
    }
    if (object instanceof RhaiBlob) this.ownBytes(object, at);
    const changed = withIndex(object, index, value, at);
    // An array only gets larger by what is inside of a new element.
    if (changed instanceof RhaiMap || (typeof value === "object" && changed instanceof RhaiArray))
      this.grew(changed, value, at);
    return changed;
  };
}
