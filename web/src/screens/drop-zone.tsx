/** Where files are dropped or chosen. Which of them are videos the server knows, not the browser. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "~/components/icon";
import { texts } from "~/locales";

interface DropZoneProps {
  /** One alone, for a video that waits for its file. */
  single?: boolean;
  /** Beside others that are chosen or on their way. */
  more?: boolean;
  onFiles: (files: File[]) => void;
}

const brings = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;

export function DropZone({ single = false, more = false, onFiles }: DropZoneProps) {
  const t = texts.value.send;
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null | undefined) => {
    const given = [...(files ?? [])].slice(0, single ? 1 : undefined);
    if (given.length) onFiles(given);
  };
  const latest = useRef(take);
  latest.current = take;
  // On the whole page: beside the frame, the browser would leave the page for the file.
  useEffect(() => {
    const enter = (event: DragEvent) => {
      if (!brings(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!event.relatedTarget) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!brings(event)) return;
      event.preventDefault();
      setOver(false);
      latest.current(event.dataTransfer?.files);
    };
    addEventListener("dragover", enter);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", enter);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, []);
  return (
    <div class={["drop", more && "more", over && "over"].filter(Boolean).join(" ")}>
      <Icon name="film" />
      <p>
        <strong>{more ? t.dropMore : single ? t.dropOne : t.drop}</strong> {t.or}
      </p>
      <button
        type="button"
        class={more ? "button" : "button main"}
        onClick={() => input.current?.click()}
      >
        {single ? t.choose : t.chooseSome}
      </button>
      {!more && <p class="faint small">{t.limits}</p>}
      <input
        ref={input}
        type="file"
        multiple={!single}
        hidden
        onChange={(event) => {
          take(event.currentTarget.files);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
