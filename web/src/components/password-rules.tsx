/** What a new password must be like, ticked off while it is typed. */

import { Icon } from "~/components/icon";
import { texts } from "~/locales";
import { bytesOf } from "~/screens/field-rules";
import "~/components/password-rules.css";

export function PasswordRules({ password, common }: { password: string; common: boolean }) {
  const t = texts.value.join.rules;
  const size = bytesOf(password);
  const rules: [string, boolean | null][] = [
    [t.short, size >= 8],
    [t.long, size === 0 ? null : size <= 72],
    // Which ones are commonly used the server alone knows.
    [t.common, common ? false : null],
  ];
  return (
    <>
      <span class="unseen">{t.title}</span>
      <ul class="rules">
        {rules.map(([text, holds]) => (
          <li key={text} class={holds ? "holds" : holds === false && size ? "fails" : ""}>
            <Icon name={holds ? "check" : "dot"} />
            {text}
          </li>
        ))}
      </ul>
    </>
  );
}
