/** A question in front of the page. The browser's own dialog keeps the focus inside. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Button } from "~/components/button";
import { texts } from "~/locales";
import "~/components/dialog.css";

interface DialogProps {
  title: string;
  /** For more than a question: a form with room for text. */
  wide?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

/** To where one was before the question, or else to the screen; unless there is another one. */
function giveFocus(before: Element | null): void {
  if (document.querySelector("dialog[open]")) return;
  const place = before ?? document.getElementById("main");
  if (place instanceof HTMLElement) place.focus({ preventScroll: true });
}

export function Dialog({ title, wide, onClose, children }: DialogProps) {
  const id = useId();
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = box.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      // What the question was about may be gone with the answer.
      requestAnimationFrame(() => giveFocus(before?.isConnected ? before : null));
    };
  }, []);
  return (
    <dialog
      ref={box}
      class={wide ? "dialog wide" : "dialog"}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  hint: string;
  yes: string;
  busy: boolean;
  /** While what must be said first is not said. */
  disabled?: boolean;
  onYes: () => void;
  onClose: () => void;
  children?: ComponentChildren;
}

/** Asks before something that can't be undone. */
export function Confirm(props: ConfirmProps) {
  const { title, hint, yes, busy, disabled = false, onYes, onClose, children } = props;
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{hint}</p>
      {children}
      <div class="buttons">
        <button type="button" class="button" onClick={onClose}>
          {texts.value.cancel}
        </button>
        <Button kind="danger" busy={busy} disabled={disabled} onClick={onYes}>
          {yes}
        </Button>
      </div>
    </Dialog>
  );
}
