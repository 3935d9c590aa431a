/** A button that something takes a while behind: it says so, and keeps its colours and the focus. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { texts } from "~/locales";

interface ButtonProps {
  kind?: "main" | "danger";
  type?: "button" | "submit";
  /** While what was pressed goes on; of several, the one that was pressed shows it. */
  busy: boolean;
  /** Where there is nothing to press for. */
  disabled?: boolean;
  onClick?: () => void;
  children: ComponentChildren;
}

export function Button(props: ButtonProps) {
  const { kind, type = "button", busy, disabled = false, onClick, children } = props;
  const [pressed, setPressed] = useState(false);
  useEffect(() => {
    if (!busy) setPressed(false);
  }, [busy]);
  const shown = busy && pressed;
  function click(event: Event): void {
    if (busy) {
      event.preventDefault();
      return;
    }
    // Enter in a field is a click on the form's button too.
    setPressed(true);
    onClick?.();
  }
  return (
    <button
      type={type}
      class={kind ? `button ${kind}` : "button"}
      disabled={disabled}
      aria-disabled={busy || undefined}
      aria-busy={shown || undefined}
      onClick={click}
    >
      {shown && <span class="spinner" aria-hidden="true" />}
      {children}
      {shown && <span class="unseen"> – {texts.value.working}</span>}
    </button>
  );
}
