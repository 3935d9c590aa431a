/** The captions of one's own video: what there is, another file, and away with one. */

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { removeCaptions, setCaptions } from "~/api/captions";
import type { Failure } from "~/api/failure";
import type { Captions, Video } from "~/api/types";
import { files } from "~/api/videos";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { sentence } from "~/components/failure-text";
import { Select } from "~/components/field";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { language } from "~/locales";
import { captionsTexts } from "~/locales/captions";
import "~/screens/captions.css";

const MOST_BYTES = 1 << 20;
/** Those that most captions are in; any other one is set by the API. */
const OFFERED =
  "af am ar az be bg bn bs ca cs cy da de el en en-GB en-US eo es es-419 et eu fa fi fil fr fr-CA " +
  "ga gl gu he hi hr hu hy id is it ja ka kk km kn ko la lb lo lt lv mk ml mn mr ms mt my nb ne nl " +
  "nn pa pl pt pt-BR ro ru si sk sl sq sr sv sw ta te th tr uk ur uz vi zh-Hans zh-Hant zu";

/** A language in the reader's own, as far as the browser knows it. */
function nameOf(tag: string, otherwise: string): string {
  // Browsers have a name for this one that says nothing to anybody.
  if (tag === "und") return otherwise;
  try {
    const name = new Intl.DisplayNames([language.value], { type: "language" }).of(tag);
    return !name || name === tag ? otherwise : name;
  } catch {
    return otherwise;
  }
}

function choices(): [string, string][] {
  const named = OFFERED.split(" ").map((tag): [string, string] => [tag, nameOf(tag, tag)]);
  return named.sort(([, one], [, other]) => one.localeCompare(other, language.value));
}

function explained(failure: Failure): string {
  const t = captionsTexts.value;
  const { line } = failure.problem;
  if (line) return t.badLine(line);
  if (failure.status === 413) return t.large;
  if (failure.code === "no_video_file") return t.early;
  return failure.code === "invalid_body" ? t.notTaken : sentence(failure);
}

function Row({ one, onRemove, busy }: { one: Captions; onRemove: () => void; busy: boolean }) {
  const t = captionsTexts.value;
  const name = nameOf(one.language, one.label);
  return (
    <li>
      <a href={one.url} target="_blank" rel="noopener">
        <bdi lang={one.language}>{one.label}</bdi>
      </a>
      {name !== one.label && <span class="faint small">{name}</span>}
      <Button busy={busy} onClick={onRemove}>
        {t.remove}
        <span class="unseen">{t.removeOf(name)}</span>
      </Button>
    </li>
  );
}

interface PartProps {
  video: Video;
  onChanged: (captions: Captions[]) => void;
}

export function CaptionsPart({ video, onChanged }: PartProps) {
  const t = captionsTexts.value;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [there, setThere] = useState(video.captions ?? []);
  // One may be removed while another is on its way.
  const latest = useRef(there);
  const [chosen, setChosen] = useState<string>(language.value);
  const [problem, setProblem] = useState<"" | "noFile" | "large">("");
  const act = useAct();
  const removing = useAct();
  const error = problem ? t[problem] : act.failure ? explained(act.failure) : "";

  // It stands at the end of a dialog that may be higher than the screen.
  useEffect(() => {
    if (error) document.getElementById(`${id}-error`)?.scrollIntoView({ block: "nearest" });
  }, [error, id]);

  function show(captions: Captions[]): void {
    latest.current = captions;
    setThere(captions);
    onChanged(captions);
  }

  function submit(event: Event): void {
    event.preventDefault();
    const file = input.current?.files?.[0];
    const found = !file ? "noFile" : file.size > MOST_BYTES ? "large" : "";
    setProblem(found);
    if (!file || found) {
      input.current?.focus();
      return;
    }
    void act.run(async () => {
      const answer = await setCaptions(video.thumbnail, chosen, file);
      const set = { ...answer, url: files.within(video, answer.url) };
      const others = latest.current.filter((one) => one.language !== set.language);
      show([...others, set].sort((one, other) => one.language.localeCompare(other.language)));
      if (input.current) input.current.value = "";
      say(t.added(nameOf(set.language, set.label)));
    });
  }

  function remove(one: Captions): void {
    void removing.run(async () => {
      await removeCaptions(video.thumbnail, one.language);
      show(latest.current.filter((other) => other.language !== one.language));
      say(t.removed(nameOf(one.language, one.label)));
    });
  }

  return (
    <section class="own-captions" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{t.title}</h3>
      {there.length === 0 && <p class="faint small">{t.none}</p>}
      <ul>
        {there.map((one) => (
          <Row key={one.language} one={one} busy={removing.busy} onRemove={() => remove(one)} />
        ))}
      </ul>
      {removing.failure && <Complaint>{sentence(removing.failure)}</Complaint>}
      <form onSubmit={submit} noValidate>
        <Select label={t.language} value={chosen} onValue={setChosen} choices={choices()} />
        <div class="field">
          <label for={id}>{t.file}</label>
          <input
            ref={input}
            id={id}
            type="file"
            accept=".vtt,.srt,text/vtt,application/x-subrip"
            aria-invalid={Boolean(error)}
            aria-describedby={error ? `${id}-error ${id}-hint` : `${id}-hint`}
            onChange={() => {
              act.clear();
              setProblem("");
            }}
          />
          <div class="hint" id={`${id}-hint`}>
            {t.fileHint}
          </div>
          {error && (
            <p class="error" id={`${id}-error`} role="alert">
              {error}
            </p>
          )}
        </div>
        <Button type="submit" busy={act.busy}>
          {t.add}
        </Button>
      </form>
    </section>
  );
}
