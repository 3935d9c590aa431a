/** What somebody has typed and not sent, for as long as the tab is open: a reload does not lose it. */

const NAME = "vireo.draft.";

export interface Draft {
  text: string;
  /** The text that was sent under `key`, so that the same words are taken once. */
  sent: string;
  key: string;
}

function attempt<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    // Storage is switched off or full: the page works without.
    return otherwise;
  }
}

export const drafts = {
  get(name: string): Draft | null {
    const kept = attempt(() => sessionStorage.getItem(NAME + name), null);
    return kept === null ? null : attempt(() => JSON.parse(kept) as Draft, null);
  },
  keep: (name: string, draft: Draft): void =>
    attempt(() => sessionStorage.setItem(NAME + name, JSON.stringify(draft)), undefined),
  remove: (name: string): void => attempt(() => sessionStorage.removeItem(NAME + name), undefined),
  /** Of whoever was here. */
  clear: (): void =>
    attempt(() => {
      const names = Object.keys(sessionStorage).filter((name) => name.startsWith(NAME));
      for (const name of names) sessionStorage.removeItem(name);
    }, undefined),
};
