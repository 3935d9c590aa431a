/** What this browser keeps between visits. Where storage is forbidden, nothing is kept. */

/** Names of what is about a person, and goes when they sign out. */
export const PERSONAL = {
  account: "vireo.account",
  /** Where videos were left, and so which ones were watched. */
  places: "vireo.places",
  /** What was begun to be uploaded and is not finished, by names of files. */
  uploads: "vireo.uploads",
};

function attempt<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    // Storage is switched off or full: the page works without.
    return otherwise;
  }
}

export const remembered = {
  get: (name: string): string | null => attempt(() => localStorage.getItem(name), null),
  set: (name: string, value: string): void =>
    attempt(() => localStorage.setItem(name, value), undefined),
  remove: (name: string): void => attempt(() => localStorage.removeItem(name), undefined),

  /** A value that was kept with `keep`; `otherwise` where there is none that can be read. */
  read<T>(name: string, otherwise: T): T {
    const text = remembered.get(name);
    return text === null ? otherwise : attempt(() => JSON.parse(text) as T, otherwise);
  },
  keep(name: string, value: unknown): void {
    remembered.set(name, JSON.stringify(value));
  },
};
