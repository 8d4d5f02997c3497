import { useEffect, useRef, useState } from "react";
import { call } from "../../api/client.ts";
import { useLatest } from "../../api/use-latest.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { useKeys } from "../../shell/keyboard.ts";
import { addressWith, navigate } from "../../shell/router.tsx";
import type { FilterName, Filters } from "./feed.ts";
import { liveTexts } from "./live-texts.ts";

const TYPING_MS = 300;

/** The filters; they live in the address, so that what is seen can be shared. */
export function LiveFilters({ filters }: { readonly filters: Filters }) {
  const t = useTexts(liveTexts);
  const search = useRef<HTMLInputElement>(null);
  const { loaded } = useLoaded("info", (signal) => call("info", { signal }));
  const tenants = loaded.state === "ready" ? loaded.value.tenants : [];
  useKeys({
    "/": (event) => {
      event.preventDefault();
      search.current?.focus();
    },
  });
  const change = (name: FilterName, value: string): void =>
    navigate(addressWith("/", { ...filters, [name]: value }), { replace: true });
  return (
    <search className="filters">
      <TextFilter inputRef={search} label={t.search} value={filters.q} least={2} onChange={(q) => change("q", q)} />
      <SelectFilter
        label={t.tenant}
        value={filters.tenant}
        options={Object.fromEntries(tenants.map((tenant) => [tenant, tenant]))}
        onChange={(tenant) => change("tenant", tenant)}
      />
      <TextFilter label={t.type} value={filters.type} onChange={(type) => change("type", type)} />
      <SelectFilter
        label={t.verdict}
        value={filters.verdict}
        options={t.verdicts}
        onChange={(verdict) => change("verdict", verdict)}
      />
      <SelectFilter
        label={t.status}
        value={filters.status}
        options={t.statuses}
        onChange={(status) => change("status", status)}
      />
      <TextFilter label={t.flow} value={filters.flow} onChange={(flow) => change("flow", flow)} />
      {Object.keys(filters).length > 0 && (
        <button type="button" className="button bare" onClick={() => navigate("/", { replace: true })}>
          {t.clear}
        </button>
      )}
    </search>
  );
}

interface FilterProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
}

function SelectFilter({
  label,
  value,
  options,
  onChange,
}: FilterProps & { readonly options: Readonly<Record<string, string>> }) {
  const t = useTexts(liveTexts);
  return (
    <label>
      <span>{label}</span>
      <select value={value ?? ""} onChange={({ target }) => onChange(target.value)}>
        <option value="">{t.all}</option>
        {Object.entries(options).map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface TextFilterProps extends FilterProps {
  readonly inputRef?: React.RefObject<HTMLInputElement | null>;
  /** Shorter texts are not asked for. */
  readonly least?: number;
}

/** Asks when the typing rests. */
function TextFilter({ label, value = "", onChange, inputRef, least = 1 }: TextFilterProps) {
  const [typed, setTyped] = useState(value);
  const [asked, setAsked] = useState(value);
  const latest = useLatest(onChange);
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
    <label>
      <span>{label}</span>
      <input ref={inputRef} type="search" value={typed} onChange={({ target }) => setTyped(target.value)} />
    </label>
  );
}
