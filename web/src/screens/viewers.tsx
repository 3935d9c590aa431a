/** Who may see one's own private video: who is named, one more, and away with one. */

import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Failure } from "~/api/failure";
import type { Video } from "~/api/types";
import { addViewer, listViewers, removeViewer } from "~/api/viewers";
import { useAct } from "~/components/action";
import { Theirs } from "~/components/avatar";
import { Button } from "~/components/button";
import { sentence } from "~/components/failure-text";
import { Field } from "~/components/field";
import { useLoad } from "~/components/loaded";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { sharingTexts } from "~/locales/sharing";
import "~/screens/viewers.css";

function explained(failure: Failure): string {
  const t = sharingTexts.value;
  if (failure.code === "not_found") return t.unknown;
  // The same code tells of who is too quick, without a limit.
  const { limit } = failure.problem;
  return failure.code === "rate_limited" && limit ? t.many(limit) : sentence(failure);
}

interface NameProps {
  name: string;
  busy: boolean;
  onRemove: () => void;
}

function Name({ name, busy, onRemove }: NameProps) {
  const t = sharingTexts.value;
  return (
    <li>
      <Theirs text={name} />
      <Button busy={busy} onClick={onRemove}>
        {t.remove}
        <span class="unseen">{t.removeOf(name)}</span>
      </Button>
    </li>
  );
}

interface AddProps {
  hash: string;
  onAdded: () => Promise<void>;
}

function Add({ hash, onAdded }: AddProps) {
  const t = sharingTexts.value;
  const [typed, setTyped] = useState("");
  const [nameless, setNameless] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const act = useAct();
  const error = nameless ? t.nameMissing : act.failure ? explained(act.failure) : "";

  useEffect(() => {
    if (error) form.current?.querySelector("input")?.focus();
  }, [error]);

  function submit(event: Event): void {
    event.preventDefault();
    const name = typed.trim();
    setNameless(!name);
    if (!name) return;
    void act.run(async () => {
      await addViewer(hash, name);
      setTyped("");
      say(t.added(name));
      await onAdded();
    });
  }

  return (
    <form ref={form} onSubmit={submit} noValidate>
      <Field
        label={t.name}
        value={typed}
        autoCapitalize="none"
        autoComplete="off"
        spellcheck={false}
        onValue={(name) => {
          setTyped(name);
          setNameless(false);
          act.clear();
        }}
        error={error}
      />
      <Button type="submit" busy={act.busy}>
        {t.add}
      </Button>
    </form>
  );
}

export function ViewersPart({ video }: { video: Video }) {
  const t = sharingTexts.value;
  const id = useId();
  const hash = video.thumbnail;
  const [found, , put] = useLoad(() => listViewers(hash), [hash]);
  const act = useAct();
  const names = found.state === "ready" ? found.value : [];
  // A name as its owner writes it, in its place.
  const look = async () => put(await listViewers(hash));

  function remove(name: string): void {
    void act.run(async () => {
      await removeViewer(hash, name);
      say(t.removed(name));
      await look();
    });
  }

  return (
    <section class="viewers" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{t.title}</h3>
      {video.visibility !== "private" && <p class="faint small">{t.early}</p>}
      {found.state === "failed" && <Complaint>{sentence(found.failure)}</Complaint>}
      {found.state === "ready" && names.length === 0 && <p class="faint small">{t.none}</p>}
      <ul>
        {names.map((name) => (
          <Name key={name} name={name} busy={act.busy} onRemove={() => remove(name)} />
        ))}
      </ul>
      {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
      <Add hash={hash} onAdded={look} />
    </section>
  );
}
