/** The start of the page. */

import { render } from "preact";
import { startSession } from "~/api/session";
import { App } from "~/app";
import { startRouter } from "~/router";
import { isOurs } from "~/routes";
import { startLanguage } from "~/texts";
import { startTheme } from "~/theme";
import "~/style/tokens.css";
import "~/style/base.css";

startTheme();
startLanguage();
startSession();
startRouter(isOurs);

// After an update of Vireo the files that this page was made of may be gone: load the new one.
addEventListener("vite:preloadError", () => location.reload());

const root = document.getElementById("page");
if (root) render(<App />, root);
