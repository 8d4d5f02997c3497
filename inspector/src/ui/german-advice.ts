/**
 * What to do, for each of the gateway's reasons, in German. The gateway gives its own advice in English, for the very
 * request that it looked at; this stands in front of it.
 */
import type { ReasonCode } from "./reason-texts.ts";

const SEND_AGAIN = "Den Absender erneut zustellen lassen.";

export const GERMAN_ADVICE: Readonly<Record<ReasonCode, string>> = {
  signature_missing:
    "Beim Anbieter das Signieren einschalten und ihm das Geheimnis geben; prüfen, ob ein Proxy die Kopfzeile entfernt und ob das Verfahren die richtige nennt.",
  signature_malformed: "Prüfen, ob Kodierung und Vorsatz des Verfahrens die des Anbieters sind.",
  signature_truncated:
    "Suchen, was die Kopfzeile unterwegs kürzt: die Grenze eines Proxys, ein Skript, das sie abschreibt. Auch ein anderes Verfahren kann kürzere Signaturen haben: SHA-1 hat hexadezimal 40 Zeichen.",
  signature_version: "Das Verfahren wählen, das die Version des Anbieters liest.",
  signature_mismatch:
    "Das Geheimnis mit dem des Anbieters vergleichen; der Inhalt muss genau so ankommen, wie er gesendet wurde. `gtc verify` sieht genauer hin.",
  header_duplicated: "Einen Proxy suchen, der die Kopfzeile noch einmal hinzufügt: Sie darf nur einmal vorkommen.",
  too_many_signatures: "So viele Signaturen sendet kein Anbieter: Hier probiert jemand.",
  field_missing: "Prüfen, ob das Verfahren zum Absender passt.",
  timestamp_missing: "Prüfen, ob das Verfahren zum Absender passt und kein Proxy die Kopfzeile entfernt.",
  timestamp_malformed: "Die Zeiteinheit prüfen, die im Verfahren steht.",
  timestamp_outside_tolerance:
    "Die Uhren beider Seiten prüfen; stellt der Anbieter absichtlich später zu, `tolerance` für dieses Verfahren setzen.",
  requirement_failed: "Das Verfahren wählen, das zu dieser Art von Anfrage passt.",
  claims_wrong: "Die Angaben des Verfahrens (Aussteller, Empfänger, URL) mit denen des Anbieters vergleichen.",
  token_mismatch: "Das Token mit der Einstellung beim Anbieter vergleichen.",
  address_not_allowed:
    "Den Adressbereich des Anbieters in `allow_ips` aufnehmen, oder den Proxy, durch den Anfragen kommen, in `trusted_proxies` nennen.",
  key_expired: "Dem Anbieter das neue Geheimnis geben, oder `not_after` verlängern.",
  key_missing: "Das Geheimnis in die Antworten aufnehmen und `gtc setup` erneut ausführen.",
  certificate_untrusted: "Nichts: Die Anfrage kam nicht vom Anbieter.",
  handshake_token_mismatch: "Dem Anbieter das Prüftoken geben, das in den Antworten steht.",
  signature_required:
    "Dem Ereignistyp in den Antworten eine Signatur geben, oder `require_signature` auf `false` setzen.",
  replayed_body: "Prüfen, ob jemand eine alte Anfrage unter neuer Kennung wiederholt.",
  header_missing: "Beim Anbieter das Signieren einschalten; prüfen, ob ein Proxy die Kopfzeile entfernt.",
  wrong_encoding: "Im Verfahren die Kodierung nennen, die der Anbieter benutzt.",
  wrong_prefix: "Im Verfahren den Vorsatz nennen, den der Anbieter benutzt.",
  body_reserialised: "Den Proxy davor so einstellen, dass er den Inhalt unverändert weitergibt.",
  body_decompressed: "Den Proxy davor so einstellen, dass er den Inhalt gepackt weitergibt.",
  body_trimmed: "Den Proxy oder das Skript davor so einstellen, dass der Inhalt Byte für Byte bleibt.",
  body_changed: "Suchen, was den Inhalt unterwegs ändert: ein Proxy, eine Weiterleitung, ein Skript.",
  secret_of_another: "Die Geheimnisse der Quellen vergleichen: Zwei sind vertauscht.",
  test_or_live_secret: "Beim Anbieter das Geheimnis desselben Betriebs (Test oder Echt) holen und eintragen.",
  secret_form: "Das Geheimnis so eintragen, wie der Anbieter es benutzt.",
  old_secret: "Dem Anbieter das neue Geheimnis geben, oder das alte für eine Übergangszeit behalten.",
  proxy_address: "Ist es der eigene Proxy, ihn in `gtc.yaml` unter `trusted_proxies` nennen.",
  timestamp: "Die Uhren beider Seiten prüfen; stellt der Anbieter absichtlich später zu, `tolerance` setzen.",
  old_version: "Beim Anbieter auf die neuere Signatur umstellen, oder das Verfahren der älteren wählen.",
  url_mismatch: "`public_base_url` prüfen: Sie muss die URL sein, die der Anbieter aufruft.",
  wrong_secret: "Das Geheimnis beim Anbieter neu kopieren und `gtc setup` erneut ausführen.",
  invalid_json: "Der Absender muss berichtigen, was er sendet.",
  invalid_text: "Der Absender muss berichtigen, was er sendet.",
  invalid_multipart: "Der Absender muss berichtigen, was er sendet.",
  unsupported_encoding: "Der Absender muss mit gzip, deflate oder br packen, oder gar nicht.",
  corrupt_encoding: "Der Absender muss berichtigen, was er sendet.",
  decoded_too_large: "`max_decoded_bytes` erhöhen, wenn die Inhalte dieses Absenders so groß sind.",
  unknown_tenant: "Die URL beim Anbieter prüfen, oder den Mandanten in `bundle.yaml` aufnehmen.",
  unknown_path: "Die URL beim Anbieter prüfen; `gtc urls` nennt die richtigen.",
  method_not_allowed: "Den Absender auf POST einstellen.",
  invalid_request: "Den Absender prüfen: Was er sendet, ist kein HTTP.",
  request_timeout: "`request_timeout` oder `headers_timeout` erhöhen, wenn der Absender so langsam ist.",
  headers_too_large: "`max_header_bytes` erhöhen, wenn die Kopfzeilen dieses Absenders so groß sind.",
  body_too_large: "`max_body_bytes` erhöhen, wenn die Inhalte dieses Absenders so groß sind.",
  expectation_failed: "Der Absender darf nur `100-continue` erwarten.",
  unsupported_transfer_coding: "Der Absender darf nur `chunked` benutzen.",
  unsupported_version: "Der Absender muss HTTP/1.1 oder HTTP/1.0 sprechen.",
  too_many_requests: "`rate_limit_per_second` erhöhen, wenn so viele erwartet werden.",
  overloaded: "Nichts: Absender versuchen es erneut. Kommt es oft vor, `max_inflight_bytes` erhöhen.",
  log_unavailable: "Platz und Zustand der Platte prüfen; das Gateway macht von selbst weiter.",
  verification_unavailable: "Später erneut versuchen; das Protokoll nennt, was nicht erreichbar war.",
  content: "Der Absender muss berichtigen, was er sendet.",
  internal: "Das Protokoll des Gateways ansehen und den Fehler melden.",
  nothing_to_verify: `Dem Ereignistyp in den Antworten eine Signatur geben, oder: ${SEND_AGAIN}`,
  not_a_delivery: "Den Anbieter die URL erneut prüfen lassen.",
  other_refusal: SEND_AGAIN,
  body_not_kept: SEND_AGAIN,
  too_old: SEND_AGAIN,
};
