/** What is one's own, in German. */

import type { OwnTexts } from "~/locales/own-en";

const one = (n: number, single: string, many: string) =>
  `${n.toLocaleString("de")} ${n === 1 ? single : many}`;

/** Of a video, or of one whose title is not known. */
const zu = (video: string) => `zu ${video === ownDe.notices.aVideo ? "einem Video" : video}`;

export const ownDe: OwnTexts = {
  notices: {
    title: "Benachrichtigungen",
    open: (n) =>
      n ? `Benachrichtigungen, ${n.toLocaleString("de")} ungelesen` : "Benachrichtigungen",
    fresh: (n) => one(n, "neue Benachrichtigung", "neue Benachrichtigungen"),
    none: "Noch nichts. Was andere mit dir und deinen Videos machen, steht dann hier.",
    all: "Alle Benachrichtigungen",
    settings: "Wählen, was du erfährst",
    unread: "Ungelesen",
    somebody: "Jemand",
    aVideo: "ein Video",
    quoted: (title) => `„${title}“`,
    kinds: {
      video: (who, video, n) =>
        n > 1 ? `${who} hat ${n} neue Videos veröffentlicht` : `Neu von ${who}: ${video}`,
      comment: (who, video, n) =>
        n > 1
          ? `${n} neue Kommentare ${zu(video)}, der letzte von ${who}`
          : `Kommentar von ${who} ${zu(video)}`,
      reply: (who, video, n) =>
        n > 1
          ? `${n} neue Antworten auf deinen Kommentar ${zu(video)}, die letzte von ${who}`
          : `${who} hat auf deinen Kommentar ${zu(video)} geantwortet`,
      mention: (who, video, n) =>
        n > 1
          ? `${n} Kommentare ${zu(video)} erwähnen dich, der letzte von ${who}`
          : `${who} hat dich in einem Kommentar ${zu(video)} erwähnt`,
      like: (who, video, n) =>
        n > 1
          ? `${video}: gefällt ${who} und ${one(n - 1, "weiteren Person", "weiteren Personen")}`
          : `${video}: gefällt ${who}`,
      commentLike: (who, video, n) =>
        n > 1
          ? `Dein Kommentar ${zu(video)} gefällt ${who} und ${one(n - 1, "weiteren Person", "weiteren Personen")}`
          : `Dein Kommentar ${zu(video)} gefällt ${who}`,
      follow: (who, _, n) =>
        n > 1
          ? `${who} und ${one(n - 1, "weitere Person", "weitere Personen")} folgen dir`
          : `${who} folgt dir`,
      review: (who, video, n) =>
        n > 1
          ? `${n} Kommentare ${zu(video)} warten auf deine Freigabe`
          : `Ein Kommentar von ${who} ${zu(video)} wartet auf deine Freigabe`,
      milestone: (_, __, n) => `Dir folgen jetzt ${n.toLocaleString("de")} Leute`,
      ready: (_, video) => `Fertig: ${video}`,
      failed: (_, video) => `Die Verarbeitung ist fehlgeschlagen: ${video}`,
      moderation: () => "Die Moderation hat über etwas von dir entschieden",
    },
    sectionHint: "Was du erfährst, hier und per Mail.",
    inApp: "Hier",
    byMail: "Per Mail",
    kindNames: {
      video: "Neue Videos von Kanälen, denen du folgst",
      comment: "Kommentare zu deinen Videos",
      reply: "Antworten auf deine Kommentare",
      mention: "Kommentare, die dich erwähnen",
      like: "„Gefällt mir“ für deine Videos und Kommentare",
      follow: "Neue Follower",
      review: "Kommentare, die auf deine Freigabe warten",
      milestone: "Runde Zahlen von Followern",
      ready: "Dein Video ist fertig",
      failed: "Dein Video konnte nicht verarbeitet werden",
      moderation: "Entscheidungen der Moderation",
    },
    digest: "Eine Zusammenfassung per Mail",
    digests: { off: "Nie", daily: "Jeden Tag", weekly: "Jede Woche" },
  },
  feed: {
    title: "Abos",
    empty: "Noch nichts hier",
    emptyHint: "Folge Kanälen, dann stehen hier ihre neuesten Videos.",
    find: "Die neuesten Videos ansehen",
    quiet: "Die Kanäle, denen du folgst, haben noch keine Videos.",
    channels: "Kanäle, denen du folgst",
    noChannels: "Du folgst noch keinem Kanal",
    latest: (when) => `neuestes Video ${when}`,
  },
  library: {
    title: "Mediathek",
    all: "Alle zeigen",
    history: "Verlauf",
    historyEmpty: "Noch nichts angesehen",
    historyEmptyHint: "Was du ansiehst, steht hier und geht weiter, wo du aufgehört hast.",
    paused: "Dein Verlauf ist angehalten: Was du ansiehst, wird nicht behalten.",
    pause: "Verlauf anhalten",
    resume: "Verlauf wieder führen",
    nowPaused: "Ab jetzt wird nicht behalten, was du ansiehst.",
    nowKept: "Was du ansiehst, wird wieder behalten.",
    clear: "Verlauf leeren",
    clearSure: "Deinen Verlauf leeren?",
    clearHint: "Was du angesehen hast und wo du stehen geblieben bist, wird für immer vergessen.",
    cleared: "Dein Verlauf ist leer.",
    forget: (title) => `„${title}“ aus dem Verlauf nehmen`,
    watched: (when) => `angesehen ${when}`,
    today: "Heute",
    yesterday: "Gestern",
    videos: "Meine Videos",
  },
  playlists: {
    title: "Playlists",
    later: "Später ansehen",
    none: "Noch keine Playlists",
    noneHint: "Bring Videos in eine eigene Reihenfolge, für dich oder für alle.",
    create: "Neue Playlist",
    edit: "Bearbeiten",
    editOf: (title) => `„${title}“ bearbeiten`,
    remove: "Löschen",
    removeSure: "Diese Playlist löschen?",
    removeHint: "Die Liste verschwindet für immer. Die Videos darin bleiben.",
    removed: "Die Playlist ist gelöscht.",
    name: "Titel",
    nameMissing: "Ein Titel ist nötig.",
    nameLong: "Höchstens 150 Zeichen.",
    description: "Beschreibung",
    descriptionLong: "Höchstens 5.000 Zeichen.",
    visibility: "Wer sie sieht",
    visibilities: { private: "Nur du", unlisted: "Wer den Link hat", public: "Alle" },
    by: (name) => `von ${name}`,
    changed: (when) => `geändert ${when}`,
    playAll: "Alle abspielen",
    empty: "In dieser Liste ist noch nichts",
    emptyHint: "„Speichern“ unter einem Video legt es hier ab.",
    hidden: (n) =>
      `${one(n, "Video wird", "Videos werden")} nicht gezeigt: gelöscht oder nicht für alle.`,
    gone: "Diese Playlist gibt es hier nicht",
    goneHint: "Sie wurde gelöscht, es gab sie nie, oder sie ist privat.",
    takeOut: (title) => `„${title}“ aus der Liste nehmen`,
    takenOut: "Aus der Liste genommen.",
    up: (title) => `„${title}“ nach oben`,
    down: (title) => `„${title}“ nach unten`,
    grip: "An eine andere Stelle ziehen",
    moved: (title, place, of) => `„${title}“ ist jetzt ${place} von ${of}.`,
    inList: (place, of) => `${place} von ${of}`,
    share: "Link kopieren",
  },
  blocks: {
    title: "Blockierte Kanäle",
    hint: "Sie können deine Videos nicht kommentieren, dir nicht antworten und dich nicht erwähnen, und niemand von euch sieht die Kommentare des anderen.",
    none: "Du blockierst niemanden.",
    unblock: "Freigeben",
    unblocked: (name) => `${name} ist nicht mehr blockiert.`,
  },
};
