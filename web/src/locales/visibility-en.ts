/** Who sees a video, in English. */

export const visibilityEn = {
  private: "Private",
  unlisted: "Unlisted",
  scheduled: "Scheduled",
  publicOn: (date: string) => `Public on ${date}`,
};

export type VisibilityTexts = typeof visibilityEn;
