/**
 * Uploads that this browser has begun and not finished: what is needed to go on with them after the
 * page was closed. No browser opens a file again by itself, so the person chooses it once more.
 */

import { computed, signal } from "@preact/signals";
import { account, isSame } from "~/api/session";
import { PERSONAL, remembered } from "~/browser-storage";

export interface Kept {
  /** Whose it is. */
  account: string;
  /** Of its video, which is announced. */
  hash: string;
  /** Names the upload at the server. */
  id: string;
  /** The file, as the browser tells it. */
  name: string;
  size: number;
  modified: number;
}

function read(): Kept[] {
  const found = remembered.read<unknown>(PERSONAL.uploads, []);
  return Array.isArray(found) ? found : [];
}

const all = signal(read());
const again = () => {
  all.value = read();
};
// Another tab has changed it, or it went with who was signed in.
addEventListener("storage", again);
account.subscribe(again);

/** Those of who is signed in. */
export const keptUploads = computed(() =>
  all.value.filter((one) => isSame(one.account, account.value)),
);

function write(change: (known: Kept[]) => Kept[]): void {
  remembered.keep(PERSONAL.uploads, change(read()));
  again();
}

export const keptOf = (hash: string): Kept | undefined =>
  keptUploads.peek().find((one) => one.hash === hash);

/** Whether it is the same file, as far as that can be told without reading it. */
export const isFileOf = ({ name, size, modified }: Kept, file: File): boolean =>
  name === file.name && size === file.size && modified === file.lastModified;

export const keptFor = (file: File): Kept | undefined =>
  keptUploads.peek().find((one) => isFileOf(one, file));

export function keep(hash: string, id: string, file: File): void {
  const { name, size, lastModified: modified } = file;
  const added = { account: account.peek() ?? "", hash, id, name, size, modified };
  write((known) => [...known.filter((one) => one.hash !== hash), added]);
}

/** It is done, or will never be. */
export function forgetKept(hash: string): void {
  if (keptOf(hash)) write((known) => known.filter((one) => one.hash !== hash));
}
