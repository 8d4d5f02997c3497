import { Fragment, useRef } from "react";
import type { Source } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { count } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { useRowKeys } from "../../list/use-row-keys.ts";
import { addressWith, Link } from "../../shell/router.tsx";
import { Badge } from "../../ui/badge.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { EmptyCard } from "../../ui/empty-card.tsx";
import { LoadedView } from "../../ui/loaded-view.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { Prose } from "../../ui/prose.tsx";
import { TimeAgo } from "../../ui/time.tsx";
import { SecretState } from "./secret-state.tsx";
import { SourceActions } from "./source-actions.tsx";
import { sourcesTexts } from "./sources-texts.ts";
import "../operate.css";
import "./sources.css";

const POLL_MS = 10_000;

/** With the present, by which a secret is still good or not. */
async function loadSources(signal: AbortSignal) {
  const { items } = await call("listSources", { signal });
  return { items, nowMs: Date.now() };
}

/** The URL table: who may post where, how that is verified, and what came. */
export default function SourcesView() {
  const t = useTexts(sourcesTexts);
  const { loaded, reload } = useLoaded("sources", loadSources, POLL_MS);
  return (
    <div className="operate">
      <PageHead title={t.title} lead={t.lead} />
      <LoadedView loaded={loaded} reload={reload}>
        {({ items, nowMs }) =>
          items.length === 0 ? (
            <EmptyCard title={t.empty}>
              <Prose text={t.emptyHow} />
            </EmptyCard>
          ) : (
            <SourceTable sources={items} nowMs={nowMs} reload={reload} />
          )
        }
      </LoadedView>
    </div>
  );
}

interface SourceTableProps {
  readonly sources: readonly Source[];
  readonly nowMs: number;
  readonly reload: () => void;
}

function SourceTable({ sources, nowMs, reload }: SourceTableProps) {
  const t = useTexts(sourcesTexts);
  const table = useRef<HTMLTableElement>(null);
  useRowKeys(table);
  return (
    <div className="card">
      <table className="operate-table source-table" ref={table}>
        <thead>
          <tr>
            <th scope="col">{t.url}</th>
            <th scope="col">{t.verification}</th>
            <th scope="col">{t.flows}</th>
            <th scope="col">{t.lastReceived}</th>
            <th scope="col">{t.actions}</th>
          </tr>
        </thead>
        <tbody>
          {sources.map((source) => (
            <SourceRow key={source.url} source={source} nowMs={nowMs} reload={reload} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface SourceRowProps {
  readonly source: Source;
  readonly nowMs: number;
  readonly reload: () => void;
}

function SourceRow({ source, nowMs, reload }: SourceRowProps) {
  const t = useTexts(sourcesTexts);
  const { tenant, event_type: eventType, url, verified, verified_by: verifiedBy, secrets } = source;
  return (
    <tr data-row>
      <th scope="row">
        <Link className="source-name" to={addressWith("/", { tenant, type: eventType })}>
          {tenant} <span className="quiet">/</span> {eventType}
        </Link>
        <code className="quiet">
          <BreakableUrl url={url} />
        </code>
        <CopyButton text={url} label={t.copyUrl} />
      </th>
      <td data-label={t.verification}>
        <Badge tone={verified ? "good" : "warn"}>{verified ? t.verified : t.unverified}</Badge>
        {verified && <div>{verifiedBy}</div>}
        <ul className="secrets">
          {secrets.map((secret) => (
            <SecretState key={secret.name} secret={secret} nowMs={nowMs} />
          ))}
        </ul>
      </td>
      <td data-label={t.flows}>
        <FlowLinks flows={source.flows} tenant={tenant} />
      </td>
      <td data-label={t.lastReceived}>
        <LastSeen source={source} />
      </td>
      <td data-label={t.actions}>
        <SourceActions source={source} onSent={reload} />
      </td>
    </tr>
  );
}

/** Breaks behind slashes, so that no word of it is torn apart. */
function BreakableUrl({ url }: { readonly url: string }) {
  return url.split(/(?<=[^/]\/)(?!\/)/).map((part, index) => (
    // Parts have no name but their place.
    // oxlint-disable-next-line react/no-array-index-key
    <Fragment key={index}>
      {part}
      <wbr />
    </Fragment>
  ));
}

function FlowLinks({ flows, tenant }: { readonly flows: readonly string[]; readonly tenant: string }) {
  const t = useTexts(sourcesTexts);
  if (flows.length === 0) return <span className="quiet">{t.noFlows}</span>;
  return (
    <ul className="plain-list">
      {flows.map((flow) => (
        <li key={flow}>
          <Link to={addressWith(`/flows/${encodeURIComponent(flow)}`, { tenant })}>{flow}</Link>
        </li>
      ))}
    </ul>
  );
}

function LastSeen({ source }: { readonly source: Source }) {
  const t = useTexts(sourcesTexts);
  const { language } = useLanguage();
  const { tenant, event_type: type, last_received_at: received, last_refused_at: refused } = source;
  return (
    <div className="last-seen">
      {received === null ? (
        <span className="quiet">{t.never}</span>
      ) : (
        <Link to={addressWith("/", { tenant, type })}>
          <TimeAgo iso={received} />
        </Link>
      )}
      {received !== null && <span className="quiet">{t.received(count(source.received_count, language))}</span>}
      {refused !== null && (
        <Link to={addressWith("/refused", { tenant, type })}>
          {t.lastRefused} <TimeAgo iso={refused} />
        </Link>
      )}
    </div>
  );
}
