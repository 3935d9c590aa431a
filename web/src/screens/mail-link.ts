/** The token of a mail's link. It stands behind `#`, where no server sees it, and goes from there. */

import { useState } from "preact/hooks";

export function useLinkToken(): string {
  const [token] = useState(() => {
    const found = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
    // Out of the history, and of what is copied from the address.
    history.replaceState(history.state, "", location.pathname);
    return found;
  });
  return token;
}
