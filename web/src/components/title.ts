/** What the tab of the browser says. */

import { useEffect } from "preact/hooks";
import { unread } from "~/api/unread";

export function useTitle(title: string): void {
  const n = unread.value;
  useEffect(() => {
    const name = title ? `${title} – Vireo` : "Vireo";
    // In a row of tabs the beginning is all that one sees.
    document.title = n ? `(${n > 99 ? "99+" : n}) ${name}` : name;
  }, [title, n]);
}
