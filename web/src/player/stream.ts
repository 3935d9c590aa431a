/** A video's stream: hls.js plays the renditions that the line carries, or the one that was chosen. */

import { effect, type ReadonlySignal, signal } from "@preact/signals";
import Hls, { type ErrorData, ErrorTypes, Events, type HlsConfig } from "hls.js";
import { answers, doubtLine, online, whenBack } from "~/api/connection";
import { remembered } from "~/browser-storage";
import { line, quality, SAVED_HEIGHT, saver } from "~/player/choices";

export interface Stream {
  /** The renditions by their height (lines of the shorter side), the highest first. */
  heights: ReadonlySignal<number[]>;
  /** The height of what is on the screen; `null` before the first picture. */
  playing: ReadonlySignal<number | null>;
  /** Whether it waits for the line to come back. */
  lost: ReadonlySignal<boolean>;
  /** Load little ahead: better renditions are to come. */
  keepShort: (short: boolean) => void;
  /** Look whether there are more renditions now; where there are, it goes on with them. */
  refresh: () => Promise<void>;
  end: () => void;
}

export interface Beginning {
  /** Seconds. */
  at: number;
  /** It can't be played, and nothing more is tried. */
  onFailed: () => void;
}

// Bits per second that the line had when a stream was last played.
const SPEED = "vireo.speed";
// A line that nothing is known of; the first segments say more.
const USUAL_SPEED = 3_000_000;
const LEAST_SPEED = 100_000;
// What can't be decoded is tried once more, if the last time was long ago.
const RECOVERS_MS = 10_000;

// Whether it is the line that is gone, and when it is back, the page finds out by itself.
const PATIENCE = {
  maxTimeToFirstByteMs: 10_000,
  maxLoadTimeMs: 60_000,
  timeoutRetry: { maxNumRetry: 2, retryDelayMs: 0, maxRetryDelayMs: 0 },
  errorRetry: { maxNumRetry: 3, retryDelayMs: 300, maxRetryDelayMs: 3000 },
};

function knownSpeed(): number {
  const kept = Number(remembered.get(SPEED));
  if (Number.isFinite(kept) && kept >= LEAST_SPEED) return kept;
  const told = line()?.downlink;
  return told ? Math.max(LEAST_SPEED, Math.min(told * 1_000_000, USUAL_SPEED)) : USUAL_SPEED;
}

// What is loaded ahead may never be watched.
const AHEAD_SECONDS = 30;
const LITTLE_AHEAD_SECONDS = 15;

/** Captions are tracks of the page (`tracks.tsx`), as they are beside the MP4. */
function settings(speed: number): Partial<HlsConfig> {
  return {
    autoStartLoad: false,
    // What comes is fragments already; and a worker would need `worker-src blob:`.
    enableWorker: false,
    startFragPrefetch: true,
    testBandwidth: false,
    abrEwmaDefaultEstimate: speed,
    abrEwmaDefaultEstimateMax: Math.max(speed, USUAL_SPEED),
    // A line that becomes narrow is noticed with the first segment, one that becomes wide later.
    abrEwmaFastVoD: 1,
    abrEwmaSlowVoD: 4,
    backBufferLength: 60,
    fragLoadPolicy: { default: PATIENCE },
    playlistLoadPolicy: { default: PATIENCE },
    manifestLoadPolicy: { default: PATIENCE },
  };
}

/** The shorter side of each rendition, in hls.js' order: their bits rise. */
const sidesOf = (hls: Hls): number[] =>
  hls.levels.map(({ width, height }) => Math.min(width, height));

/** hls.js' number of the highest rendition that is not above a height; -1 where there is none. */
function levelFor(hls: Hls, height: number): number {
  const sides = sidesOf(hls);
  const fit = sides.filter((side) => side <= height);
  return sides.lastIndexOf(fit.length ? Math.max(...fit) : Math.min(...sides));
}

