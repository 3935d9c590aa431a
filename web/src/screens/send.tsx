/** Upload: choose a file, give it a title, watch it go. */

import { useState } from "preact/hooks";
import { sending, startSending } from "~/api/sending";
import { showVideo } from "~/api/videos";
import { Area, Field } from "~/parts/field";
import { SignedIn } from "~/parts/guard";
import { useLoad } from "~/parts/load";
import { Complaint, Failed } from "~/parts/state";
import { useTitle } from "~/parts/title";
import { place } from "~/router";
import { Drop } from "~/screens/drop";
import { OnItsWay } from "~/screens/on-its-way";
import { texts } from "~/texts";
import { bytes } from "~/texts/formats";
import "~/screens/send.css";

/** `holiday_2024-07.mp4` is `holiday 2024-07`. */
export function titleOf(name: string): string {
  const bare = name.replace(/\.[A-Za-z0-9]{1,5}$/, "").replaceAll("_", " ");
  return bare.trim().slice(0, 255);
}

const letters = (text: string): number => [...text].length;

interface Announced {
  hash: string;
  title: string;
  description: string;
}

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

function Form({ announced }: { announced: Announced | null }) {
  const t = texts.value.send;
  const [file, setFile] = useState<File | null>(null);
  const [complaint, setComplaint] = useState("");
  const [title, setTitle] = useState(announced?.title ?? "");
  const [description, setDescription] = useState(announced?.description ?? "");
  const [tried, setTried] = useState(false);
  const size = letters(title.trim());
  const titleError = size === 0 ? t.titleMissing : size > 255 ? t.titleLong : undefined;
  const textError = letters(description) > 50_000 ? t.descriptionLong : undefined;

  function take(given: File): void {
    const known = !given.type || given.type.startsWith("video/") || /ogg|mxf/.test(given.type);
    setComplaint(given.size === 0 ? t.emptyFile : known ? "" : t.notVideo);
    if (given.size === 0 || !known) return;
    setFile(given);
    if (!title.trim()) setTitle(titleOf(given.name));
  }

  function submit(event: Event): void {
    event.preventDefault();
    setTried(true);
    if (file && !titleError && !textError) {
      startSending(file, title.trim(), description, announced?.hash);
    }
  }

  return (
    <form class="form" onSubmit={submit} noValidate>
      {complaint && <Complaint>{complaint}</Complaint>}
      {file ? <Chosen file={file} onAnother={() => setFile(null)} /> : <Drop onFile={take} />}
      {announced ? (
        <p dir="auto">
          <strong>{announced.title}</strong>
        </p>
      ) : (
        <>
          <Field
            label={t.name}
            hint={t.nameHint}
            dir="auto"
            value={title}
            onValue={setTitle}
            error={tried ? titleError : undefined}
          />
          <Area
            label={t.description}
            hint={t.descriptionHint}
            dir="auto"
            value={description}
            onValue={setDescription}
            error={textError}
          />
        </>
      )}
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
  return <Form announced={{ hash, title: found.value.title, description: "" }} />;
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
