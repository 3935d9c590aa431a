/** Where a file is dropped or chosen. */

import { useRef, useState } from "preact/hooks";
import { Icon } from "~/parts/icon";
import { texts } from "~/texts";

const KINDS = "video/*,.mkv,.mts,.m2ts,.ts,.flv,.wmv,.ogv,.avi,.mov,.mpg,.mxf";

export function Drop({ onFile }: { onFile: (file: File) => void }) {
  const t = texts.value.send;
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  function drop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer?.files[0];
    if (file) onFile(file);
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keyboard
    <div
      class={over ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Icon name="film" />
      <p>
        <strong>{t.drop}</strong> {t.or}
      </p>
      <button type="button" class="button main" onClick={() => input.current?.click()}>
        {t.choose}
      </button>
      <p class="faint small">{t.limits}</p>
      <input
        ref={input}
        type="file"
        accept={KINDS}
        hidden
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) onFile(file);
        }}
      />
    </div>
  );
}
