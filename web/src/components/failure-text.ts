/** A failure as a sentence in the person's language. */

import { Failure } from "~/api/failure";
import { texts } from "~/locales";

export function sentence(failure: unknown): string {
  const t = texts.value;
  if (!(failure instanceof Failure)) return t.failure.other;
  switch (failure.code) {
    case "offline":
      return t.failure.offline;
    case "unavailable":
    case "bad_gateway":
    case "gateway_timeout":
      return t.failure.busy;
    case "rate_limited":
      return t.failure.rateLimited;
    case "blocked":
      return t.enter.blocked;
    case "bad_credentials":
      return t.enter.wrong(failure.problem.attempts_left);
    case "username_taken":
      return t.join.usernameTaken;
    case "email_taken":
      return t.join.emailTaken;
    case "link_invalid":
      return t.forgot.badLink;
    case "disk_full":
      return t.send.diskFull;
    case "already_uploaded":
      return t.send.taken;
    case "internal_error":
      return t.failure.other;
    default:
      // The API's own sentence says more than "something went wrong".
      return failure.problem.message;
  }
}
