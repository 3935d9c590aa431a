/** The controls: media-chrome's elements. Loaded when the first video is watched. */

import { MediaChromeButton } from "media-chrome/media-chrome-button";
import { MediaChromeRange } from "media-chrome/media-chrome-range";
import MediaContainer from "media-chrome/media-container";
import MediaControlBar from "media-chrome/media-control-bar";
import "media-chrome/media-controller";
import "media-chrome/media-fullscreen-button";
import MediaGestureReceiver from "media-chrome/media-gesture-receiver";
import MediaLoadingIndicator from "media-chrome/media-loading-indicator";
import "media-chrome/media-mute-button";
import "media-chrome/media-pip-button";
import "media-chrome/media-play-button";
import "media-chrome/media-playback-rate-button";
import MediaPreviewThumbnail from "media-chrome/media-preview-thumbnail";
import { MediaTextDisplay } from "media-chrome/media-text-display";
import "media-chrome/media-time-display";
import "media-chrome/media-time-range";
import MediaTooltip from "media-chrome/media-tooltip";
import "media-chrome/media-volume-range";
import "media-chrome/lang/de";
import { setLanguage } from "media-chrome/utils/i18n";
import { moveStyles } from "~/player/sheets";

moveStyles([
  MediaChromeButton,
  MediaChromeRange,
  MediaContainer,
  MediaControlBar,
  MediaGestureReceiver,
  MediaLoadingIndicator,
  MediaPreviewThumbnail,
  MediaTextDisplay,
  MediaTooltip,
]);

export { setLanguage };
