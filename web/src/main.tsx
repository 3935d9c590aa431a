/** The start of the page. */

import { render } from "preact";
import { online } from "~/api/connection";
import { startSession } from "~/api/session";
import { App } from "~/app";
import { say } from "~/components/toast";
import { startHealing } from "~/image-retry";
import { startLanguage, texts } from "~/locales";
import { startWarming } from "~/player/warm";
import { startRouter } from "~/router";
import { isOurs } from "~/routes";
import { startTheme } from "~/theme";
import { startUpdates } from "~/updates";
import "~/style/tokens.css";
import "~/style/base.css";

/** Without a line another document would be the browser's page of errors. */
function mayLeave(): boolean {
  if (!online.value) say(texts.value.failure.offline);
  return online.value;
}

startTheme();
startLanguage();
startSession();
startRouter({ isOurs, mayLeave });

startHealing();
startUpdates();
startWarming();

const root = document.getElementById("page");
// In a task of its own: on a phone the script alone is a long one.
if (root) setTimeout(() => render(<App />, root));
