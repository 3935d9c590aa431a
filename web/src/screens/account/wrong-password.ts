/** What is said where a password is asked for once more. */

import type { Failure } from "~/api/failure";
import { sentence } from "~/components/failure-text";
import { texts } from "~/locales";
import { clock } from "~/locales/formats";

/** The error at the field of the present password; nothing where the failure is another one. */
export function wrongPassword(failure: Failure | null): string | undefined {
  const t = texts.value;
  if (failure?.code === "bad_credentials") return t.account.wrongPassword;
  if (failure?.code !== "blocked") return undefined;
  const seconds = failure.problem.retry_after ?? 0;
  return `${t.enter.blocked} ${t.enter.blockedFor(clock(seconds))}`;
}

/** The failure as a sentence, unless it stands at a field already. */
export function otherwise(failure: Failure | null): string | undefined {
  const atField = wrongPassword(failure) !== undefined || failure?.fields.length;
  return failure && !atField ? sentence(failure) : undefined;
}
