/**
 * A file in pieces, by tus 1.0: what the server has of it stays, whatever cuts the line, and is not
 * sent again. The library makes the requests; when one of them is made once more is decided here,
 * for by itself it gives up after seconds, and begins anew where it is told anything unexpected.
 */

import { DetailedError, type HttpRequest, type HttpResponse, Upload } from "tus-js-client";
import { answers, doubtLine, isOffline } from "~/api/connection";
import { bareFailure, Failure, offline } from "~/api/failure";
import { news } from "~/api/heard";
import { forgetKept, isFileOf, keep, keptOf } from "~/api/kept-uploads";
import { tokenFor } from "~/api/session";
import {
  countBytes,
  endUpload,
  isEnded,
  PIECES,
  type Progress,
  REFUSED,
  speedometer,
} from "~/api/upload";
import { showVideo } from "~/api/videos";

// Chromium shows an early refusal only when the body of its request is out.
const PIECE_BYTES = 64 * 1024 * 1024;
// The last piece is answered when it is known whether it is a video: after 5.5 minutes at most.
const SILENCE_MS = 360_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
// Without a byte that came through: about 15 seconds, and 10 minutes.
const FEW_TRIES = 5;
const MANY_TRIES = 25;
/** What a server says that is busy, or starts. */
const PASSING = [423, 429, 502, 503, 504];
const LOOK_MS = 2000;
const MOST_NEW_BEGINNINGS = 2;
/** Requests that are made of an upload which was begun. */
const OF_ONE_UPLOAD = ["HEAD", "PATCH"];

const wait = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const stop = () => end(() => reject(signal.reason));
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      settle();
    };
    const timer = setTimeout(() => end(resolve), ms);
    signal.addEventListener("abort", stop);
  });

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // None, or not of the envelope; `bareFailure` says so.
    return null;
  }
}

