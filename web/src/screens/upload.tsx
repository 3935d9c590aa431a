/** Upload: choose files, give them titles, watch them go. */

import { useEffect, useState } from "preact/hooks";
import type { Video, VideoTexts } from "~/api/types";
import { type Draft, sendings, startSending, takeTexts } from "~/api/upload-queue";
import { showVideo } from "~/api/videos";
import { useAct } from "~/components/action";
import { sentence } from "~/components/failure-text";
import { lookAtFirstError } from "~/components/field";
import { SignedIn } from "~/components/guard";
import { useLoad } from "~/components/loaded";
import { Complaint, Failed } from "~/components/states";
import { useTitle } from "~/components/title";
import { texts } from "~/locales";
import { bytes } from "~/locales/formats";
import { place } from "~/router";
import { DropZone } from "~/screens/drop-zone";
import { goOnWith, isBegun, Unfinished } from "~/screens/unfinished";
import { UploadProgress } from "~/screens/upload-progress";
import { TextFields, textProblems, titleOf } from "~/screens/video-texts";
import "~/screens/upload.css";

interface ChosenProps {
  draft: Draft;
  /** Whether there are no others: then it is exchanged, not left out. */
  alone: boolean;
  tried: boolean;
  onTyped: (typed: VideoTexts) => void;
  onRemove: () => void;
}

function Chosen({ draft: { file, typed }, alone, tried, onTyped, onRemove }: ChosenProps) {
  const t = texts.value.send;
  const problems = textProblems(typed);
  // A title that was not typed yet is no error yet.
  const shown = tried || typed.title.trim() ? problems : { ...problems, title: "" };
  return (
    <fieldset class="draft">
      <legend class="unseen">{file.name}</legend>
      <p class="chosen">
        <span>
          <span class="unseen">{t.file}: </span>
          <bdi>{file.name}</bdi> <span class="faint">({bytes(file.size)})</span>
        </span>
        <button type="button" class="plain-link" onClick={onRemove}>
          {alone ? t.another : t.leaveOut}
          {!alone && <span class="unseen"> {file.name}</span>}
        </button>
      </p>
      <TextFields typed={typed} onTyped={onTyped} problems={shown} />
    </fieldset>
  );
}

/** Files with their texts: those that were typed for the `first`, names where none were. */
const draftsOf = (files: File[], first: VideoTexts): Draft[] =>
  files.map((file, n) => {
    const typed = n === 0 ? first : { title: "", description: "" };
    return { file, typed: typed.title.trim() ? typed : { ...typed, title: titleOf(file.name) } };
  });

interface FormProps {
  /** The video that waits for its file; `null` for new ones. */
  announced: Video | null;
  /** Whether others are on their way. */
  more: boolean;
}

function Form({ announced, more }: FormProps) {
  const t = texts.value.send;
  const { title = "", description = "" } = announced ?? {};
  const [drafts, setDrafts] = useState<Draft[]>([]);
  const [complaint, setComplaint] = useState("");
  // What was typed before there is a file.
  const [loose, setLoose] = useState({ title, description });
  const [tried, setTried] = useState(false);
  const act = useAct();
  useEffect(() => {
    const left = more ? null : takeTexts();
    if (left) setLoose(left);
  }, [more]);

  function take(given: File[]): void {
    const full = given.filter((file) => file.size > 0);
    const empty = given.filter((file) => file.size === 0).map((file) => file.name);
    setComplaint(empty.length ? t.emptyFile(empty.join(", ")) : "");
    const begun = announced ? [] : full.filter(isBegun);
    add(full.filter((file) => !begun.includes(file)));
    // They are no second videos.
    if (begun.length) void act.run(async () => add(await goOnWith(begun)));
  }

  function add(files: File[]): void {
    const none = { title: "", description: "" };
    setDrafts((known) => [...known, ...draftsOf(files, known.length ? none : loose)]);
  }

  function remove(draft: Draft): void {
    const named = draft.typed.title === titleOf(draft.file.name);
    if (drafts.length === 1) setLoose(named ? { ...draft.typed, title: "" } : draft.typed);
    setDrafts(drafts.filter((one) => one !== draft));
  }

  function submit(event: Event): void {
    event.preventDefault();
    setTried(true);
    const known = announced && { hash: announced.thumbnail, saved: { title, description } };
    const wrong = drafts.some(({ typed }) => Object.keys(textProblems(typed)).length);
    if (wrong) {
      lookAtFirstError();
      return;
    }
    startSending(drafts, known);
    setDrafts([]);
    setLoose({ title: "", description: "" });
    setTried(false);
    // To where they can be seen.
    scrollTo(0, 0);
  }

  return (
    <form class="form" onSubmit={submit} noValidate>
      {complaint && <Complaint>{complaint}</Complaint>}
      {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
      {drafts.map((draft, n) => (
        <Chosen
          key={n}
          draft={draft}
          alone={drafts.length === 1}
          tried={tried}
          onTyped={(typed) =>
            setDrafts(drafts.map((one) => (one === draft ? { ...one, typed } : one)))
          }
          onRemove={() => remove(draft)}
        />
      ))}
      {(!announced || drafts.length === 0) && (
        <DropZone
          single={announced !== null}
          more={drafts.length > 0 || (more && !announced)}
          onFiles={take}
        />
      )}
      {drafts.length === 0 && !more && (
        <TextFields typed={loose} onTyped={setLoose} problems={looseProblems(loose)} />
      )}
      {(drafts.length > 0 || !more) && (
        <button type="submit" class="button main" disabled={drafts.length === 0}>
          {drafts.length > 1 ? t.submitAll(drafts.length) : t.submit}
        </button>
      )}
    </form>
  );
}

/** A title that is missing is no error before there is a file. */
const looseProblems = (typed: VideoTexts) => {
  const problems = textProblems(typed);
  return typed.title.trim() ? problems : { ...problems, title: "" };
};

/** For a video that was announced, and whose bytes never came. */
function Rest({ hash, more }: { hash: string; more: boolean }) {
  const [found, again] = useLoad(() => showVideo(hash), [hash]);
  if (found.state === "failed") return <Failed failure={found.failure} again={again} />;
  if (found.state === "loading") return null;
  return <Form announced={found.value} more={more} />;
}

function Uploads({ hash }: { hash: string | null }) {
  const all = sendings.value;
  const rest = hash && !all.some((one) => one.hash === hash) ? hash : null;
  return (
    <>
      {rest && <Rest key={rest} hash={rest} more={false} />}
      <Unfinished />
      {all.length > 0 && (
        <ol class="uploads">
          {all.map((one) => (
            <li key={one.id}>
              <UploadProgress now={one} alone={all.length === 1} />
            </li>
          ))}
        </ol>
      )}
      {!rest && <Form key="new" announced={null} more={all.length > 0} />}
    </>
  );
}

export function Upload() {
  const t = texts.value.send;
  const hash = place.value.query.get("v");
  useTitle(t.title);
  return (
    <div class="screen middle">
      <h1>{t.title}</h1>
      <SignedIn>
        {() => <Uploads hash={hash && /^[A-Za-z0-9]{7}$/.test(hash) ? hash : null} />}
      </SignedIn>
    </div>
  );
}
