import { useEffect, useRef } from "react";
import { call } from "../../api/client.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { boundsOf } from "../../period/period.ts";
import { useKeys } from "../../shell/keyboard.ts";
import { addressWith, navigate } from "../../shell/router.tsx";
import { refusedByReason } from "../overview/sum-reasons.ts";
import type { RefusedFilters } from "./refused-filters.ts";
import { refusedTexts } from "./refused-texts.ts";

const TYPING_MS = 300;

/** Filters in the address; the reasons on offer are those of the last thirty days. */
export function RefusedFilterBar({ filters }: { readonly filters: RefusedFilters }) {
  const t = useTexts(refusedTexts);
  const typing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const search = useRef<HTMLInputElement>(null);
  const { loaded } = useLoaded("reasons", (signal) =>
    call("overview", { query: { ...boundsOf("30d", Date.now()), bucket: "1d" }, signal }),
  );
  const tenants = useLoaded("tenants", (signal) => call("info", { signal })).loaded;
  const reasons = loaded.state === "ready" ? refusedByReason(loaded.value.buckets).map(({ reason }) => reason) : [];
  const set = (changed: Partial<RefusedFilters>): void =>
    navigate(addressWith("/refused", { ...filters, ...changed }), { replace: true });
  useEffect(() => () => clearTimeout(typing.current), []);
  useKeys({
    "/": (event) => {
      event.preventDefault();
      search.current?.focus();
    },
  });
  return (
    <div className="operate-filters" role="search">
      <label>
        {t.reason}
        <Choice value={filters.reason} values={reasons} every={t.everyReason} choose={(reason) => set({ reason })} />
      </label>
      <label>
        {t.tenant}
        <Choice
          value={filters.tenant}
          values={tenants.state === "ready" ? tenants.value.tenants : []}
          every={t.everyTenant}
          choose={(tenant) => set({ tenant })}
        />
      </label>
      <label>
        {t.search}
        <input
          ref={search}
          type="search"
          defaultValue={filters.q}
          onChange={({ target: { value } }) => {
            clearTimeout(typing.current);
            typing.current = setTimeout(() => set({ q: value }), TYPING_MS);
          }}
        />
      </label>
      {Object.values(filters).some((value) => value !== undefined) && (
        <button
          type="button"
          className="button"
          onClick={() => {
            if (search.current) search.current.value = "";
            navigate("/refused");
          }}
        >
          {t.clear}
        </button>
      )}
    </div>
  );
}

interface ChoiceProps {
  readonly value: string | undefined;
  readonly values: readonly string[];
  readonly every: string;
  readonly choose: (value: string) => void;
}

/** One of the values or all; a value of the address is on offer even where it is not among them. */
function Choice({ value, values, every, choose }: ChoiceProps) {
  const offered = value === undefined || values.includes(value) ? values : [value, ...values];
  return (
    <select value={value ?? ""} onChange={({ target }) => choose(target.value)}>
      <option value="">{every}</option>
      {offered.map((one) => (
        <option key={one}>{one}</option>
      ))}
    </select>
  );
}
