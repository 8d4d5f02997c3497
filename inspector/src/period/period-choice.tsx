import { defineTexts, useTexts } from "../i18n/i18n.tsx";
import { addressWith, Link, useAddress } from "../shell/router.tsx";
import { periodNamed, periodNames, type PeriodName } from "./period.ts";
import "./period-choice.css";

const texts = defineTexts(
  {
    name: "Period",
    periods: {
      "15m": "15 minutes",
      "1h": "1 hour",
      "6h": "6 hours",
      "24h": "24 hours",
      "7d": "7 days",
      "30d": "30 days",
    },
  },
  {
    name: "Zeitraum",
    periods: {
      "15m": "15 Minuten",
      "1h": "1 Stunde",
      "6h": "6 Stunden",
      "24h": "24 Stunden",
      "7d": "7 Tage",
      "30d": "30 Tage",
    },
  },
);

/** The period of the address, so that a link shows the same. */
export function usePeriod(otherwise: PeriodName): PeriodName {
  return periodNamed(useAddress().search.get("period") ?? undefined, otherwise);
}

export function PeriodChoice({ period }: { readonly period: PeriodName }) {
  const t = useTexts(texts);
  const { path, search } = useAddress();
  return (
    <nav className="period-choice" aria-label={t.name}>
      {periodNames.map((name) => (
        <Link
          key={name}
          to={addressWith(path, { ...Object.fromEntries(search), period: name })}
          aria-current={name === period ? "true" : undefined}
        >
          {t.periods[name]}
        </Link>
      ))}
    </nav>
  );
}
