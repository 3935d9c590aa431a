/** How many notices are unread. In a module of its own: the first script needs no more of them. */

import { signal } from "@preact/signals";

export const unread = signal(0);
