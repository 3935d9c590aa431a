/** What the API sends and takes, from its document (`npm run types` writes `generated/`). */

import type { components } from "../../generated/api";

type Schemas = components["schemas"];

export type Video = Schemas["UniversalObject"];
/** A channel as its own page shows it. */
export type Channel = Schemas["ChannelObject"];
export type ChannelLink = Schemas["LinkObject"];
export type ChannelChange = Schemas["ChannelBody"];
export type Position = Schemas["PositionBody"];
export type Comment = Schemas["CommentObject"];
export type CommentSort = Schemas["CommentSort"];
export type Visibility = Schemas["Visibility"];
export type CommentsPolicy = Schemas["CommentsPolicy"];
export type MyReaction = Reaction["reaction"];
export type Reaction = Schemas["Reaction"];
export type Playlist = Schemas["PlaylistRow"];
/** With whether a video is in it. */
export type PlaylistWith = Playlist & { has_video: boolean };
export type Me = Schemas["MeRow"];
export type Session = Schemas["SessionRow"];
export type SignedIn = Schemas["SignedIn"];
export type SignUp = Schemas["SignUpBody"];
/** How far the making of a video is, for its owner. */
export type Processing = Schemas["ProcessingObject"];
export type Captions = Schemas["CaptionsObject"];
/** A frame that may become the thumbnail, or what has become it. */
export type Frame = Schemas["ThumbnailObject"];
export type Chapter = Schemas["ChapterObject"];
/** What a person writes of a video. */
export type VideoTexts = Schemas["UploadBody"];
/** What else of a video is chosen beside its texts; what is left out stays. */
export type VideoChange = Partial<VideoTexts> & {
  comments_policy?: CommentsPolicy;
  visibility?: Visibility;
  publish_at?: string;
};
export type MeChange = Schemas["PatchMeBody"];
export type Notice = Schemas["NoticeObject"];
export type NoticeKind = Notice["kind"];
export type NoticeSettings = Schemas["NoticeSettings"];
export type NoticeChange = Partial<Schemas["SettingsBody"]>;
/** A video that one has watched. */
export type Watched = Schemas["WatchedRow"];
/** A channel that one follows. */
export type Followed = Schemas["SubscriptionRow"];
/** A video in a playlist, with its place. */
export type Placed = Schemas["PlaylistVideoRow"];
export type PlaylistTexts = Schemas["PlaylistBody"];
export type PlaylistChange = Schemas["EditPlaylistBody"];
export type Code = Schemas["Code"];
/** What may be wrong with one field. */
export type FieldCode = Schemas["FieldCode"];

/** A failure as the API tells it, or `offline`: nothing answered. */
export type Problem = Omit<Schemas["Problem"], "error"> & { error: Code | "offline" };

export const REASONS = [
  "spam",
  "hate",
  "harassment",
  "violence",
  "sexual",
  "children",
  "copyright",
  "misleading",
  "other",
] as const;
export type Reason = (typeof REASONS)[number];
/** What is reported: one of the three. */
export type Reported = { video: string } | { comment: number } | { channel: string };
export type ReportBody = Reported & { reason: Reason; text: string };

/** An entry of the desk: all reports about one thing, or an appeal. */
export type Case = Schemas["CaseRow"];
/** A decision about what is one's own. */
export type Decision = Schemas["DecisionRow"];
export type LogEntry = Schemas["EntryRow"];
export type Verdict = Schemas["Verdict"];
