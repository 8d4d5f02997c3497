import { call } from "../../api/client.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { FilterChips } from "../../filters/filter-chips.tsx";
import { SearchFilter, SelectFilter } from "../../filters/filter-fields.tsx";
import { useTexts } from "../../i18n/i18n.tsx";
import { boundsOf } from "../../period/period.ts";
import { addressWith, navigate } from "../../shell/router.tsx";
import { refusedByReason } from "../overview/sum-reasons.ts";
import type { RefusedFilters } from "./refused-filters.ts";
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

/** Filters in the address. */
export function RefusedFilterBar({ filters }: { readonly filters: RefusedFilters }) {
  const t = useTexts(refusedTexts);
  const { loaded } = useLoaded("known", loadKnown);
  const known = loaded.state === "ready" ? loaded.value : { reasons: [], tenants: [] };
  const set = (changed: Partial<RefusedFilters>): void =>
    navigate(addressWith("/refused", { ...filters, ...changed }), { replace: true });
  const labels = { q: t.search, reason: t.reason, tenant: t.tenant, type: t.type };
  const chips = (["q", "reason", "tenant", "type"] as const).flatMap((name) => {
    const value = filters[name];
    return value === undefined ? [] : [{ name, label: labels[name], value }];
  });
  return (
    <search className="operate-search">
      <div className="filters">
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
      </div>
      <FilterChips
        chips={chips}
        remove={(name) => set({ [name]: undefined })}
        clear={() => navigate("/refused", { replace: true })}
      />
    </search>
  );
}
