/** The start of the page. */

import { render } from "preact";
import { startSession } from "~/api/session";
import { App } from "~/app";
import { startHealing } from "~/healing";
import { startRouter } from "~/router";
import { isOurs } from "~/routes";
import { startLanguage } from "~/texts";
import { startTheme } from "~/theme";
import { startUpdates } from "~/updates";
import "~/style/tokens.css";
import "~/style/base.css";

startTheme();
startLanguage();
startSession();
startRouter(isOurs);

startHealing();
startUpdates();

const root = document.getElementById("page");
if (root) render(<App />, root);
