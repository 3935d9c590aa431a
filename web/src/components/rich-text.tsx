/**
 * What somebody wrote: addresses become links, times lead into the video, names to channels, all else
 * stays text.
 */

import type { ComponentChildren } from "preact";
import { to } from "~/routes";

const FOUND =
  /(https?:\/\/[^\s<>"'`]+)|(?<![\d:.])(\d{1,2}(?::\d{2}){1,2})(?![\d:])|(?<![A-Za-z0-9_.@-])@([A-Za-z0-9_.-]{3,})/g;

// No address that somebody means is longer.
const LONGEST = 2000;

/**
 * Without signs that end a sentence, and brackets that were opened before the address. Each sign is
 * looked at once: a description may be one address of 50,000 signs.
 */
function trimmed(address: string): string {
  let end = address.length;
  while (end > 0 && ".,;:!?".includes(address.charAt(end - 1))) end--;
  let unopened = 0;
  for (let at = 0; at < end; at++) {
    const sign = address.charAt(at);
    if (sign === ")") unopened++;
    else if (sign === "(") unopened--;
  }
  for (; unopened > 0 && address.charAt(end - 1) === ")"; unopened--) end--;
  return address.slice(0, end);
}

/** The name of a channel; `""` where it can be none. What ends a sentence is not of it. */
function named(written: string): string {
  const name = written.replace(/[.-]+$/, "");
  return name.length >= 3 && name.length <= 25 ? name : "";
}

export function secondsOf(time: string): number {
  return time.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

interface RichProps {
  text: string;
  /** Where times lead; without it they are text. */
  seek?: (seconds: number) => void;
  /** Whether `@name` leads to a channel. */
  mentions?: boolean;
}

export function Rich({ text, seek, mentions = false }: RichProps) {
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (const match of text.matchAll(FOUND)) {
    const [whole, address, , written] = match;
    const name = written && mentions ? named(written) : "";
    if (written && !name) continue;
    const shown = address ? trimmed(address) : name ? `@${name}` : whole;
    if (address && shown.length > LONGEST) continue;
    parts.push(text.slice(from, match.index));
    from = match.index + shown.length;
    if (address) {
      parts.push(
        <a href={shown} target="_blank" rel="nofollow ugc noopener noreferrer">
          {shown}
        </a>,
      );
    } else if (name) {
      parts.push(<a href={to.channel(name)}>{shown}</a>);
    } else if (seek) {
      parts.push(
        <button type="button" class="plain-link" onClick={() => seek(secondsOf(whole))}>
          {whole}
        </button>,
      );
    } else {
      parts.push(whole);
    }
  }
  parts.push(text.slice(from));
  return <>{parts}</>;
}
