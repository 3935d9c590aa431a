/** The frame that all screens have in common, and which screen an address shows. */

import { useEffect, useRef } from "preact/hooks";
import { online } from "~/api/connection";
import { askingAgain } from "~/api/session";
import { Header } from "~/components/header";
import { lazy } from "~/components/lazy";
import { SignInAgain } from "~/components/sign-in-again";
import { SignInFirst } from "~/components/sign-in-first";
import { Note } from "~/components/toast";
import { Tray } from "~/components/upload-tray";
import { texts } from "~/locales";
import { leftAt, place } from "~/router";
import { type Route, routeOf } from "~/routes";
import { Channel } from "~/screens/channel";
import { Forgot } from "~/screens/forgot";
import { Home } from "~/screens/home";
import { NotFound } from "~/screens/not-found";
import { Reset } from "~/screens/reset";
import { Search } from "~/screens/search";
import { SignIn } from "~/screens/sign-in";
import { SignUp } from "~/screens/sign-up";
import { Studio } from "~/screens/studio";
import { Undo } from "~/screens/undo";
import { Upload } from "~/screens/upload";
import { Verify } from "~/screens/verify";
import { Watch } from "~/screens/watch";
import "~/app.css";

// What is not for the first look comes when it is asked for.
const Account = lazy(async () => (await import("~/screens/account")).Account);
const Desk = lazy(async () => (await import("~/screens/desk")).Desk);
const NoticesScreen = lazy(async () => (await import("~/screens/notices")).NoticesScreen);
const Feed = lazy(async () => (await import("~/screens/feed")).Feed);
const Follows = lazy(async () => (await import("~/screens/follows")).Follows);
const Library = lazy(async () => (await import("~/screens/library")).Library);
const History = lazy(async () => (await import("~/screens/library/history")).History);
const Playlists = lazy(async () => (await import("~/screens/library/playlists")).Playlists);
const PlaylistScreen = lazy(
  async () => (await import("~/screens/library/playlist")).PlaylistScreen,
);

function Screen({ route }: { route: Route }) {
  switch (route.screen) {
    case "home":
      return <Home />;
    case "watch":
      return <Watch key={route.hash} hash={route.hash} />;
    case "find":
      return <Search />;
    case "channel":
      return <Channel key={route.name} name={route.name} />;
    case "enter":
      return <SignIn />;
    case "join":
      return <SignUp />;
    case "forgot":
      return <Forgot />;
    case "verify":
      return <Verify />;
    case "undo":
      return <Undo />;
    case "reset":
      return <Reset />;
    case "send":
      return <Upload />;
    case "studio":
      return <Studio />;
    case "account":
      return <Account />;
    case "desk":
      return <Desk />;
    case "notices":
      return <NoticesScreen />;
    case "feed":
      return <Feed />;
    case "follows":
      return <Follows />;
    case "library":
      return <Library />;
    case "history":
      return <History />;
    case "playlists":
      return <Playlists />;
    case "playlist":
      return <PlaylistScreen key={route.id} id={route.id} />;
    case "nowhere":
      return <NotFound />;
  }
}

/** Who goes to another address begins at its top, or where it was left; a screen reader too. */
function useArrival(main: { current: HTMLElement | null }): void {
  const now = place.value;
  useEffect(() => {
    // The browser begins at the top by itself, and to ask for it costs a layout.
    if (now.by === "load") return;
    const height = leftAt();
    const settle = () => scrollTo(0, height);
    settle();
    // What was kept is on the screen after the next frame.
    const frame = requestAnimationFrame(settle);
    main.current?.focus({ preventScroll: true });
    return () => cancelAnimationFrame(frame);
  }, [now, main]);
}

export function App() {
  const t = texts.value;
  const main = useRef<HTMLElement>(null);
  useArrival(main);
  return (
    <>
      <button type="button" class="skip button main" onClick={() => main.current?.focus()}>
        {t.skip}
      </button>
      <Header />
      {!online.value && (
        <p class="offline" role="status">
          {t.offline}
        </p>
      )}
      <main id="main" tabIndex={-1} ref={main}>
        <Screen route={routeOf(place.value.path)} />
      </main>
      {askingAgain.value && <SignInAgain {...askingAgain.value} />}
      <SignInFirst />
      <Tray />
      <Note />
    </>
  );
}
