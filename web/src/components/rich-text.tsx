/** A description: addresses become links, times lead into the video, all else stays text. */

import type { ComponentChildren } from "preact";

const FOUND = /(https?:\/\/[^\s<>"'`]+)|(?<![\d:.])(\d{1,2}(?::\d{2}){1,2})(?![\d:])/g;

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

export function secondsOf(time: string): number {
  return time.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

interface RichProps {
  text: string;
  /** Where times lead; without it they are text. */
  seek?: (seconds: number) => void;
}

export function Rich({ text, seek }: RichProps) {
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (const match of text.matchAll(FOUND)) {
    const [whole, address] = match;
    const shown = address ? trimmed(address) : whole;
    if (address && shown.length > LONGEST) continue;
    parts.push(text.slice(from, match.index));
    from = match.index + shown.length;
    if (address) {
      parts.push(
        <a href={shown} target="_blank" rel="nofollow ugc noopener noreferrer">
          {shown}
        </a>,
      );
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
