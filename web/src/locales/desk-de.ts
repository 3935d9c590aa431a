/** The moderators' desk, and what was decided about one, in German. */

import type { DeskTexts } from "~/locales/desk-en";

const one = (n: number, single: string, many: string) =>
  `${n.toLocaleString("de")} ${n === 1 ? single : many}`;

export const deskDe: DeskTexts = {
  title: "Moderation",
  views: { report: "Meldungen", appeal: "Einsprüche", decided: "Entschieden", log: "Protokoll" },
  filter: "Was gezeigt wird",
  none: {
    report: "Nichts ist gemeldet",
    appeal: "Niemand erhebt Einspruch",
    decided: "Noch nichts ist entschieden",
    log: "Das Protokoll ist leer",
  },
  noneHint: "Fürs Erste ist alles getan.",
  forbidden: "Das ist für die Moderation",
  types: { video: "Video", comment: "Kommentar", channel: "Kanal" },
  shown: { shown: "sichtbar", hidden: "verborgen", suspended: "gesperrt", gone: "gelöscht" },
  reports: (n) => one(n, "Meldung", "Meldungen"),
  weight: (n) => `Gewicht ${n}`,
  weightHint:
    "Wie viel die Meldungen zusammen zählen: die von neuen Konten und von oft Abgewiesenen zählen weniger.",
  said: "Was dazu gesagt wird",
  appealed: "Die betroffene Person sagt",
  reasons: {
    spam: "Spam oder Werbung",
    hate: "Hass gegen Menschen",
    harassment: "Belästigung",
    violence: "Gewalt",
    sexual: "Sexuelle Inhalte",
    children: "Kindern wird geschadet",
    copyright: "Urheberrecht",
    misleading: "Es führt in die Irre",
    other: "Etwas anderes",
  },
  acts: {
    dismiss: "Abweisen",
    hide: "Verbergen",
    remove: "Löschen",
    suspend: "Kanal sperren",
    restore: "Wiederherstellen",
  },
  keepDecision: "Bei der Entscheidung bleiben",
  hints: {
    dismiss: "Es bleibt, wie es ist. Wer es gemeldet hat, zählt beim nächsten Mal weniger.",
    hide: "Außer dem Eigentümer sieht es niemand mehr. Es lässt sich wiederherstellen.",
    remove: "Es wird für immer gelöscht. Das lässt sich nicht rückgängig machen.",
    suspend:
      "Der ganze Kanal wird verborgen und kann nichts veröffentlichen. Das lässt sich aufheben.",
    restore: "Es wird wieder gezeigt, als wäre nichts gewesen.",
  },
  hintOfAppeal: "Es bleibt, wie entschieden wurde. Einen weiteren Einspruch gibt es nicht.",
  note: "Notiz an die betroffene Person",
  noteHint: "Sie liest sie und erfährt nicht, wer entschieden hat.",
  noteLong: "Höchstens 1.000 Zeichen.",
  done: "Entschieden.",
  tooLate: "Das hat inzwischen jemand anders entschieden.",
  outcomes: {
    dismiss: "Abgewiesen",
    hide: "Verborgen",
    remove: "Gelöscht",
    suspend: "Kanal gesperrt",
    restore: "Wiederhergestellt",
    gone: "War schon gelöscht",
  },
  by: (name) => `von ${name}`,
  entryKinds: { decision: "Entscheidung", grant: "Rolle gegeben", revoke: "Rolle genommen" },
  nobody: "Betrieb dieses Vireo",
  entry: (n) => `Nr. ${n.toLocaleString("de")}`,
  mine: {
    title: "Entscheidungen über dich",
    hint: "Was die Moderation über deine Videos, Kommentare oder deinen Kanal entschieden hat.",
    none: "Nichts. Alles in Ordnung.",
    over: "gilt nicht mehr",
    appeal: "Einspruch erheben",
    appealHint: "Sag, warum die Entscheidung falsch ist. Das geht einmal.",
    text: "Was du dagegen sagst",
    textMissing: "Sag etwas.",
    sent: "Dein Einspruch ist auf dem Weg zur Moderation.",
    states: {
      open: "Dein Einspruch wird angesehen.",
      dismiss: "Dein Einspruch wurde abgewiesen.",
      restore: "Deinem Einspruch wurde stattgegeben.",
      gone: "Worum es ging, wurde inzwischen gelöscht.",
    },
  },
};
