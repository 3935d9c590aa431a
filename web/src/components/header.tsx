/** The top of every screen: the bird, the search, and what belongs to the person. */

import { useEffect, useState } from "preact/hooks";
import { account } from "~/api/session";
import bird from "~/assets/vireo.svg";
import { Icon } from "~/components/icon";
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

export function Header() {
  const t = texts.value;
  return (
    <header class="header">
      <a class="brand" href="/" aria-label={`Vireo – ${t.nav.home}`}>
        <img src={bird} alt="" width="36" height="36" />
        <span>Vireo</span>
      </a>
      <Search />
      <nav aria-label={t.nav.main}>
        <a
          class="button send"
          aria-label={t.nav.send}
          href={account.value ? "/send" : to.enter("/send")}
        >
          <Icon name="upload" />
          <span>{t.nav.send}</span>
        </a>
        {!account.value && (
          <a class="button main enter" href={to.enter(address())}>
            {t.nav.signIn}
          </a>
        )}
        <Menu />
      </nav>
    </header>
  );
}
