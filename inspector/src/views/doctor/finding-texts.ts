/**
 * What doctor's checks are about, in the page's language, and what to do in German. The gateway says in English what it
 * found and what to do about this very finding; the advice stands in front of it.
 */
import { defineTexts } from "../../i18n/i18n.tsx";

export const findingTexts = defineTexts(
  {
    answers: "Answers",
    bundle: "Bundle",
    configuration: "Configuration",
    "data-folder": "Data folder",
    disabled: "Webhooks are switched off",
    "disk-space": "Little space is left",
    "ended-secret": "A signature without a valid secret",
    "event-log": "The event log cannot be read",
    flows: "Flows",
    gateway: "Gateway",
    "hidden-flow": "A flow that no tenant sees",
    "local-public-url": "The public URL is on this machine",
    "no-flows": "There is no flow",
    "no-flows-folder": "A tenant's folder without flows",
    port: "Port",
    "public-url": "Public URL",
    "refused-request": "A request was refused",
    "refused-requests": "The refused requests cannot be read",
    setup: "Setup",
    "signature-not-required": "Requests need no signature",
    "silent-tenant": "A tenant that receives nothing",
    "unknown-tenant-folder": "A folder of no tenant",
    "unlisted-tenant": "A tenant that bundle.yaml does not list",
    "unmatched-event-type": "No flow for this event type",
    "unsigned-event-type": "No signature for this event type",
    "weak-secret": "A weak secret",
  },
  {
    answers: "Antworten",
    bundle: "Bundle",
    configuration: "Konfiguration",
    "data-folder": "Datenordner",
    disabled: "Webhooks sind ausgeschaltet",
    "disk-space": "Es ist wenig Platz frei",
    "ended-secret": "Eine Signatur ohne gültiges Geheimnis",
    "event-log": "Das Ereignisprotokoll ist nicht lesbar",
    flows: "Abläufe",
    gateway: "Gateway",
    "hidden-flow": "Ein Ablauf, den kein Mandant sieht",
    "local-public-url": "Die öffentliche URL liegt auf diesem Rechner",
    "no-flows": "Es gibt keinen Ablauf",
    "no-flows-folder": "Ein Mandantenordner ohne Abläufe",
    port: "Port",
    "public-url": "Öffentliche URL",
    "refused-request": "Eine Anfrage wurde abgelehnt",
    "refused-requests": "Die abgelehnten Anfragen sind nicht lesbar",
    setup: "Einrichtung",
    "signature-not-required": "Anfragen brauchen keine Signatur",
    "silent-tenant": "Ein Mandant, der nichts empfängt",
    "unknown-tenant-folder": "Ein Ordner ohne Mandanten",
    "unlisted-tenant": "Ein Mandant, der nicht in bundle.yaml steht",
    "unmatched-event-type": "Kein Ablauf für diesen Ereignistyp",
    "unsigned-event-type": "Keine Signatur für diesen Ereignistyp",
    "weak-secret": "Ein schwaches Geheimnis",
  },
);

export type Check = keyof (typeof findingTexts)["en"];

/** Whether a check has texts of its own; the codes of faults in files have none, they stand in a code frame. */
export function isKnownCheck(check: string): check is Check {
  return Object.hasOwn(findingTexts.en, check);
}

export const GERMAN_FIX: Readonly<Record<Check, string>> = {
  answers: "Die Antworten berichtigen und `gtc setup` erneut ausführen.",
  bundle: "Prüfen, ob der Ordner ein Bundle ist und gelesen werden darf; `gtc init` legt eines an.",
  configuration: "Die genannte Einstellung in `gtc.yaml` oder in der Umgebung berichtigen.",
  "data-folder": "Dem Benutzer, unter dem gtc läuft, das Recht geben, dort zu schreiben.",
  disabled: "`enabled` in den Antworten auf `true` setzen und `gtc setup` erneut ausführen.",
  "disk-space": "Platz schaffen, oder `retention` in `gtc.yaml` verkürzen.",
  "ended-secret":
    "In den Antworten ein neues Geheimnis eintragen und `gtc setup` erneut ausführen, oder `gtc secrets rotate` benutzen.",
  "event-log": "Prüfen, ob `state/log` gelesen werden darf und von dieser Version von gtc stammt.",
  flows: "Die genannte Stelle in der Datei berichtigen.",
  gateway: "Das Protokoll des Gateways ansehen; antwortet es gar nicht, neu starten.",
  "hidden-flow": "Einen der Abläufe umbenennen, oder diese Datei entfernen.",
  "local-public-url":
    "Für echte Absender `public_base_url` auf eine öffentliche https-Adresse oder die eines Tunnels setzen und `gtc setup` erneut ausführen.",
  "no-flows": "Im Ordner `flows` einen Ablauf anlegen; der Name der Datei endet auf .ygtc, .yaml oder .yml.",
  "no-flows-folder": "Die Abläufe des Mandanten in seinen Ordner `flows` legen, oder den Ordner entfernen.",
  port: "Das Programm beenden, das ihn benutzt, oder mit `--port` oder `--admin-port` einen anderen wählen.",
  "public-url": "DNS, Tunnel oder Proxy und Firewall prüfen: Die Adresse muss zu diesem Gateway führen.",
  "refused-request": "Unter „Abgelehnt“ stehen Grund und Abhilfe; angenommen werden kann sie dort auch.",
  "refused-requests": "Das Protokoll des Gateways ansehen.",
  setup: "`gtc setup` mit den Antworten ausführen.",
  "signature-not-required": "`require_signature` in den Antworten auf `true` setzen und `gtc setup` erneut ausführen.",
  "silent-tenant": "`gtc setup` mit Antworten für alle Mandanten oder für diesen ausführen.",
  "unknown-tenant-folder": "Den Ordner umbenennen, oder den Mandanten in `bundle.yaml` unter `tenants` aufnehmen.",
  "unlisted-tenant":
    "Den Mandanten in `bundle.yaml` unter `tenants` aufnehmen, oder `gtc setup` mit Antworten unter dem neuen Namen oder für alle Mandanten ausführen.",
  "unmatched-event-type":
    "Einen Ablauf mit einem Auslöser für diesen Ereignistyp anlegen; gespeicherte Ereignisse können dann wiederholt werden.",
  "unsigned-event-type":
    "Dem Ereignistyp in den Antworten unter `signatures` eine Signatur geben (oder `secret_header` und `secret_key` setzen) und `gtc setup` erneut ausführen.",
  "weak-secret":
    "Ein zufälliges Geheimnis erzeugen, beim Absender und in den Antworten eintragen und `gtc setup` erneut ausführen.",
};
