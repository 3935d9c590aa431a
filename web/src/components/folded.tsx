/** A text of somebody's that may be long: its first lines, and the rest of it at a press. */

import { useState } from "preact/hooks";
import { Rich } from "~/components/rich-text";
import { texts } from "~/locales";
import "~/components/folded.css";

interface FoldedProps {
  text: string;
  /** What is longer is folded. */
  letters: number;
  seek?: (seconds: number) => void;
  /** Whether `@name` leads to a channel. */
  mentions?: boolean;
}

const LINES = 6;

export function Folded({ text, letters, ...how }: FoldedProps) {
  const t = texts.value.watch;
  const long = text.length > letters || text.split("\n").length > LINES;
  const [open, setOpen] = useState(false);
  return (
    <>
      <p class={long && !open ? "their-text folded" : "their-text"} dir="auto">
        <Rich text={text} {...how} />
      </p>
      {long && (
        <button
          type="button"
          class="plain-link"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? t.showLess : t.showMore}
        </button>
      )}
    </>
  );
}
