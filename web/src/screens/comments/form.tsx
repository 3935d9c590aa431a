/** A comment that is written, wherever: below a video, as a reply, anew. Nothing typed is lost. */

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Failure } from "~/api/failure";
import { newKey } from "~/api/http";
import { drafts } from "~/browser-drafts";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { useSecondsLeft } from "~/components/countdown";
import { sentence } from "~/components/failure-text";
import { signedIn } from "~/components/sign-in-first";
import { Complaint } from "~/components/states";
import { texts } from "~/locales";
import { clock } from "~/locales/formats";
import { people } from "~/locales/people";

const MOST = 10_000;

function told(failure: Failure): string {
  const t = people.value.comments;
  const wrong = failure.fields.find(([field]) => field === "text")?.[1];
  if (wrong === "invalid") return t.tooManyNames;
  if (wrong) return texts.value.problems[wrong];
  switch (failure.code) {
    case "comments_closed":
      return t.closed;
    case "forbidden":
      return t.blocked;
    case "not_found":
      return t.gone;
    default:
      return sentence(failure);
  }
}

interface FormProps {
  /** By which name it is kept until it is sent. */
  draft: string;
  label: string;
  submit: string;
  /** What stands in it to begin with. */
  first?: string;
  /** Whether the field is left while the words are on their way, or stays until they have arrived. */
  ahead: boolean;
  /** For somebody who has just opened it. */
  focus?: boolean;
  onSend: (text: string, key: string) => Promise<void>;
  onDone?: () => void;
  onCancel?: () => void;
}

/** What is typed, as it is kept. */
function useDraft(name: string, first: string) {
  const [text, show] = useState(() => drafts.get(name)?.text ?? first);
  const now = useRef(text);
  const keep = (typed: string, shown = typed) => {
    now.current = shown;
    show(shown);
    const old = drafts.get(name);
    if (typed === first && !old?.sent) drafts.remove(name);
    else drafts.keep(name, { text: typed, sent: old?.sent ?? "", key: old?.key ?? "" });
  };
  /** The key for these words: the one that they were sent by, if they were. */
  const keyOf = (words: string): string => {
    const old = drafts.get(name);
    const key = old && old.sent === words && old.key ? old.key : newKey();
    drafts.keep(name, { text: words, sent: words, key });
    return key;
  };
  return { text, now, keep, show, keyOf, done: () => drafts.remove(name) };
}

export function CommentForm(props: FormProps) {
  const { draft, label, submit, first = "", ahead, focus, onSend, onDone, onCancel } = props;
  const t = people.value.comments;
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const typed = useDraft(draft, first);
  const act = useAct();
  const [until, setUntil] = useState(0);
  const left = useSecondsLeft(until);
  const words = typed.text.trim();
  const long = [...words].length > MOST;

  useEffect(() => {
    const it = field.current;
    if (!focus || !it) return;
    it.focus();
    it.setSelectionRange(it.value.length, it.value.length);
  }, [focus]);

  async function send(): Promise<void> {
    const key = typed.keyOf(words);
    if (ahead) {
      typed.now.current = "";
      typed.show("");
    }
    try {
      await onSend(words, key);
    } catch (cause) {
      // Back into the field, in front of what was typed meanwhile.
      if (ahead) typed.keep([words, typed.now.current.trim()].filter(Boolean).join("\n"));
      const seconds = cause instanceof Failure ? cause.problem.retry_after : undefined;
      setUntil(seconds ? Date.now() + seconds * 1000 : 0);
      throw cause;
    }
    // What was typed meanwhile stays.
    const rest = ahead ? typed.now.current : "";
    typed.done();
    if (rest) typed.keep(rest);
    onDone?.();
  }

  async function begin(event: Event): Promise<void> {
    event.preventDefault();
    if (!words || long || left > 0 || !(await signedIn())) return;
    await act.run(send);
  }

  const busy = act.busy;
  const empty = typed.text === "" && !onCancel;
  return (
    <form class="comment-form" onSubmit={(event) => void begin(event)}>
      <label class="unseen" for={id}>
        {label}
      </label>
      <textarea
        ref={field}
        id={id}
        rows={1}
        dir="auto"
        placeholder={label}
        value={typed.text}
        readOnly={busy && !ahead}
        aria-invalid={long}
        onInput={(event) => {
          typed.keep(event.currentTarget.value);
          if (act.failure && left === 0) act.clear();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void begin(event);
        }}
      />
      {long && <p class="error">{t.tooLong}</p>}
      {act.failure && (
        <Complaint>
          {told(act.failure)}
          {left > 0 && (
            <strong class="block" aria-live="off">
              {texts.value.enter.blockedFor(clock(left))}
            </strong>
          )}
        </Complaint>
      )}
      {!empty && (
        <div class="buttons">
          <button
            type="button"
            class="button"
            onClick={() => {
              typed.keep(first);
              typed.done();
              act.clear();
              onCancel?.();
            }}
          >
            {texts.value.cancel}
          </button>
          <Button type="submit" kind="main" busy={busy} disabled={!words || long || left > 0}>
            {submit}
          </Button>
        </div>
      )}
    </form>
  );
}
