import { useState } from "react";
import { call } from "../../api/client.ts";
import type { SignedCurl, Source } from "../../../../src/admin/contract/index.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { GatewayWords } from "../../ui/gateway-words.tsx";
import { LoadedView } from "../../ui/loaded-view.tsx";
import { Prose } from "../../ui/prose.tsx";
import { liveTexts } from "./live-texts.ts";

/** Before the first request: where to send one, and a signed one to copy. */
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

/** The command is made when it is asked for: it may hold the secret itself, and who took it is written down. */
function SourceCard({ source }: { readonly source: Source }) {
  const t = useTexts(liveTexts);
  const [copied, setCopied] = useState<SignedCurl>();
  const { tenant, event_type, url } = source;
  const curl = async (): Promise<string> => {
    const made = await call("sourceCurl", { params: { tenant, event_type } });
    setCopied(made);
    return made.command;
  };
  return (
    <article className="card source">
      <div className="source-url">
        <code>{url}</code>
        <CopyButton text={url} label={t.copyUrl} />
        <CopyButton text={curl} label={source.verified ? t.signedCurl : t.curl} />
      </div>
      <p className="quiet">{source.verified ? source.verified_by : t.unverified}</p>
      <div role="status">
        {source.verified && copied !== undefined && copied.note !== null && (
          <p className="quiet">
            <GatewayWords text={copied.note} />
          </p>
        )}
      </div>
    </article>
  );
}
