/** Why a request did not do what was asked. */

import type { FieldCode, Problem } from "~/api/types";

export class Failure extends Error {
  constructor(
    readonly problem: Problem,
    readonly status: number,
    /** For who runs the Vireo: it stands in the log lines of every service that took part. */
    readonly requestId: string,
  ) {
    super(problem.message);
  }

  get code(): Problem["error"] {
    return this.problem.error;
  }

  /** What is wrong with each field; nothing where the failure is not about fields. */
  get fields(): [field: string, code: FieldCode][] {
    return Object.entries(this.problem.problems ?? {}).map(([field, { code }]) => [field, code]);
  }
}

/** Somebody must sign in first, and has chosen not to. */
export class SignedOut extends Error {}

export function offline(): Failure {
  return new Failure({ error: "offline", message: "No answer came." }, 0, "");
}

/** What a status means in uploads, whose answers may have no body. */
const BARE: Record<number, [code: Problem["error"], message: string]> = {
  401: ["token_expired", "The session has expired."],
  404: ["not_found", "There is no such upload."],
  410: ["upload_expired", "The upload has expired."],
  413: ["too_large", "The file is too large."],
  415: ["unsupported_media", ""],
  423: ["upload_locked", "The upload is busy."],
};

/** As `failureFrom`, where the `body` may be none (`null`). */
export function bareFailure(status: number, body: unknown, requestId: string): Failure {
  const known = body === null ? BARE[status] : undefined;
  if (!known) return failureFrom(status, body, requestId);
  const [error, message] = known;
  return new Failure({ error, message }, status, requestId);
}

/** The failure in an answer's body, whoever wrote it. */
export function failureFrom(status: number, body: unknown, requestId: string): Failure {
  const told = (body as { response?: Problem } | null)?.response;
  if (told && typeof told === "object" && told.error) return new Failure(told, status, requestId);
  // Something between here and the gateway answered.
  return new Failure({ error: "bad_gateway", message: "No valid answer came." }, status, requestId);
}
