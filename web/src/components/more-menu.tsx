/** What else can be done with something: a button of three dots, and what opens at it. */

import { Icon } from "~/components/icon";
import { usePopup } from "~/components/popup";
import "~/components/menu.css";

export interface Choice {
  text: string;
  act: () => void;
}

interface MoreMenuProps {
  label: string;
  choices: Choice[];
  /** When it is opened. */
  onOpen?: () => void;
}

export function MoreMenu({ label, choices, onOpen }: MoreMenuProps) {
  const { open, setOpen, box, button, onKeyDown } = usePopup();
  function choose(act: () => void): void {
    setOpen(false);
    // A question that comes up now gives the focus back to where it was before.
    button.current?.focus();
    act();
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is for whatever has the focus inside
    <div class="menu more" ref={box} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        class="opener"
        aria-label={label}
        title={label}
        aria-expanded={open}
        onClick={() => {
          if (!open) onOpen?.();
          setOpen(!open);
        }}
      >
        <Icon name="more" />
      </button>
      {open && (
        <div class="sheet">
          {choices.map(({ text, act }) => (
            <button key={text} type="button" onClick={() => choose(act)}>
              {text}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
