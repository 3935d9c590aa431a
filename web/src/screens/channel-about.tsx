/** What a channel says about itself, and, for its owner, other words for it. */

import { useRef, useState } from "preact/hooks";
import { changeChannel } from "~/api/people";
import type { Channel, ChannelLink } from "~/api/types";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { sentence } from "~/components/failure-text";
import { Area, Field, lookAtFirstError } from "~/components/field";
import { Icon } from "~/components/icon";
import { Rich } from "~/components/rich-text";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { date } from "~/locales/formats";
import { people } from "~/locales/people";
import "~/screens/channel-about.css";

const MOST_ABOUT = 2000;
const MOST_LINKS = 10;

function isAddress(url: string): boolean {
  return /^https?:\/\/\S+$/i.test(url) && URL.canParse(url);
}

interface LinkFieldsProps {
  link: ChannelLink;
  number: number;
  tried: boolean;
  onLink: (link: ChannelLink) => void;
  onRemove: () => void;
}

function LinkFields({ link, number, tried, onLink, onRemove }: LinkFieldsProps) {
  const t = people.value.channelAbout;
  const size = [...link.label.trim()].length;
  return (
    <fieldset class="link-fields">
      <legend class="unseen">{t.linkOf(number)}</legend>
      <Field
        label={t.label}
        dir="auto"
        value={link.label}
        onValue={(label) => onLink({ ...link, label })}
        error={tried && (size < 1 || size > 100) ? t.labelBad : undefined}
      />
      <Field
        label={t.url}
        autoCapitalize="none"
        spellcheck={false}
        value={link.url}
        onValue={(url) => onLink({ ...link, url })}
        error={tried && !isAddress(link.url.trim()) ? t.urlBad : undefined}
      />
      <button
        type="button"
        class="button"
        aria-label={t.removeLink(number)}
        title={t.removeLink(number)}
        onClick={onRemove}
      >
        <Icon name="trash" />
      </button>
    </fieldset>
  );
}

interface ChannelProps {
  channel: Channel;
  onClose: () => void;
}

export function EditAbout(props: ChannelProps & { onSaved: (channel: Channel) => void }) {
  const { channel, onClose, onSaved } = props;
  const t = people.value.channelAbout;
  const [about, setAbout] = useState(channel.about);
  const made = useRef(0);
  const [links, setLinks] = useState(() =>
    channel.links.map((link) => ({ link, id: ++made.current })),
  );
  const [tried, setTried] = useState(false);
  const act = useAct();
  const long = [...about.trim()].length > MOST_ABOUT;
  const wrong = ({ link }: { link: ChannelLink }) => {
    const size = [...link.label.trim()].length;
    return size < 1 || size > 100 || !isAddress(link.url.trim());
  };

  function submit(event: Event): void {
    event.preventDefault();
    setTried(true);
    if (long || links.some(wrong)) {
      lookAtFirstError();
      return;
    }
    void act.run(async () => {
      const sent = links.map(({ link: { label, url } }) => ({
        label: label.trim(),
        url: url.trim(),
      }));
      onSaved(await changeChannel({ about: about.trim(), links: sent }));
      say(texts.value.saved);
      onClose();
    });
  }

  return (
    <Dialog wide title={t.edit} onClose={onClose}>
      <form class="form" onSubmit={submit} noValidate>
        {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
        <Area
          label={t.about}
          hint={t.aboutHint}
          dir="auto"
          value={about}
          onValue={setAbout}
          error={long ? t.aboutLong : undefined}
        />
        <div class="links-edited">
          {links.map(({ link, id }, n) => (
            <LinkFields
              key={id}
              link={link}
              number={n + 1}
              tried={tried}
              onLink={(link) => setLinks(links.map((one) => (one.id === id ? { link, id } : one)))}
              onRemove={() => setLinks(links.filter((one) => one.id !== id))}
            />
          ))}
          {links.length < MOST_LINKS && (
            <button
              type="button"
              class="button"
              onClick={() =>
                setLinks([...links, { link: { label: "", url: "https://" }, id: ++made.current }])
              }
            >
              <Icon name="plus" />
              {t.addLink}
            </button>
          )}
        </div>
        <div class="buttons">
          <button type="button" class="button" onClick={onClose}>
            {texts.value.cancel}
          </button>
          <Button type="submit" kind="main" busy={act.busy}>
            {texts.value.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function ShowAbout({ channel, onClose }: ChannelProps) {
  const t = people.value.channelAbout;
  return (
    <Dialog wide title={t.title} onClose={onClose}>
      {channel.about ? (
        <p class="their-text" dir="auto">
          <Rich text={channel.about} />
        </p>
      ) : (
        <p class="faint">{t.none}</p>
      )}
      {channel.links.length > 0 && (
        <>
          <h3>{t.links}</h3>
          <ul class="channel-links">
            {channel.links.map(({ label, url }) => (
              <li key={`${label} ${url}`}>
                {/* The API takes http and https alone; nothing else becomes a link here either. */}
                {isAddress(url) ? (
                  <a href={url} target="_blank" rel="nofollow ugc noopener noreferrer">
                    <bdi>{label}</bdi>
                  </a>
                ) : (
                  <bdi>{label}</bdi>
                )}
                <span class="faint small">{url}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {channel.created && (
        <p class="faint small">{texts.value.channel.joined(date(channel.created))}</p>
      )}
      <div class="buttons">
        <button type="button" class="button" onClick={onClose}>
          {texts.value.close}
        </button>
      </div>
    </Dialog>
  );
}
