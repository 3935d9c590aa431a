/** The controls: media-chrome's elements. Loaded when the first video is watched. */

// First: an element that is on the screen already is made in the moment it is defined.
import "~/player/bases";

import "media-chrome/media-controller";
import "media-chrome/media-fullscreen-button";
import "media-chrome/media-mute-button";
import "media-chrome/media-pip-button";
import "media-chrome/media-play-button";
import "media-chrome/media-time-display";
import "media-chrome/media-time-range";
import "media-chrome/media-volume-range";
import "media-chrome/lang/de";
import { setLanguage } from "media-chrome/utils/i18n";

export { setLanguage };
