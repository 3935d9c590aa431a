/** The top of every screen: the bird, the search, and what belongs to the person. */

import { useEffect, useState } from "preact/hooks";
import { account } from "~/api/session";
import bird from "~/assets/vireo.svg";
import { Icon } from "~/components/icon";
import { lazy } from "~/components/lazy";
import { Menu } from "~/components/menu";
import { texts } from "~/locales";
import { address, go, place } from "~/router";
import { to } from "~/routes";
import "~/components/header.css";

function asked(): string {
  return place.value.path === "/find" ? (place.value.query.get("q") ?? "") : "";
}

function Search() {
  const t = texts.value.nav;
  const now = asked();
  const [query, setQuery] = useState(now);
  useEffect(() => setQuery(now), [now]);
  function submit(event: Event): void {
    event.preventDefault();
    const type = place.value.query.get("type") === "channel" ? "channel" : "all";
    if (query.trim()) go(to.find(query.trim(), place.value.path === "/find" ? type : "all"));
  }
  return (
    <search>
      <form class="search" onSubmit={submit} action="/find">
        <input
          type="search"
          name="q"
          aria-label={t.searchFor}
          placeholder={t.search}
          maxLength={200}
          autoComplete="off"
          enterkeyhint="search"
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
        <button type="submit" aria-label={t.search}>
          <Icon name="search" />
        </button>
      </form>
    </search>
  );
}

/** The bell to be; until its code is there, a way to the same notices. */
function BellToBe() {
  return (
    <a class="opener" href="/notifications" aria-label={texts.value.nav.notices}>
      <Icon name="bell" />
    </a>
  );
}

const Bell = lazy(async () => (await import("~/components/bell")).Bell, BellToBe);

const PLACES = [
  { at: "/", icon: "home", name: "home" },
  { at: "/feed", icon: "follow", name: "following" },
  { at: "/library", icon: "library", name: "library" },
] as const;

/** Beside the bird; on a phone, where the thumb is, at the foot of the screen. */
function Places() {
  const t = texts.value.nav;
  const { path } = place.value;
  const isHere = (at: string) => path === at || (at !== "/" && path.startsWith(`${at}/`));
  return (
    <nav class="places" aria-label={t.places}>
      {PLACES.map(({ at, icon, name }) => (
        <a
          key={at}
          class={`place ${name}`}
          href={at}
          title={t[name]}
          aria-current={isHere(at) ? "page" : undefined}
        >
          <Icon name={icon} />
          <span>{t[name]}</span>
        </a>
      ))}
    </nav>
  );
}

export function Header() {
  const t = texts.value;
  const name = account.value;
  return (
    <header class="header">
      <div class="left">
        <a class="brand" href="/" aria-label={`Vireo – ${t.nav.home}`}>
          <img src={bird} alt="" width="36" height="36" />
          <span>Vireo</span>
        </a>
        <Places />
      </div>
      <Search />
      <nav class="mine" aria-label={t.nav.main}>
        <a class="button send" aria-label={t.nav.send} href={name ? "/send" : to.enter("/send")}>
          <Icon name="upload" />
          <span>{t.nav.send}</span>
        </a>
        {name && <Bell key={name.toLowerCase()} name={name} />}
        {!name && (
          <a class="button main enter" href={to.enter(address())}>
            {t.nav.signIn}
          </a>
        )}
        <Menu />
      </nav>
    </header>
  );
}
