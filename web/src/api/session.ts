/**
 * Who is signed in. The token lives in this module's memory; the refresh cookie, which no script
 * can read, brings the next one. What is stored is the name alone, and where videos were left.
 */

import { signal } from "@preact/signals";
import { Failure, SignedOut } from "~/api/failure";
import { send } from "~/api/http";
import { inTurn, newsOf, onTold, tell } from "~/api/tabs";
import type { SignedIn } from "~/api/types";
import { drafts } from "~/browser-drafts";
import { PERSONAL, remembered } from "~/browser-storage";

/** The name of who is signed in, as typed at sign-up or sign-in; `null` for nobody. */
export const account = signal<string | null>(null);
/** Set while the session has ended and the same person is asked to sign in again. */
export const askingAgain = signal<{ name: string; done: (signedIn: boolean) => void } | null>(null);

/** Raised whenever somebody signs in, in whichever tab. */
export const signIns = signal(0);

// A token that ends within this time is not begun with.
const SPARE_MS = 20_000;

let token = "";
let until = 0;
let renewing: Promise<void> | null = null;
let asking: Promise<void> | null = null;

/** Whether it is the same account: names differ by more than the case of their letters. */
export function isSame(one: string | null, other: string | null): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}

function keep(answer: SignedIn, name: string, renewed: boolean): void {
  ({ token, until } = newsOf(answer));
  tell({ token, until, name, renewed });
  if (!renewed) signIns.value += 1;
}

function forget(): void {
  token = "";
  until = 0;
  account.value = null;
  for (const name of Object.values(PERSONAL)) remembered.remove(name);
  drafts.clear();
}

/** Open a session. Fails with `bad_credentials`, `blocked` and others. */
export async function signIn(username: string, password: string): Promise<void> {
  const { value } = await send<SignedIn>("/sign_in", {
    method: "POST",
    body: { username, password },
  });
  remembered.set(PERSONAL.account, username);
  keep(value, username, false);
  account.value = username;
}

/**
 * End the session, here and at the server. Where the server can't be asked it fails, and one is
 * still signed in: the refresh cookie lives on, and no script can take it away.
 */
export async function signOut(): Promise<void> {
  try {
    await attempt((given) => send("/sign_out", { method: "POST", token: given }), mine(freshToken));
  } catch (failure) {
    // Another tab was quicker.
    if (failure instanceof SignedOut) return;
    // It has ended already.
    if (!isOver(failure)) throw failure;
  }
  dropSession();
}

/** The account has gone, or all of its sessions. */
export function dropSession(): void {
  forget();
  tell(null);
}

async function renew(): Promise<void> {
  const old = token;
  const name = account.peek();
  await inTurn(async () => {
    // Another tab may have done it while this one waited.
    if (token !== old && until - Date.now() > SPARE_MS) return;
    const { value } = await send<SignedIn>("/token/refresh", { method: "POST", body: {} });
    // Signed out meanwhile, or somebody else is here.
    if (!name || !isSame(name, account.peek())) throw new SignedOut();
    keep(value, name, true);
  });
}

function isOver(failure: unknown): boolean {
  const codes = ["token_missing", "token_invalid", "token_revoked", "token_expired"];
  return failure instanceof Failure && codes.includes(failure.code);
}

/** Ask the person to sign in again, in front of whatever they are at. */
function again(): Promise<void> {
  const name = account.peek();
  if (!name) return Promise.reject(new SignedOut());
  asking ??= new Promise<void>((resolve, reject) => {
    const done = (signedIn: boolean) => {
      asking = null;
      askingAgain.value = null;
      if (signedIn) return resolve();
      // Unless somebody else has signed in, in another tab.
      if (isSame(name, account.peek())) forget();
      reject(new SignedOut());
    };
    askingAgain.value = { name, done };
  });
  return asking;
}

/** A token that is good for a while. Fails where the session is over. */
async function freshToken(): Promise<string> {
  if (until - Date.now() > SPARE_MS) return token;
  renewing ??= renew().finally(() => {
    renewing = null;
  });
  await renewing;
  return token;
}

/** The same; where the session is over, after the person has signed in again. */
async function goodToken(): Promise<string> {
  if (!account.peek()) throw new SignedOut();
  try {
    return await freshToken();
  } catch (failure) {
    if (!isOver(failure)) throw failure;
    await again();
    return token;
  }
}

type Work<T> = (token: string) => Promise<T>;

/** Do `work` with a token; where the token turns out to be over, with another one once more. */
async function attempt<T>(work: Work<T>, bring: () => Promise<string>): Promise<T> {
  const given = await bring();
  try {
    return await work(given);
  } catch (failure) {
    if (!isOver(failure)) throw failure;
    if (token === given) until = 0;
    return work(await bring());
  }
}

/**
 * `bring`, for who is signed in now. Raises SignedOut where it is somebody else by the time that
 * there is a token: nothing is done in another one's name.
 */
function mine(bring: () => Promise<string>): () => Promise<string> {
  const name = account.peek();
  return async () => {
    const given = await bring();
    if (!isSame(name, account.peek())) throw new SignedOut();
    return given;
  };
}

/** Do `work` as who is signed in. Raises SignedOut where nobody is, or not any more. */
export function withToken<T>(work: Work<T>): Promise<T> {
  return attempt(work, mine(goodToken));
}

/**
 * Do `work` without anybody being asked anything: as who is signed in, or with no token where nobody
 * is. Raises SignedOut where the session turns out to be over.
 */
export async function quietly<T>(work: (token: string | undefined) => Promise<T>): Promise<T> {
  if (!account.peek()) return work(undefined);
  try {
    return await attempt(work, mine(freshToken));
  } catch (failure) {
    throw isOver(failure) ? new SignedOut() : failure;
  }
}

/**
 * A token, for work that goes on for longer than one is good for; another one than that which was
 * `refused`. Fails as `withToken` does.
 */
export function tokenFor(refused: string): Promise<string> {
  if (token === refused) until = 0;
  return mine(goodToken)();
}

/** The token that there is at this moment: for who leaves, and can't wait for another one. */
export function tokenAtHand(): string | null {
  return until > Date.now() ? token : null;
}

/** Take over what an earlier visit or another tab left, before anything is shown. */
export function startSession(): void {
  account.value = remembered.get(PERSONAL.account);
  onTold((news) => {
    // Of a session that this tab has left already.
    if (news?.renewed && !isSame(news.name, account.peek())) return;
    if (news) {
      ({ token, until } = news);
      account.value = news.name;
      if (!news.renewed) signIns.value += 1;
    } else forget();
    const asked = askingAgain.peek();
    asked?.done(isSame(asked.name, account.peek()));
  });
}
