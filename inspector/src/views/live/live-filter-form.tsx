import { useState, type ReactNode } from "react";
import { call } from "../../api/client.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { FilterChips } from "../../filters/filter-chips.tsx";
import { SearchFilter, SelectFilter, TextFilter, TimeFilter } from "../../filters/filter-fields.tsx";
import { exactTime } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { addressWith, navigate } from "../../shell/router.tsx";
import { stateTexts } from "../../ui/state-texts.ts";
import { Exports } from "./exports.tsx";
import {
  COMMON_FILTERS,
  MORE_FILTERS,
  withFilter,
  type FilterName,
  type Filters,
  type LivePeriod,
} from "./live-filters.ts";
import { liveTexts } from "./live-texts.ts";

/** What there is to choose from: tenants, event types, flows. */
async function loadKnown(signal: AbortSignal) {
  const [{ tenants }, sources, flows] = await Promise.all([
    call("info", { signal }),
    call("listSources", { signal }),
    call("listFlows", { signal }),
  ]);
  const types = new Set(sources.items.map(({ event_type: type }) => type));
  return { tenants, types: [...types].sort(), flows: [...new Set(flows.items.map(({ name }) => name))].sort() };
}

type Known = Awaited<ReturnType<typeof loadKnown>>;
const NOTHING: Known = { tenants: [], types: [], flows: [] };

interface LiveFilterFormProps {
  readonly filters: Filters;
  /** What stands at the end of the first row. */
  readonly children: ReactNode;
}

/** The filters; they live in the address, so that what is seen can be shared. */
export function LiveFilterForm({ filters, children }: LiveFilterFormProps) {
  const t = useTexts(liveTexts);
  const [isOpen, setOpen] = useState(false);
  const { loaded } = useLoaded("known", loadKnown);
  const known = loaded.state === "ready" ? loaded.value : NOTHING;
  const change = (name: FilterName, value: string): void =>
    navigate(addressWith("/", withFilter(filters, name, value)), { replace: true });
  const more = MORE_FILTERS.filter((name) => filters[name] !== undefined).length;
  return (
    <search className="live-filters" data-open={isOpen || undefined}>
      <div className="filters">
        <SearchFilter label={t.filters.q} value={filters.q} onChange={(q) => change("q", q)} />
        <CommonFilters filters={filters} known={known} change={change} />
        <button type="button" className="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? t.fewer : t.more(more)}
        </button>
        {children}
      </div>
      {isOpen && (
        <MoreFilters filters={filters} known={known} change={change}>
          <Exports key={JSON.stringify(filters)} filters={filters} />
        </MoreFilters>
      )}
      <ActiveFilters filters={filters} change={change} />
    </search>
  );
}

interface FiltersProps {
  readonly filters: Filters;
  readonly known: Known;
  readonly change: (name: FilterName, value: string) => void;
}

function CommonFilters({ filters, known, change }: FiltersProps) {
  const t = useTexts(liveTexts);
  const states = useTexts(stateTexts);
  const select = (name: FilterName, options: Readonly<Record<string, string>>) => (
    <SelectFilter
      label={t.filters[name]}
      value={filters[name]}
      every={name === "period" ? t.always : t.all}
      options={options}
      onChange={(value) => change(name, value)}
    />
  );
  return (
    <>
      {select("tenant", Object.fromEntries(known.tenants.map((tenant) => [tenant, tenant])))}
      <TextFilter
        label={t.filters.type}
        value={filters.type}
        known={known.types}
        onChange={(value) => change("type", value)}
      />
      {select("verdict", states.verdicts)}
      {select("status", states.statuses)}
      {select("period", t.periods)}
    </>
  );
}

function MoreFilters({ filters, known, change, children }: FiltersProps & { readonly children: ReactNode }) {
  const t = useTexts(liveTexts);
  return (
    <div className="filters">
      <SelectFilter
        label={t.filters.resolved}
        value={filters.resolved}
        every={t.all}
        options={t.resolved}
        onChange={(value) => change("resolved", value)}
      />
      {(["flow", "provider_type", "delivery_id"] as const).map((name) => (
        <TextFilter
          key={name}
          label={t.filters[name]}
          value={filters[name]}
          known={name === "flow" ? known.flows : []}
          onChange={(value) => change(name, value)}
        />
      ))}
      {(["since", "until"] as const).map((name) => (
        <TimeFilter
          key={name}
          label={t.filters[name]}
          value={filters[name]}
          onChange={(value) => change(name, value)}
        />
      ))}
      {children}
    </div>
  );
}

function ActiveFilters({ filters, change }: Omit<FiltersProps, "known">) {
  const t = useTexts(liveTexts);
  const { language } = useLanguage();
  const states = useTexts(stateTexts);
  const wordsOf = (name: FilterName, value: string): string => {
    if (name === "period") return t.periods[value as LivePeriod];
    if (name === "since" || name === "until") return exactTime(value, language);
    const words: Readonly<Record<string, string>> =
      name === "verdict"
        ? states.verdicts
        : name === "status"
          ? states.statuses
          : name === "resolved"
            ? t.resolved
            : {};
    return Object.hasOwn(words, value) ? (words[value] ?? value) : value;
  };
  const chips = [...COMMON_FILTERS, ...MORE_FILTERS].flatMap((name) => {
    const value = filters[name];
    return value === undefined ? [] : [{ name, label: t.filters[name], value: wordsOf(name, value) }];
  });
  return (
    <FilterChips
      chips={chips}
      remove={(name) => change(name as FilterName, "")}
      clear={() => navigate("/", { replace: true })}
    />
  );
}