/** How many renditions the master names now. */
async function countRenditions(address: string): Promise<number> {
  const answer = await fetch(address, { cache: "no-cache" });
  if (!answer.ok) return 0;
  return (await answer.text()).match(/^#EXT-X-STREAM-INF:/gm)?.length ?? 0;
}

class HlsStream implements Stream {
  readonly heights = signal<number[]>([]);
  readonly playing = signal<number | null>(null);
  readonly lost = signal(false);
  private hls: Hls;
  private ended = false;
  private short = false;
  private recovered = Number.NEGATIVE_INFINITY;
  private readonly endings: (() => void)[] = [];

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly address: string,
    private readonly beginning: Beginning,
  ) {
    this.hls = this.make(knownSpeed());
    this.hls.once(Events.MANIFEST_PARSED, () => this.begin(beginning.at));
    this.hls.attachMedia(video);
    const sizes = new ResizeObserver(() => this.cap());
    sizes.observe(video);
    this.endings.push(
      () => sizes.disconnect(),
      whenBack(() => this.goOn()),
      effect(() => this.choose(quality.value)),
      effect(() => {
        this.cap(saver.value);
        this.bound();
      }),
    );
  }

  keepShort(short: boolean): void {
    this.short = short;
    this.bound();
  }

  private bound(): void {
    const little = this.short || saver.peek();
    this.hls.config.maxBufferLength = little ? LITTLE_AHEAD_SECONDS : AHEAD_SECONDS;
    this.hls.config.maxMaxBufferLength = little ? LITTLE_AHEAD_SECONDS : 2 * AHEAD_SECONDS;
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    for (const end of this.endings) end();
    const speed = this.hls.bandwidthEstimate;
    if (Number.isFinite(speed)) remembered.set(SPEED, `${Math.round(speed)}`);
    this.hls.destroy();
  }

  private make(speed: number): Hls {
    const hls = new Hls(settings(speed));
    hls.on(Events.LEVEL_SWITCHED, (_, { level }) => {
      if (hls === this.hls) this.playing.value = sidesOf(hls)[level] ?? null;
    });
    hls.on(Events.FRAG_LOADED, () => {
      this.lost.value = false;
    });
    hls.on(Events.ERROR, (_, error) => {
      if (hls === this.hls) void this.mend(error);
      else if (error.fatal) hls.destroy();
    });
    hls.loadSource(this.address);
    return hls;
  }

  /** The renditions are known: begin to load. */
  private begin(at: number): void {
    this.heights.value = [...new Set(sidesOf(this.hls))].sort((one, other) => other - one);
    this.cap();
    const height = quality.peek();
    if (height !== null) this.hls.loadLevel = levelFor(this.hls, height);
    this.hls.startLoad(at, this.playing.peek() !== null);
  }

  private choose(height: number | null): void {
    if (this.hls.levels.length === 0) return;
    // Who lets it choose sees what is loaded to its end; who chooses sees that soon.
    if (height === null) this.hls.loadLevel = -1;
    else this.hls.nextLevel = levelFor(this.hls, height);
  }

  /** Bound what is chosen by itself: to what fills the screen, and by the data saver. */
  private cap(saves = saver.peek()): void {
    const { hls, video } = this;
    const sides = sidesOf(hls);
    if (sides.length === 0) return;
    const shown = Math.min(video.clientWidth, video.clientHeight) * devicePixelRatio;
    const fills = sides.findIndex((side) => side >= shown);
    const most = saves ? levelFor(hls, SAVED_HEIGHT) : sides.length - 1;
    const before = hls.autoLevelCapping;
    hls.autoLevelCapping = fills === -1 ? most : Math.min(fills, most);
    // On a larger screen what was loaded for a small one is not shown to its end.
    const rises = before !== -1 && hls.autoLevelCapping > before;
    if (rises && hls.autoLevelEnabled && this.playing.peek() !== null) hls.nextLevel = -1;
  }

  private async mend({ fatal, type }: ErrorData): Promise<void> {
    if (!fatal) {
      // Without a line hls.js tries on by itself; what is to be said is that nothing plays.
      const starved = this.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
      this.lost.value ||= type === ErrorTypes.NETWORK_ERROR && starved && !online.peek();
      return;
    }
    const now = performance.now();
    if (type === ErrorTypes.MEDIA_ERROR && now - this.recovered > RECOVERS_MS) {
      this.recovered = now;
      this.hls.recoverMediaError();
      return;
    }
    const there = type !== ErrorTypes.NETWORK_ERROR || (await answers());
    if (this.ended) return;
    if (there) {
      this.beginning.onFailed();
    } else {
      this.lost.value = true;
      doubtLine(true);
    }
  }

  /** The line is back. */
  private goOn(): void {
    if (!this.lost.peek()) return;
    if (this.hls.levels.length > 0) {
      this.hls.startLoad();
      return;
    }
    this.hls.once(Events.MANIFEST_PARSED, () => this.begin(this.beginning.at));
    this.hls.loadSource(this.address);
  }

  /**
   * hls.js reads a master once, and loading it again would begin with an empty video. So another
   * one reads it, and takes the video over with all that is loaded.
   */
  async refresh(): Promise<void> {
    const known = this.hls.levels.length;
    const count = known && !this.lost.peek() ? await countRenditions(this.address) : 0;
    if (this.ended || count <= known) return;
    const next = this.make(this.hls.bandwidthEstimate);
    next.once(Events.MANIFEST_PARSED, () => {
      const media = this.ended ? null : this.hls.transferMedia();
      if (media === null) return next.destroy();
      this.hls.destroy();
      this.hls = next;
      this.bound();
      next.attachMedia(media);
      this.begin(this.video.currentTime);
    });
  }
}

/** Play a stream; `null` where this browser has no way to. */
export function openStream(
  video: HTMLVideoElement,
  address: string,
  beginning: Beginning,
): Stream | null {
  return Hls.isSupported() ? new HlsStream(video, address, beginning) : null;
}
