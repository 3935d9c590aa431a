/** What is said where one chooses who sees a video, in English. */

export const sharingEn = {
  label: "Who sees it",
  names: { public: "Public", unlisted: "Unlisted", private: "Private", scheduled: "Scheduled" },
  hints: {
    public: "Everybody can find and watch it.",
    unlisted: "Everybody who has the link can watch it. It is in no list.",
    private: "Only you, and who you name below.",
    scheduled: "Only you, until then; after that everybody.",
  },
  when: "Public from",
  whenRange: "Choose a time in the future, within two years.",
  title: "Who may see it",
  early: "It counts once the video is private: save that above.",
  none: "Nobody but you.",
  name: "Username",
  nameMissing: "Write the name of a channel.",
  add: "Add",
  added: (name: string) => `${name} may see it.`,
  remove: "Remove",
  removeOf: (name: string) => ` ${name}`,
  removed: (name: string) => `${name} can't see it any more.`,
  unknown: "There is no channel with this name.",
  many: (n: number) => `At most ${n} can be named. Remove somebody first.`,
};

export type SharingTexts = typeof sharingEn;
