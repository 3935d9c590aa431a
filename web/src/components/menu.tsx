/** The menu at the picture: one's own screens, the theme, the language. */

import { isModerator } from "~/api/moderation";
import { account, signOut } from "~/api/session";
import { Avatar, Theirs } from "~/components/avatar";
import { sentence } from "~/components/failure-text";
import { Icon } from "~/components/icon";
import { useLoad } from "~/components/loaded";
import { usePopup } from "~/components/popup";
import { say } from "~/components/toast";
import { chooseLanguage, LANGUAGES, type Language, language, texts } from "~/locales";
import { go } from "~/router";
import { to } from "~/routes";
import { chooseTheme, THEMES, theme } from "~/theme";
import "~/components/menu.css";

function Choices() {
  const t = texts.value;
  return (
    <>
      <fieldset class="choice">
        <legend>{t.nav.theme}</legend>
        {THEMES.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="theme"
              checked={theme.value === one}
              onChange={() => chooseTheme(one)}
            />
            <span>{t.nav.themes[one]}</span>
          </label>
        ))}
      </fieldset>
      <fieldset class="choice">
        <legend>{t.nav.language}</legend>
        {Object.entries(LANGUAGES).map(([code, { language: name }]) => (
          <label key={code}>
            <input
              type="radio"
              name="language"
              checked={language.value === code}
              onChange={() => chooseLanguage(code as Language)}
            />
            <span lang={code}>{name}</span>
          </label>
        ))}
      </fieldset>
    </>
  );
}

/** For who may decide there; the account says so. */
function DeskLink() {
  const [found] = useLoad(isModerator, []);
  if (found.state !== "ready" || !found.value) return null;
  return <a href="/desk">{texts.value.nav.desk}</a>;
}

function Own({ name }: { name: string }) {
  const t = texts.value;
  async function leave(): Promise<void> {
    go("/");
    try {
      await signOut();
    } catch (failure) {
      return say(t.stillSignedIn(sentence(failure)));
    }
    say(t.signedOut);
  }
  return (
    <>
      <p class="who">
        <Avatar name={name} />
        <strong>
          <Theirs text={name} />
        </strong>
      </p>
      <a href={to.channel(name)}>{t.nav.channel}</a>
      <a href="/studio">{t.nav.studio}</a>
      <a href="/account">{t.nav.account}</a>
      <DeskLink />
      <button type="button" onClick={() => void leave()}>
        {t.nav.signOut}
      </button>
    </>
  );
}

export function Menu() {
  const t = texts.value;
  const name = account.value;
  const { open, setOpen, box, button, onKeyDown } = usePopup();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is for whatever has the focus inside
    <div class="menu" ref={box} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        class="opener"
        aria-label={t.nav.menu}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {name ? <Avatar name={name} /> : <Icon name="user" />}
      </button>
      {open && (
        <div class="sheet">
          {name ? <Own name={name} /> : <a href="/join">{t.nav.join}</a>}
          <Choices />
          <a class="small" href="/docs">
            {t.nav.api}
          </a>
        </div>
      )}
    </div>
  );
}
