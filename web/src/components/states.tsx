/** What a screen shows when there is nothing to show: empty, failed, on its way. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { isOffline, online, whenBack } from "~/api/connection";
import { Failure } from "~/api/failure";
import { sentence } from "~/components/failure-text";
import { Icon } from "~/components/icon";
import { texts } from "~/locales";
import "~/components/states.css";

interface EmptyProps {
  /** Whether it is all that the screen shows, so that its heading is the screen's. */
  first?: boolean;
  title: string;
  hint?: string;
  icon?: "film" | "search" | "warn" | "user" | "follow" | "list" | "clock" | "shield";
  children?: ComponentChildren;
}

export function Empty({ first, title, hint, icon = "film", children }: EmptyProps) {
  const Heading = first ? "h1" : "h2";
  return (
    <div class="state">
      <Icon name={icon} />
      <Heading dir="auto">{title}</Heading>
      {hint && <p>{hint}</p>}
      {children}
    </div>
  );
}

interface FailedProps {
  first?: boolean;
  failure: unknown;
  again?: () => void;
}

export function Failed({ first, failure, again }: FailedProps) {
  const Heading = first ? "h1" : "h2";
  const t = texts.value;
  const id = failure instanceof Failure ? failure.requestId : "";
  const heals = again !== undefined && isOffline(failure);
  useEffect(() => (heals ? whenBack(again) : undefined), [heals, again]);
  return (
    <div class="state" role="alert">
      <Icon name="warn" />
      <Heading>{t.failure.title}</Heading>
      <p>{sentence(failure)}</p>
      {heals && !online.value && <p>{t.failure.heals}</p>}
      {again && (
        <button type="button" class="button" onClick={again}>
          {t.again}
        </button>
      )}
      {id && <p class="faint small">{t.failure.id(id)}</p>}
    </div>
  );
}

/** The same words in one line, within a form. */
export function Complaint({ children }: { children: ComponentChildren }) {
  return (
    <p class="complaint" role="alert">
      <Icon name="warn" />
      <span>{children}</span>
    </p>
  );
}
