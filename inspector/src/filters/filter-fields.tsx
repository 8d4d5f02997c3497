import { useEffect, useId, useRef, useState, type RefObject } from "react";
import { useLatest } from "../api/use-latest.ts";
import { useKeys } from "../shell/keyboard.ts";
import { visibleText } from "../ui/visible-text.ts";
import "./filters.css";

const TYPING_MS = 300;

interface FieldProps {
  readonly label: string;
  readonly value: string | undefined;
  /** "" for none. */
  readonly onChange: (value: string) => void;
}

interface SelectFilterProps extends FieldProps {
  /** What stands for no filter. */
  readonly every: string;
  readonly options: Readonly<Record<string, string>>;
}

/** One of a few; a value of the address is on offer even where it is not among them. */
export function SelectFilter({ label, value = "", every, options, onChange }: SelectFilterProps) {
  const offered = value === "" || Object.hasOwn(options, value) ? options : { [value]: value, ...options };
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={({ target }) => onChange(target.value)}>
        <option value="">{every}</option>
        {Object.entries(offered).map(([option, name]) => (
          <option key={option} value={option}>
            {visibleText(name)}
          </option>
        ))}
      </select>
    </label>
  );
}

interface TextFilterProps extends FieldProps {
  readonly inputRef?: RefObject<HTMLInputElement | null>;
  /** Shorter texts are not asked for. */
  readonly least?: number;
  /** What is known to fit, to choose from. */
  readonly known?: readonly string[];
}

/** Asks when the typing rests. */
export function TextFilter({ label, value = "", onChange, inputRef, least = 1, known = [] }: TextFilterProps) {
  const [typed, setTyped] = useState(value);
  const [asked, setAsked] = useState(value);
  const latest = useLatest(onChange);
  const listId = useId();
  if (asked !== value) {
    setAsked(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === value || (typed !== "" && typed.length < least)) return undefined;
    const timer = setTimeout(() => latest.current(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, least, latest]);
  return (
    <>
      <label>
        <span>{label}</span>
        <input
          ref={inputRef}
          type="search"
          value={typed}
          list={known.length > 0 ? listId : undefined}
          spellCheck={false}
          onChange={({ target }) => setTyped(target.value)}
        />
      </label>
      {known.length > 0 && (
        // Beside the label, or its options would be read as part of the name.
        <datalist id={listId}>
          {known.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </datalist>
      )}
    </>
  );
}

/** A text filter that `/` leads to: the search of a view. */
export function SearchFilter(props: Omit<TextFilterProps, "inputRef" | "least" | "known">) {
  const input = useRef<HTMLInputElement>(null);
  useKeys({
    "/": (event) => {
      event.preventDefault();
      input.current?.focus();
    },
  });
  // The API searches for two letters and more: one would match nearly everything.
  return <TextFilter {...props} inputRef={input} least={2} />;
}

/** A time of the reader's clock; the address has it in UTC. */
export function TimeFilter({ label, value, onChange }: FieldProps) {
  const change = (local: string): void => {
    const time = new Date(local);
    onChange(Number.isNaN(time.getTime()) ? "" : time.toISOString());
  };
  return (
    <label>
      <span>{label}</span>
      <input
        type="datetime-local"
        value={value === undefined ? "" : localTime(new Date(value))}
        onChange={({ target }) => change(target.value)}
      />
    </label>
  );
}

/** As `datetime-local` takes it: to the minute, without a zone. */
function localTime(time: Date): string {
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
