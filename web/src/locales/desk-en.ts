/** The moderators' desk, and what was decided about one, in English. */

const one = (n: number, single: string, many: string) =>
  `${n.toLocaleString("en")} ${n === 1 ? single : many}`;

export const deskEn = {
  title: "Moderation",
  views: { report: "Reports", appeal: "Appeals", decided: "Decided", log: "Log" },
  filter: "What to look at",
  none: {
    report: "Nothing is reported",
    appeal: "Nobody appeals",
    decided: "Nothing is decided yet",
    log: "The log is empty",
  },
  noneHint: "You are done for now.",
  forbidden: "This is for moderators",
  types: { video: "Video", comment: "Comment", channel: "Channel" },
  shown: { shown: "shown", hidden: "hidden", suspended: "suspended", gone: "gone" },
  reports: (n: number) => one(n, "report", "reports"),
  weight: (n: string) => `weight ${n}`,
  weightHint:
    "How much the reports count together: those of new accounts, and of who was refused often, count less.",
  said: "What they say",
  appealed: "The one concerned says",
  reasons: {
    spam: "Spam or advertising",
    hate: "Hate against people",
    harassment: "Harassment",
    violence: "Violence",
    sexual: "Sexual content",
    children: "Children are harmed",
    copyright: "Copyright",
    misleading: "It misleads",
    other: "Something else",
  },
  acts: {
    dismiss: "Dismiss",
    hide: "Hide",
    remove: "Remove",
    suspend: "Suspend the channel",
    restore: "Restore",
  },
  keepDecision: "Leave the decision",
  hints: {
    dismiss: "It stays as it is. Whoever reported it counts less next time.",
    hide: "Nobody but its owner sees it any more. It can be restored.",
    remove: "It is deleted for good. This can't be undone.",
    suspend: "The whole channel is hidden, and its owner can't publish. It can be restored.",
    restore: "It is shown again, as if nothing had happened.",
  },
  hintOfAppeal: "It stays as it was decided. There is no other appeal.",
  note: "Note for the one concerned",
  noteHint: "They read it, and do not learn who decided.",
  noteLong: "At most 1,000 characters.",
  done: "Decided.",
  tooLate: "Another moderator has decided this meanwhile.",
  outcomes: {
    dismiss: "Dismissed",
    hide: "Hidden",
    remove: "Removed",
    suspend: "Channel suspended",
    restore: "Restored",
    gone: "Was deleted before",
  },
  by: (name: string) => `by ${name}`,
  entryKinds: { decision: "Decision", grant: "Role given", revoke: "Role taken away" },
  nobody: "who runs this Vireo",
  entry: (n: number) => `No. ${n.toLocaleString("en")}`,
  mine: {
    title: "Decisions about you",
    hint: "What moderators have decided about your videos, comments or channel.",
    none: "Nothing. All is well.",
    over: "no longer in force",
    appeal: "Appeal",
    appealHint: "Say why the decision is wrong. You can do this once.",
    text: "What you say against it",
    textMissing: "Say something.",
    sent: "Your appeal is on its way to the moderators.",
    states: {
      open: "Your appeal is being looked at.",
      dismiss: "Your appeal was refused.",
      restore: "Your appeal was granted.",
      gone: "What it was about was deleted meanwhile.",
    },
  },
};

export type DeskTexts = typeof deskEn;
