/** How a video is shown: its quality, captions, speed. */

import type { RefObject } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import type { Captions } from "~/api/types";
import { Icon } from "~/components/icon";
import { usePopup } from "~/components/popup";
import { media } from "~/locales/media";
import { chooseCaptions, chooseQuality, chooseSaver, quality, saver } from "~/player/choices";
import { RATES } from "~/player/keys";
import type { Stream } from "~/player/stream";
import { shownLanguage, toggleCaptions } from "~/player/tracks";
import "~/components/menu.css";
import "~/player/settings.css";

interface Option<T> {
  value: T;
  text: string;
  /** The language of the text, where it is another one than the page's. */
  lang?: string;
}

interface ChoicesProps<T> {
  title: string;
  options: Option<T>[];
  chosen: T;
  onChoose: (value: T) => void;
}

function Choices<T extends string | number | null>(props: ChoicesProps<T>) {
  const { title, options, chosen, onChoose } = props;
  const name = useId();
  return (
    <fieldset class="choice">
      <legend>{title}</legend>
      {options.map(({ value, text, lang }) => (
        <label key={value}>
          <input
            type="radio"
            name={name}
            checked={value === chosen}
            onChange={() => onChoose(value)}
          />
          <span dir="auto" lang={lang}>
            {text}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Quality({ stream }: { stream: Stream }) {
  const t = media.value.player;
  const heights = stream.heights.value;
  const now = stream.playing.value;
  const wanted = quality.value;
  // What was chosen for another video, as near as it comes here.
  const fit = heights.find((height) => wanted !== null && height <= wanted) ?? heights.at(-1);
  const chosen = wanted === null ? null : (fit ?? null);
  const auto = chosen === null && now !== null ? t.autoNow(t.height(now)) : t.auto;
  const options = [
    { value: null, text: auto },
    ...heights.map((height) => ({ value: height, text: t.height(height) })),
  ];
  return (
    <>
      <Choices title={t.quality} options={options} chosen={chosen} onChoose={chooseQuality} />
      <label class="saver">
        <input
          type="checkbox"
          checked={saver.value}
          onChange={(event) => chooseSaver(event.currentTarget.checked)}
        />
        <span>
          {t.saver} <span class="small">({t.saverHint})</span>
        </span>
      </label>
    </>
  );
}

function CaptionsChoice({ offered }: { offered: Captions[] }) {
  const t = media.value.player;
  const options = [
    { value: null, text: t.off },
    ...offered.map(({ language, label }) => ({ value: language, text: label, lang: language })),
  ];
  return (
    <Choices
      title={t.captions}
      options={options}
      chosen={shownLanguage(offered)}
      onChoose={chooseCaptions}
    />
  );
}

type Element = RefObject<HTMLVideoElement | null>;

function Speed({ video }: { video: Element }) {
  const t = media.value.player;
  const [rate, setRate] = useState(video.current?.playbackRate ?? 1);
  useEffect(() => {
    const it = video.current;
    const look = () => setRate(it?.playbackRate ?? 1);
    it?.addEventListener("ratechange", look);
    return () => it?.removeEventListener("ratechange", look);
  }, [video]);
  const options = RATES.map((one) => ({ value: one, text: one === 1 ? t.normal : `${one}×` }));
  const choose = (one: number) => {
    if (video.current) video.current.playbackRate = one;
  };
  return <Choices title={t.speed} options={options} chosen={rate} onChoose={choose} />;
}

interface SettingsProps {
  video: Element;
  /** `null` where its MP4 is played. */
  stream: Stream | null;
  offered: Captions[];
}

export function Settings({ video, stream, offered }: SettingsProps) {
  const t = media.value.player;
  const { open, setOpen, box, button, onKeyDown } = usePopup();
  const shown = shownLanguage(offered);
  useEffect(() => {
    // What one chooses from does not fade away.
    box.current?.closest("media-control-bar")?.toggleAttribute("noautohide", open);
    if (open) box.current?.querySelector<HTMLElement>("input:checked")?.focus();
  }, [open, box]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is for whatever has the focus inside
    <div class="settings" ref={box} onKeyDown={onKeyDown}>
      {offered.length > 0 && (
        <button
          type="button"
          class="control captions"
          aria-pressed={shown !== null}
          aria-label={t.captions}
          title={shown === null ? t.captionsOn : t.captionsOff}
          onClick={() => toggleCaptions(offered)}
        >
          <Icon name="captions" />
        </button>
      )}
      <button
        ref={button}
        type="button"
        class="control"
        aria-label={t.settings}
        title={t.settings}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="settings" />
      </button>
      {open && (
        <div class="settings-sheet" role="dialog" aria-label={t.settings}>
          {stream && stream.heights.value.length > 0 && <Quality stream={stream} />}
          {offered.length > 0 && <CaptionsChoice offered={offered} />}
          <Speed video={video} />
        </div>
      )}
    </div>
  );
}
