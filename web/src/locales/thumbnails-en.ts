/** What is said of thumbnails where they are chosen, in English. */

export const thumbnailsEn = {
  title: "Thumbnail",
  now: "The thumbnail now",
  frames: "Frames of the video",
  frame: (time: string) => `The frame at ${time}`,
  none: "No frames to choose from yet.",
  early: "The video has to be ready first.",
  time: "Another time, in seconds",
  take: "Take this frame",
  noTime: "Write a number of seconds.",
  after: "That is after the end of the video.",
  upload: "Upload a picture",
  hint: "JPEG, PNG or WebP, at most 10 MB.",
  large: "The picture is too large: at most 10 MB and 25 megapixels.",
  bad: "This is no JPEG, PNG or WebP picture.",
  set: "The thumbnail is set.",
};

export type ThumbnailsTexts = typeof thumbnailsEn;
