/** Keys that steer a video. */

import { signal } from "@preact/signals";
import { remembered } from "~/browser-storage";

const CHOICE = "vireo.keys";
export const RATES = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

/** Whether keys count on the whole page, or while the player has the focus alone. */
export const everywhere = signal(remembered.get(CHOICE) !== "player");

export function chooseKeys(whole: boolean): void {
  everywhere.value = whole;
  remembered.set(CHOICE, whole ? "page" : "player");
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

function seek(video: HTMLVideoElement, seconds: number): void {
  if (Number.isFinite(video.duration)) video.currentTime = clamp(seconds, video.duration);
}

function louder(video: HTMLVideoElement, by: number): void {
  video.volume = clamp(Math.round((video.volume + by) * 100) / 100, 1);
  video.muted = video.volume === 0;
}

function faster(video: HTMLVideoElement, step: 1 | -1): void {
  const now = RATES.findIndex((rate) => rate >= video.playbackRate);
  video.playbackRate = RATES[Math.min(RATES.length - 1, Math.max(0, now + step))] ?? 1;
}

/** Play, or do so as soon as it is known what. */
export function play(video: HTMLVideoElement): void {
  if (video.networkState === HTMLMediaElement.NETWORK_EMPTY) video.autoplay = true;
  // Refused where nothing can be played; the player shows why.
  else video.play().catch(() => undefined);
}

function toggle(video: HTMLVideoElement): void {
  if (video.paused) play(video);
  else video.pause();
}

async function fullScreen(player: HTMLElement): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await player.requestFullscreen?.();
}

async function pictureInPicture(video: HTMLVideoElement): Promise<void> {
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
  else if (document.pictureInPictureEnabled) await video.requestPictureInPicture();
}

/** What a key does; whether it means something. */
export function press(key: string, video: HTMLVideoElement, player: HTMLElement): boolean {
  if (/^[0-9]$/.test(key)) {
    seek(video, (video.duration * Number(key)) / 10);
    return true;
  }
  const acts: Record<string, () => unknown> = {
    " ": () => toggle(video),
    k: () => toggle(video),
    j: () => seek(video, video.currentTime - 10),
    l: () => seek(video, video.currentTime + 10),
    ArrowLeft: () => seek(video, video.currentTime - 5),
    ArrowRight: () => seek(video, video.currentTime + 5),
    ArrowUp: () => louder(video, 0.05),
    ArrowDown: () => louder(video, -0.05),
    m: () => {
      video.muted = !video.muted;
    },
    "<": () => faster(video, -1),
    ">": () => faster(video, 1),
    f: () => void fullScreen(player).catch(() => undefined),
    i: () => void pictureInPicture(video).catch(() => undefined),
  };
  const act = acts[key.length === 1 ? key.toLowerCase() : key];
  act?.();
  return act !== undefined;
}

/** Whether a key at this place belongs to the video and not to what has the focus. */
export function isForVideo(event: KeyboardEvent, player: HTMLElement): boolean {
  const at = event.target instanceof Element ? event.target : document.body;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  if (at.closest("input, textarea, select, [contenteditable], dialog, [role=dialog]")) return false;
  const inside = player.contains(at) || document.fullscreenElement === player;
  if (!inside && !everywhere.peek()) return false;
  if (event.key === " ") return !at.closest("button, a, summary, media-play-button, [role=button]");
  if (!event.key.startsWith("Arrow")) return true;
  if (at.closest("media-time-range, media-volume-range")) return false;
  // Up and down scroll the page, unless one is at the player.
  return inside || event.key === "ArrowLeft" || event.key === "ArrowRight";
}
