/** What a screen shows when there is nothing to show: empty, failed, on its way. */

import type { ComponentChildren } from "preact";
import { Failure } from "~/api/failure";
import { Icon } from "~/parts/icon";
import { sentence } from "~/parts/sentence";
import { texts } from "~/texts";
import "~/parts/state.css";

interface EmptyProps {
  title: string;
  hint?: string;
  icon?: "film" | "search" | "warn" | "user";
  children?: ComponentChildren;
}

export function Empty({ title, hint, icon = "film", children }: EmptyProps) {
  return (
    <div class="state">
      <Icon name={icon} />
      <h2>{title}</h2>
      {hint && <p>{hint}</p>}
      {children}
    </div>
  );
}

export function Failed({ failure, again }: { failure: unknown; again?: () => void }) {
  const t = texts.value;
  const id = failure instanceof Failure ? failure.requestId : "";
  return (
    <div class="state" role="alert">
      <Icon name="warn" />
      <h2>{t.failure.title}</h2>
      <p>{sentence(failure)}</p>
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
