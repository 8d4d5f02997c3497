import { call } from "../../api/client.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { boundsOf, periods } from "../../period/period.ts";
import { PeriodChoice, usePeriod } from "../../period/period-choice.tsx";
import { LoadedView } from "../../ui/loaded-view.tsx";
import { OverviewCharts } from "./overview-charts.tsx";
import { OverviewState } from "./overview-state.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { overviewTexts } from "./overview-texts.ts";
import { RefusedByReason } from "./refused-by-reason.tsx";
import "../operate.css";
import "./overview.css";

/** How it goes: now, and over a period of minutes to days. */
export default function OverviewView() {
  const t = useTexts(overviewTexts);
  const period = usePeriod("1h");
  const { bucket, pollMs } = periods[period];
  const load = (signal: AbortSignal) =>
    call("overview", { query: { ...boundsOf(period, Date.now()), bucket }, signal });
  const { loaded, reload } = useLoaded(period, load, pollMs);
  return (
    <div className="operate">
      <PageHead title={t.title} lead={<>{loaded.state === "ready" && t.health[loaded.value.health.status]}&nbsp;</>}>
        <PeriodChoice period={period} />
      </PageHead>
      <LoadedView loaded={loaded} reload={reload}>
        {(overview) => (
          <>
            <OverviewState overview={overview} />
            <OverviewCharts overview={overview} />
            <RefusedByReason buckets={overview.buckets} />
          </>
        )}
      </LoadedView>
    </div>
  );
}
