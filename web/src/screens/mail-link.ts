/** The token of a mail's link. It stands behind `#`, where no server sees it, and goes from there. */

import { useEffect, useState } from "preact/hooks";

/** Take it out of the address; empty where there is none. */
function take(): string {
  const found = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  // Out of the history, and of what is copied from the address.
  history.replaceState(history.state, "", location.pathname);
  return found;
}

/** The token of the link that was followed last: a second one in the same tab loads no new page. */
export function useLinkToken(): string {
  const [token, setToken] = useState(take);
  useEffect(() => {
    const follow = () => setToken(take());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return token;
}
