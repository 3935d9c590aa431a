/** What the player remembers: how loud, and where each video was left. */

import { PERSONAL, remembered } from "~/browser-storage";

const SOUND = "vireo.sound";
const MOST_PLACES = 60;
// What is shorter, or has just begun, begins anew.
const LEAST_SECONDS = 8;

interface Sound {
  volume: number;
  muted: boolean;
}
type Places = [hash: string, seconds: number][];

export function applySound(video: HTMLVideoElement): void {
  const { volume, muted } = remembered.read<Sound>(SOUND, { volume: 1, muted: false });
  video.volume = volume >= 0 && volume <= 1 ? volume : 1;
  video.muted = muted === true;
}

export function keepSound({ volume, muted }: HTMLVideoElement): void {
  remembered.keep(SOUND, { volume, muted });
}

function places(): Places {
  const found = remembered.read<Places>(PERSONAL.places, []);
  return Array.isArray(found) ? found : [];
}

/** Where this video was left, in seconds; 0 for its beginning. */
export function placeOf(hash: string): number {
  const found = places().find(([known]) => known === hash)?.[1];
  return typeof found === "number" && Number.isFinite(found) ? found : 0;
}

/** Whether to go on there: what has just begun, or is as good as over, begins anew. */
export function isWorth(at: number, duration: number): boolean {
  return at >= LEAST_SECONDS && at < duration * 0.95;
}

export function keepPlace(hash: string, { currentTime, duration }: HTMLVideoElement): void {
  const others = places().filter(([known]) => known !== hash);
  const worth = isWorth(currentTime, duration);
  const mine: Places = worth ? [[hash, Math.floor(currentTime)]] : [];
  remembered.keep(PERSONAL.places, [...mine, ...others].slice(0, MOST_PLACES));
}
