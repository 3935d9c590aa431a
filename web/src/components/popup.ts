/** What opens at a button and lies above the page: a click or a step outside of it closes it. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { place } from "~/router";

export interface Popup {
  open: boolean;
  setOpen: (open: boolean) => void;
  /** Around the button and what opens. */
  box: RefObject<HTMLDivElement | null>;
  button: RefObject<HTMLButtonElement | null>;
  /** Escape closes it, and gives the focus back. */
  onKeyDown: (event: KeyboardEvent) => void;
}

export function usePopup(): Popup {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => setOpen(false), [place.value]);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener("pointerdown", outside);
    addEventListener("focusin", outside);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("focusin", outside);
    };
  }, [open]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open) return;
    setOpen(false);
    button.current?.focus();
  };
  return { open, setOpen, box, button, onKeyDown };
}
