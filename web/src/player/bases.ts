/** The classes of media-chrome that make shadow roots, ready for the content policy. */

import { MediaChromeButton } from "media-chrome/media-chrome-button";
import { MediaChromeRange } from "media-chrome/media-chrome-range";
import MediaContainer from "media-chrome/media-container";
import MediaControlBar from "media-chrome/media-control-bar";
import MediaGestureReceiver from "media-chrome/media-gesture-receiver";
import MediaLoadingIndicator from "media-chrome/media-loading-indicator";
import MediaPreviewThumbnail from "media-chrome/media-preview-thumbnail";
import { MediaTextDisplay } from "media-chrome/media-text-display";
import MediaTooltip from "media-chrome/media-tooltip";
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
