import { call } from "../../api/client.ts";
import type { Source } from "../../../../src/admin/contract/index.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { GatewayWords } from "../../ui/gateway-words.tsx";
import { LoadedView } from "../../ui/loaded-view.tsx";
import { Prose } from "../../ui/prose.tsx";
import { liveTexts } from "./live-texts.ts";

/** Before the first request: where to send one, and a signed one to paste. */
export function EmptyLive() {
  const t = useTexts(liveTexts);
  const { loaded, reload } = useLoaded("sources", (signal) => call("listSources", { signal }));
  return (
    <section className="empty">
      <h2>{t.empty}</h2>
      <LoadedView loaded={loaded} reload={reload}>
        {({ items }) =>
          items.length === 0 ? (
            <p>
              <Prose text={t.noSources} />
            </p>
          ) : (
            <>
              <p className="quiet">{t.emptyHint}</p>
              {items.map((source) => (
                <SourceCard key={source.url} source={source} />
              ))}
            </>
          )
        }
      </LoadedView>
    </section>
  );
}

function SourceCard({ source }: { readonly source: Source }) {
  const t = useTexts(liveTexts);
  const { tenant, event_type, url } = source;
  const { loaded } = useLoaded(url, (signal) => call("sourceCurl", { params: { tenant, event_type }, signal }));
  const curl = loaded.state === "ready" ? loaded.value : undefined;
  return (
    <article className="card source">
      <div className="source-url">
        <code>{url}</code>
        <CopyButton text={url} label={t.copyUrl} />
      </div>
      <p className="quiet">{source.verified ? source.verified_by : t.unverified}</p>
      {curl && (
        <>
          <pre>{curl.command}</pre>
          {source.verified && curl.note !== null && (
            <p className="quiet">
              <GatewayWords text={curl.note} />
            </p>
          )}
          <div>
            <CopyButton text={curl.command} label={curl.signed ? t.signedCurl : t.curl} />
          </div>
        </>
      )}
    </article>
  );
}
