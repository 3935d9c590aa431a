/** The player's menu and the making of videos, in English. */

export const mediaEn = {
  player: {
    settings: "Settings",
    quality: "Quality",
    auto: "Auto",
    /** `now` is what is played, such as `720p`. */
    autoNow: (now: string) => `Auto (${now})`,
    height: (lines: number) => `${lines}p`,
    saver: "Data saver",
    saverHint: "At most 480p",
    captions: "Captions",
    captionsOn: "Show captions",
    captionsOff: "Hide captions",
    off: "Off",
    speed: "Speed",
    normal: "Normal",
  },
  making: {
    /** How many are in front of it, it included. */
    place: (n: number) => (n === 1 ? "Next in the queue" : `Number ${n} in the queue`),
    steps: {
      queued: "Waiting in the queue",
      probe: "Being looked at",
      copy: "Being prepared",
      first: "The first quality is being made",
      renditions: "Further qualities are being made",
      done: "All qualities are there",
    },
    percent: (n: number) => `${n} %`,
    expected: (span: string) => `ready in about ${span}`,
    soon: "ready in a moment",
    reason: (why: string) => `Failed: ${why}`,
    failed: "Something of it could not be made.",
    retry: "Try again",
    retried: "It is being made again.",
    attempts: (n: number) => `${n} attempts`,
    qualities: "Qualities",
    states: { waiting: "waits", processing: "is being made", ready: "ready", failed: "failed" },
    firstPlay: (span: string) => `Could be watched ${span} after it had arrived`,
  },
};

export type MediaTexts = typeof mediaEn;
