/** A labelled field with its hint and its error, tied together for a screen reader. */

import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { texts } from "~/locales";
import "~/components/field.css";

interface Shared {
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint?: ComponentChildren;
  error?: string | undefined;
}

/** What else a field of text may be told. */
interface Manner {
  autoComplete?: string;
  autoCapitalize?: "none";
  autoFocus?: boolean;
  spellcheck?: boolean;
  required?: boolean;
  readOnly?: boolean;
  dir?: "auto";
  onBlur?: () => void;
}

type InputProps = Shared & Manner & { type?: "text" | "email" | "datetime-local" };

type FrameProps = Pick<Shared, "label" | "hint" | "error"> & {
  id: string;
  children: ComponentChildren;
};

function Frame(props: FrameProps) {
  const { id, label, hint, error, children } = props;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint && (
        <div class="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {error && (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

/** Focus the first field that has an error, once the errors are on the screen. */
export function lookAtFirstError(): void {
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>("form [aria-invalid=true]")?.focus(),
  );
}

function described(id: string, hint: unknown, error: unknown): string | undefined {
  return [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ") || undefined;
}

export function Field({ label, value, onValue, hint, error, type, ...rest }: InputProps) {
  const id = useId();
  // Preact's types know each kind of input by itself; these are alike.
  const kind = { type: type ?? "text" } as { type: "text" };
  return (
    <Frame {...{ id, label, hint, error }}>
      <input
        {...rest}
        {...kind}
        id={id}
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
        aria-invalid={Boolean(error)}
        aria-describedby={described(id, hint, error)}
      />
    </Frame>
  );
}

export function Area({ label, value, onValue, hint, error, ...rest }: Shared & Manner) {
  const id = useId();
  return (
    <Frame {...{ id, label, hint, error }}>
      <textarea
        {...rest}
        id={id}
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
        aria-invalid={Boolean(error)}
        aria-describedby={described(id, hint, error)}
      />
    </Frame>
  );
}

interface SelectProps<T extends string> extends Omit<Shared, "value" | "onValue"> {
  value: T;
  onValue: (value: T) => void;
  /** What can be chosen, and how it is called. */
  choices: [T, string][];
}

export function Select<T extends string>(props: SelectProps<T>) {
  const { label, value, onValue, hint, error, choices } = props;
  const id = useId();
  return (
    <Frame {...{ id, label, hint, error }}>
      <select
        id={id}
        value={value}
        onChange={(event) => onValue(event.currentTarget.value as T)}
        aria-describedby={described(id, hint, error)}
      >
        {choices.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
    </Frame>
  );
}

/** A password, which can be looked at while it is typed. */
export function Password({ label, value, onValue, hint, error, ...rest }: Shared & Manner) {
  const t = texts.value.enter;
  const id = useId();
  const [shown, setShown] = useState(false);
  const kind = { type: shown ? "text" : "password" } as { type: "password" };
  return (
    <Frame {...{ id, label, hint, error }}>
      <div class="password">
        <input
          autoComplete="current-password"
          {...rest}
          id={id}
          {...kind}
          autoCapitalize="none"
          spellcheck={false}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
          aria-invalid={Boolean(error)}
          aria-describedby={described(id, hint, error)}
        />
        <button
          type="button"
          class="show"
          aria-pressed={shown}
          aria-label={t.showPassword}
          onClick={() => setShown(!shown)}
        >
          {shown ? t.hide : t.show}
        </button>
      </div>
    </Frame>
  );
}
