import { useState } from "react";
import { call } from "../../api/client.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { FilterChips } from "../../filters/filter-chips.tsx";
import { SearchFilter, SelectFilter, TextFilter, TimeFilter } from "../../filters/filter-fields.tsx";
import { exactTime } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { boundsOf } from "../../period/period.ts";
import { addressWith, navigate } from "../../shell/router.tsx";
import { refusedByReason } from "../overview/sum-reasons.ts";
import type { RefusedFilterName, RefusedFilters } from "./refused-filters.ts";
import { refusedTexts } from "./refused-texts.ts";

/** The reasons of the last thirty days, and the tenants. */
async function loadKnown(signal: AbortSignal) {
  const [{ buckets }, { tenants }] = await Promise.all([
    call("overview", { query: { ...boundsOf("30d", Date.now()), bucket: "1d" }, signal }),
    call("info", { signal }),
  ]);
  return { reasons: refusedByReason(buckets).map(({ reason }) => reason), tenants };
}

const optionsOf = (values: readonly string[]) => Object.fromEntries(values.map((value) => [value, value]));

interface FieldsProps {
  readonly filters: RefusedFilters;
  readonly set: (changed: Readonly<Partial<Record<RefusedFilterName, string>>>) => void;
}

/** Filters in the address. */
export function RefusedFilterBar({ filters }: { readonly filters: RefusedFilters }) {
  const t = useTexts(refusedTexts);
  const [isOpen, setOpen] = useState(false);
  const set: FieldsProps["set"] = (changed) =>
    navigate(addressWith("/refused", { ...filters, ...changed }), { replace: true });
  return (
    <search className="operate-search">
      <div className="filters">
        <CommonFields filters={filters} set={set} />
        <button type="button" className="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? t.fewer : t.more}
        </button>
      </div>
      {isOpen && (
        <div className="filters">
          <TextFilter label={t.type} value={filters.type} onChange={(type) => set({ type })} />
          <TimeFilter label={t.since} value={filters.since} onChange={(since) => set({ since })} />
          <TimeFilter label={t.until} value={filters.until} onChange={(until) => set({ until })} />
        </div>
      )}
      <ActiveFilters filters={filters} set={set} />
    </search>
  );
}

function CommonFields({ filters, set }: FieldsProps) {
  const t = useTexts(refusedTexts);
  const { loaded } = useLoaded("known", loadKnown);
  const known = loaded.state === "ready" ? loaded.value : { reasons: [], tenants: [] };
  return (
    <>
      <SearchFilter label={t.search} value={filters.q} onChange={(q) => set({ q })} />
      <SelectFilter
        label={t.reason}
        value={filters.reason}
        every={t.everyReason}
        options={optionsOf(known.reasons)}
        onChange={(reason) => set({ reason })}
      />
      <SelectFilter
        label={t.tenant}
        value={filters.tenant}
        every={t.everyTenant}
        options={optionsOf(known.tenants)}
        onChange={(tenant) => set({ tenant })}
      />
      <SelectFilter
        label={t.show}
        value={filters.accepted}
        every={t.shown.all}
        options={{ false: t.shown.left, true: t.shown.accepted }}
        onChange={(accepted) => set({ accepted })}
      />
    </>
  );
}

function ActiveFilters({ filters, set }: FieldsProps) {
  const t = useTexts(refusedTexts);
  const { language } = useLanguage();
  const { q, reason, tenant, type, since, until, accepted } = filters;
  const chip = (name: RefusedFilterName, label: string, value: string | undefined) =>
    value === undefined ? [] : [{ name, label, value }];
  const chips = [
    ...chip("q", t.search, q),
    ...chip("reason", t.reason, reason),
    ...chip("tenant", t.tenant, tenant),
    ...chip("type", t.type, type),
    ...chip("since", t.since, since && exactTime(since, language)),
    ...chip("until", t.until, until && exactTime(until, language)),
    ...chip("accepted", t.show, accepted && (accepted === "true" ? t.shown.accepted : t.shown.left)),
  ];
  return (
    <FilterChips
      chips={chips}
      remove={(name) => set({ [name]: "" })}
      clear={() => navigate("/refused", { replace: true })}
    />
  );
}
