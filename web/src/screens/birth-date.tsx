/** A date of birth: three fields, so that nobody scrolls through decades. */

import { useId } from "preact/hooks";
import { texts } from "~/locales";
import { monthNames } from "~/locales/formats";
import "~/screens/birth-date.css";

export interface Birth {
  day: string;
  month: string;
  year: string;
}

interface BirthProps {
  value: Birth;
  onValue: (value: Birth) => void;
  onLeave: () => void;
  error: string | undefined;
}

export function BirthField({ value, onValue, onLeave, error }: BirthProps) {
  const t = texts.value.join;
  const id = useId();
  const shared = { "aria-invalid": Boolean(error), "aria-describedby": `${id}-hint ${id}-error` };
  const digits = (text: string) => text.replace(/\D/g, "");
  return (
    <fieldset class="field birth" onFocusOut={onLeave}>
      <legend>{t.birth}</legend>
      <div class="parts">
        <label>
          <span class="small faint">{t.day}</span>
          <input
            {...shared}
            inputMode="numeric"
            autoComplete="bday-day"
            maxLength={2}
            value={value.day}
            onInput={(event) => onValue({ ...value, day: digits(event.currentTarget.value) })}
          />
        </label>
        <label>
          <span class="small faint">{t.month}</span>
          <select
            {...shared}
            autoComplete="bday-month"
            value={value.month}
            onInput={(event) => onValue({ ...value, month: event.currentTarget.value })}
          >
            <option value="" />
            {monthNames().map((name, index) => (
              <option key={name} value={String(index + 1)}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="small faint">{t.year}</span>
          <input
            {...shared}
            inputMode="numeric"
            autoComplete="bday-year"
            maxLength={4}
            value={value.year}
            onInput={(event) => onValue({ ...value, year: digits(event.currentTarget.value) })}
          />
        </label>
      </div>
      <p class="hint" id={`${id}-hint`}>
        {t.birthHint}
      </p>
      <p class="error" id={`${id}-error`}>
        {error}
      </p>
    </fieldset>
  );
}
