/** Media-chrome's elements, for JSX. */

import type { JSX } from "preact";

type MediaElement = JSX.HTMLAttributes<HTMLElement> & {
  nohotkeys?: boolean;
  nosubtitleslangpref?: boolean;
  noautohide?: boolean;
  showduration?: boolean;
  notoggle?: boolean;
};

declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "media-controller": MediaElement;
      "media-control-bar": MediaElement;
      "media-fullscreen-button": MediaElement;
      "media-mute-button": MediaElement;
      "media-pip-button": MediaElement;
      "media-play-button": MediaElement;
      "media-preview-chapter-display": MediaElement;
      "media-preview-thumbnail": MediaElement;
      "media-preview-time-display": MediaElement;
      "media-time-display": MediaElement;
      "media-time-range": MediaElement;
      "media-volume-range": MediaElement;
    }
  }
}