/** What the library complains of, as the page knows it. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof DetailedError)) return error;
  const { originalResponse: answer, causingError: cause } = error;
  if (answer) {
    const id = answer.getHeader("X-Request-ID") ?? "";
    return bareFailure(answer.getStatus(), read(answer.getBody()), id);
  }
  // No answer, or no token to ask with.
  return cause instanceof Error ? cause : offline();
}

const refusal = () => bareFailure(415, null, "");

const idOf = (address: string | null): string => address?.split("/").at(-1) ?? "";

class Sending {
  private readonly upload: Upload;
  private token = "";
  private refused = "";
  /** The request that was made last. */
  private method = "";
  /** How many bytes the server is known to have. */
  private there = -1;
  /** Whether all bytes have left, of an upload that may be gone since. */
  private allLeft = false;
  private newBeginnings = 0;
  /** Failures without a byte between them, by how many of their kind are borne. */
  private readonly tries = new Map<number, number>();
  private timer = 0;
  private onSilence = () => {};

  constructor(
    private readonly hash: string,
    file: File,
    private readonly report: (progress: Progress) => void,
    private readonly signal: AbortSignal,
  ) {
    const known = keptOf(hash);
    this.upload = new Upload(file, {
      uploadUrl: known ? `${location.origin}${PIECES}/${known.id}` : null,
      metadata: { hash },
      chunkSize: PIECE_BYTES,
      retryDelays: null,
      storeFingerprintForResuming: false,
      onUploadUrlAvailable: () => {
        // Without an address for new uploads it begins none where it is answered in another way.
        this.upload.options.endpoint = null;
        keep(hash, idOf(this.upload.url), file);
      },
      onBeforeRequest: (request) => this.prepare(request),
      onAfterResponse: (_, answer) => this.note(answer),
    });
    if (!known) this.beginAnew();
  }

  private beginAnew(): void {
    this.upload.url = null;
    this.upload.options.uploadUrl = null;
    this.upload.options.endpoint = `${location.origin}${PIECES}`;
    // That a new upload has no bytes is no progress.
    this.there = 0;
    this.allLeft = false;
  }

  private async prepare(request: HttpRequest): Promise<void> {
    this.method = request.getMethod();
    // Whoever is asked to sign in again may take a while.
    clearTimeout(this.timer);
    this.token = await tokenFor(this.refused);
    this.signal.throwIfAborted();
    this.hear();
    request.setHeader("Authorization", `Bearer ${this.token}`);
  }

  /** There is a sign of life: a line that is dead is not always told to be. */
  private hear(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.onSilence(), SILENCE_MS);
  }

  private note(answer: HttpResponse): void {
    this.hear();
    const offset = Number.parseInt(answer.getHeader("Upload-Offset") ?? "", 10);
    if (offset > this.there) this.tries.clear();
    if (offset >= 0) this.there = offset;
  }

  /** Make requests until all is sent, or one of them fails. */
  private run(): Promise<void> {
    const { upload, signal } = this;
    const speed = speedometer();
    return new Promise<void>((resolve, reject) => {
      const stop = (reason: unknown) => {
        void upload.abort();
        end(() => reject(reason));
      };
      const end = (settle: () => void) => {
        clearTimeout(this.timer);
        signal.removeEventListener("abort", aborted);
        settle();
      };
      const aborted = () => stop(signal.reason);
      this.onSilence = () => stop(offline());
      upload.options.onProgress = (sent, total) => {
        this.hear();
        this.allLeft ||= sent >= total;
        this.report({ sent, total, speed: speed(sent) });
      };
      upload.options.onSuccess = () => end(resolve);
      upload.options.onError = (error) => end(() => reject(causeOf(error)));
      signal.addEventListener("abort", aborted);
      upload.start();
    });
  }

  /**
   * All is there. Where the answer that said so was lost, or came before the verdict, what is said
   * of the file has to be found out. Why one was not taken is said once.
   */
  private async verdict(): Promise<void> {
    // What fails from here on is no request for its pieces.
    this.method = "GET";
    // What the browser keeps may be lost.
    const id = idOf(this.upload.url);
    while (!(await showVideo(this.hash)).uploaded) {
      if ((await countBytes(id)) === null) throw refusal();
      await news(this.hash, LOOK_MS, this.signal);
      this.signal.throwIfAborted();
    }
  }

  /** How often a request that failed in this way may be made without a byte coming through. */
  private async triesFor(failure: Failure): Promise<number> {
    const { status } = failure;
    if (isOffline(failure)) {
      if (await answers()) return FEW_TRIES;
      // Whoever waits for the line goes on when it is back.
      doubtLine(true);
      return 0;
    }
    if (status === 401) this.refused = this.token;
    if (status === 401 || failure.code === "wrong_offset" || status === 500) return FEW_TRIES;
    if (isEnded(failure) && OF_ONE_UPLOAD.includes(this.method)) {
      forgetKept(this.hash);
      // The server removes what it refuses, also where nobody heard that it did.
      if (this.allLeft && status === 404) throw refusal();
      this.newBeginnings += 1;
      if (this.newBeginnings > MOST_NEW_BEGINNINGS) return 0;
      this.beginAnew();
      return FEW_TRIES;
    }
    return PASSING.includes(status) ? MANY_TRIES : 0;
  }

  /** Count a failure, which is thrown where it was one too many; how often it came by now. */
  private async bear(failure: Failure): Promise<number> {
    const most = await this.triesFor(failure);
    const tries = (this.tries.get(most) ?? 0) + 1;
    this.tries.set(most, tries);
    if (tries > most) throw failure;
    return tries;
  }

  async send(): Promise<void> {
    for (;;) {
      let tries: number;
      try {
        this.signal.throwIfAborted();
        await this.run();
        await this.verdict();
        return forgetKept(this.hash);
      } catch (failure) {
        this.signal.throwIfAborted();
        if (!(failure instanceof Failure)) throw failure;
        tries = await this.bear(failure);
      }
      await wait(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1)), this.signal);
    }
  }
}

/** See `sendBytes` of `upload.ts`. */
export async function sendPieces(
  hash: string,
  file: File,
  report: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<void> {
  const known = keptOf(hash);
  // Another file for the same video.
  if (known && !isFileOf(known, file)) await endUpload(known);
  try {
    await new Sending(hash, file, report, signal).send();
  } catch (failure) {
    // Nothing of it is kept there.
    if (failure instanceof Failure && REFUSED.includes(failure.status)) forgetKept(hash);
    throw failure;
  }
}
