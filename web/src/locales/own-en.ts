/** What is one's own, in English: notices, what one follows, the library, blocks. */

const one = (n: number, single: string, many: string) =>
  `${n.toLocaleString("en")} ${n === 1 ? single : many}`;

export const ownEn = {
  notices: {
    title: "Notifications",
    open: (n: number) => (n ? `Notifications, ${n.toLocaleString("en")} unread` : "Notifications"),
    fresh: (n: number) => one(n, "new notification", "new notifications"),
    none: "Nothing yet. What others do with you and your videos will stand here.",
    all: "All notifications",
    settings: "Choose what you are told of",
    unread: "Unread",
    somebody: "Somebody",
    aVideo: "a video",
    quoted: (title: string) => `“${title}”`,
    kinds: {
      video: (who: string, video: string, n: number) =>
        n > 1 ? `${who} published ${n} new videos` : `${who} published ${video}`,
      comment: (who: string, video: string, n: number) =>
        n > 1
          ? `${n} new comments on ${video}, the latest by ${who}`
          : `${who} commented on ${video}`,
      reply: (who: string, video: string, n: number) =>
        n > 1
          ? `${n} new replies to your comment on ${video}, the latest by ${who}`
          : `${who} replied to your comment on ${video}`,
      mention: (who: string, video: string, n: number) =>
        n > 1
          ? `${n} comments on ${video} mention you, the latest by ${who}`
          : `${who} mentioned you in a comment on ${video}`,
      like: (who: string, video: string, n: number) =>
        n > 1
          ? `${who} and ${one(n - 1, "other", "others")} like ${video}`
          : `${who} likes ${video}`,
      commentLike: (who: string, video: string, n: number) =>
        n > 1
          ? `${who} and ${one(n - 1, "other", "others")} like your comment on ${video}`
          : `${who} likes your comment on ${video}`,
      follow: (who: string, _: string, n: number) =>
        n > 1 ? `${who} and ${one(n - 1, "other", "others")} follow you` : `${who} follows you`,
      review: (who: string, video: string, n: number) =>
        n > 1
          ? `${n} comments on ${video} wait for your review`
          : `A comment by ${who} on ${video} waits for your review`,
      milestone: (_: string, __: string, n: number) =>
        `You have ${one(n, "follower", "followers")}`,
      ready: (_: string, video: string) => `${video} is ready`,
      failed: (_: string, video: string) => `${video} could not be processed`,
      moderation: () => "A moderator has decided about something of yours",
    },
    sectionHint: "What you are told of, here and by mail.",
    inApp: "Here",
    byMail: "By mail",
    kindNames: {
      video: "New videos of channels that you follow",
      comment: "Comments on your videos",
      reply: "Replies to your comments",
      mention: "Comments that mention you",
      like: "Likes of your videos and comments",
      follow: "New followers",
      review: "Comments that wait for your review",
      milestone: "Round numbers of followers",
      ready: "Your video is ready",
      failed: "Your video could not be processed",
      moderation: "Decisions of moderators",
    },
    digest: "A summary by mail",
    digests: { off: "Never", daily: "Every day", weekly: "Every week" },
  },
  feed: {
    title: "Following",
    empty: "Nothing here yet",
    emptyHint: "Follow channels, and their newest videos stand here.",
    find: "Look at the newest videos",
    quiet: "The channels that you follow have no videos yet.",
    channels: "Followed channels",
    noChannels: "You follow no channel yet",
    latest: (when: string) => `latest video ${when}`,
  },
  library: {
    title: "Library",
    all: "Show all",
    history: "History",
    historyEmpty: "Nothing watched yet",
    historyEmptyHint: "What you watch stands here, and goes on where you left it.",
    paused: "Your history is paused: what you watch is not kept.",
    pause: "Pause history",
    resume: "Keep history again",
    nowPaused: "From now on nothing is kept of what you watch.",
    nowKept: "What you watch is kept again.",
    clear: "Clear history",
    clearSure: "Clear your history?",
    clearHint: "What you watched, and where you left it, is forgotten for good.",
    cleared: "Your history is empty.",
    forget: (title: string) => `Take “${title}” out of your history`,
    watched: (when: string) => `watched ${when}`,
    today: "Today",
    yesterday: "Yesterday",
    videos: "My videos",
  },
  playlists: {
    title: "Playlists",
    later: "Watch later",
    none: "No playlists yet",
    noneHint: "Put videos in an order of your own, for you or for everybody.",
    create: "New playlist",
    edit: "Edit",
    editOf: (title: string) => `Edit “${title}”`,
    remove: "Delete",
    removeSure: "Delete this playlist?",
    removeHint: "The list goes for good. The videos in it stay.",
    removed: "The playlist is deleted.",
    name: "Title",
    nameMissing: "A title is needed.",
    nameLong: "At most 150 characters.",
    description: "Description",
    descriptionLong: "At most 5,000 characters.",
    visibility: "Who sees it",
    visibilities: { private: "Only you", unlisted: "Who has the link", public: "Everybody" },
    by: (name: string) => `by ${name}`,
    changed: (when: string) => `changed ${when}`,
    playAll: "Play all",
    empty: "There is nothing in this list yet",
    emptyHint: "“Save” below a video puts it here.",
    hidden: (n: number) =>
      `${one(n, "video is", "videos are")} not shown: gone, or not for everybody.`,
    gone: "This playlist is not here",
    goneHint: "It was deleted, never was, or is private.",
    takeOut: (title: string) => `Take “${title}” out of the list`,
    takenOut: "Taken out of the list.",
    up: (title: string) => `Move “${title}” up`,
    down: (title: string) => `Move “${title}” down`,
    grip: "Drag to another place",
    moved: (title: string, place: number, of: number) => `“${title}” is now ${place} of ${of}.`,
    inList: (place: number, of: number) => `${place} of ${of}`,
    share: "Copy link",
  },
  blocks: {
    title: "Blocked channels",
    hint: "They can't comment on your videos, reply to you or mention you, and neither of you sees the other's comments.",
    none: "You block nobody.",
    unblock: "Unblock",
    unblocked: (name: string) => `${name} is not blocked any more.`,
  },
};

export type OwnTexts = typeof ownEn;
