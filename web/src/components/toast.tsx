/** A short word about what was done; it goes by itself, and is read aloud. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import "~/components/toast.css";

const SHOWN_MS = 5000;

const said = signal<{ text: string; id: number } | null>(null);
let count = 0;

export function say(text: string): void {
  said.value = { text, id: ++count };
}

export function Note() {
  const now = said.value;
  useEffect(() => {
    if (!now) return;
    const timer = setTimeout(() => {
      said.value = null;
    }, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [now]);
  return (
    <div class="notes" role="status">
      {now && (
        <p class="note" key={now.id}>
          {now.text}
        </p>
      )}
    </div>
  );
}
