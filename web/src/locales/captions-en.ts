/** What is said of captions where they are set, in English. */

export const captionsEn = {
  title: "Captions",
  none: "No captions yet.",
  language: "Language",
  file: "File",
  fileHint: "WebVTT or SRT in any encoding, at most 1 MB.",
  add: "Upload the captions",
  remove: "Remove",
  removeOf: (language: string) => ` the captions in ${language}`,
  removed: (language: string) => `The captions in ${language} are removed.`,
  added: (language: string) => `The captions in ${language} are there.`,
  noFile: "Choose a file.",
  large: "The file has more than 1 MB.",
  early: "The file of the video has to be there first.",
  badLine: (line: number) => `Line ${line.toLocaleString("en")} of the file can't be read.`,
  notTaken: "The captions were not taken.",
};

export type CaptionsTexts = typeof captionsEn;
