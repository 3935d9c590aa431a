/** Upload: choose a file, give it a title, watch it go. */

import { useState } from "preact/hooks";
import { sending, startSending, takeTexts } from "~/api/sending";
import type { Video } from "~/api/types";
import { showVideo } from "~/api/videos";
import { lookAtFirstError } from "~/parts/field";
import { SignedIn } from "~/parts/guard";
import { useLoad } from "~/parts/load";
import { Complaint, Failed } from "~/parts/state";
import { useTitle } from "~/parts/title";
import { place } from "~/router";
import { Drop } from "~/screens/drop";
import { OnItsWay } from "~/screens/on-its-way";
import { TextFields, textProblems, titleOf } from "~/screens/video-texts";
import { texts } from "~/texts";
import { bytes } from "~/texts/formats";
import "~/screens/send.css";

function Chosen({ file, onAnother }: { file: File; onAnother: () => void }) {
  const t = texts.value.send;
  return (
    <p class="chosen">
      <span>
        <span class="unseen">{t.file}: </span>
        <bdi>{file.name}</bdi> <span class="faint">({bytes(file.size)})</span>
      </span>
      <button type="button" class="plain-link" onClick={onAnother}>
        {t.another}
      </button>
    </p>
  );
}

function Form({ announced }: { announced: Video | null }) {
  const t = texts.value.send;
  const { title = "", description = "" } = announced ?? {};
  const [file, setFile] = useState<File | null>(null);
  const [complaint, setComplaint] = useState("");
  const [typed, setTyped] = useState(() => takeTexts() ?? { title, description });
  const [tried, setTried] = useState(false);
  const problems = textProblems(typed);
  // A title that was not typed yet is no error yet.
  const shown = tried || typed.title.trim() ? problems : { ...problems, title: "" };

  function take(given: File): void {
    const known = !given.type || given.type.startsWith("video/") || /ogg|mxf/.test(given.type);
    setComplaint(given.size === 0 ? t.emptyFile : known ? "" : t.notVideo);
    if (given.size === 0 || !known) return;
    setFile(given);
    if (!typed.title.trim()) setTyped({ ...typed, title: titleOf(given.name) });
  }

  function submit(event: Event): void {
    event.preventDefault();
    setTried(true);
    const known = announced && { hash: announced.thumbnail, saved: { title, description } };
    if (Object.keys(problems).length) lookAtFirstError();
    else if (file) startSending(file, typed, known);
  }

  return (
    <form class="form" onSubmit={submit} noValidate>
      {complaint && <Complaint>{complaint}</Complaint>}
      {file ? <Chosen file={file} onAnother={() => setFile(null)} /> : <Drop onFile={take} />}
      <TextFields typed={typed} onTyped={setTyped} problems={shown} />
      <button type="submit" class="button main" disabled={!file}>
        {t.submit}
      </button>
    </form>
  );
}

/** For a video that was announced, and whose bytes never came. */
function Rest({ hash }: { hash: string }) {
  const [found, again] = useLoad(() => showVideo(hash), [hash]);
  if (found.state === "failed") return <Failed failure={found.failure} again={again} />;
  if (found.state === "loading") return null;
  return <Form announced={found.value} />;
}

export function Send() {
  const t = texts.value.send;
  const hash = place.value.query.get("v");
  useTitle(t.title);
  return (
    <div class="screen middle">
      <h1>{t.title}</h1>
      <SignedIn>
        {() =>
          sending.value ? (
            <OnItsWay now={sending.value} />
          ) : hash && /^[A-Za-z0-9]{7}$/.test(hash) ? (
            <Rest hash={hash} />
          ) : (
            <Form announced={null} />
          )
        }
      </SignedIn>
    </div>
  );
}
