-- What each service's database user may do, by table and column. Run after every migration.
-- Tables that are not named here are closed to the user.

-- Events are a log: whoever publishes or consumes writes rows, and changes nothing of them but the
-- place that they get.

-- auth: accounts and sign-in.
GRANT SELECT, INSERT, UPDATE, DELETE ON Channels TO vireo_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON ChannelDetails TO vireo_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON SignInPairs TO vireo_auth;
GRANT SELECT, INSERT, DELETE ON SignInFailures TO vireo_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON KnownAddresses TO vireo_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON SigningKeys TO vireo_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON Sessions TO vireo_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON RefreshTokens TO vireo_auth;
GRANT SELECT, INSERT, DELETE ON EmailTokens TO vireo_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON MailedAddresses TO vireo_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON ReservedNames TO vireo_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON EmailChanges TO vireo_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON KnownDevices TO vireo_auth;
GRANT SELECT, INSERT, DELETE ON Browsers TO vireo_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON Jobs TO vireo_auth;
GRANT SELECT, INSERT, UPDATE (Place) ON Events TO vireo_auth;
GRANT SELECT, INSERT, UPDATE ON EventLog TO vireo_auth;
GRANT SELECT, INSERT, UPDATE ON EventPlaces TO vireo_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON EventFailures TO vireo_auth;
GRANT SELECT ON JobTurns TO vireo_auth;
-- Its worker hands mails over, gives what they say, and fetches what came of them.
GRANT SELECT, INSERT, UPDATE, DELETE ON OutgoingMails TO vireo_auth;
-- Of videos it sees which files go with a channel that is deleted.
GRANT SELECT (ChannelID, PathHash, VideoID) ON Videos TO vireo_auth;
GRANT SELECT (ChannelID, Name) ON ChannelPictures TO vireo_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON IdempotentRequests TO vireo_auth;
GRANT SELECT, INSERT, UPDATE ON Preferences TO vireo_auth;
-- Who may decide about others; each grant stands in the audit log, which nobody changes.
GRANT SELECT, INSERT, UPDATE, DELETE ON Roles TO vireo_auth;
GRANT SELECT, INSERT ON AuditLog TO vireo_auth;
GRANT SELECT, INSERT, UPDATE ON AuditHead TO vireo_auth;

-- catalog: videos, and the public part of channels. It can't read a password hash or an address.
GRANT SELECT (ChannelID, Username, CreatedAt, SuspendedAt) ON Channels TO vireo_catalog;
GRANT SELECT ON Roles TO vireo_catalog;
GRANT SELECT, INSERT, UPDATE ON ChannelTexts TO vireo_catalog;
GRANT SELECT, INSERT, UPDATE, DELETE ON Videos TO vireo_catalog;
GRANT SELECT, INSERT, DELETE ON VideoViewers TO vireo_catalog;
-- It decides who sees a video, and signs that for addresses (ADR 0062).
GRANT SELECT, INSERT ON GrantKeys TO vireo_catalog;
GRANT SELECT, INSERT, UPDATE ON Gates TO vireo_catalog;
GRANT SELECT, INSERT, DELETE ON SearchWords TO vireo_catalog;
GRANT SELECT, INSERT, UPDATE ON ChannelStats TO vireo_catalog;
GRANT SELECT, INSERT, UPDATE ON ChannelWrites TO vireo_catalog;
GRANT SELECT, INSERT, UPDATE (RequestKey) ON HashPaths TO vireo_catalog;
-- Whether somebody is sending a body.
GRANT SELECT (ChannelID, Kind, LeaseUntil) ON OpenUploads TO vireo_catalog;
GRANT SELECT (PathHash, ExpiresAt) ON TusUploads TO vireo_catalog;
GRANT SELECT (ChannelID, Name) ON ChannelPictures TO vireo_catalog;
GRANT SELECT, INSERT, UPDATE (Place) ON Events TO vireo_catalog;
GRANT SELECT, INSERT, UPDATE ON EventLog TO vireo_catalog;
GRANT SELECT, INSERT, UPDATE ON EventPlaces TO vireo_catalog;
GRANT SELECT, INSERT, UPDATE, DELETE ON EventFailures TO vireo_catalog;
-- Community counts what people do with videos, and knows what a viewer did.
GRANT SELECT (VideoID, Comments, Views) ON VideoCounters TO vireo_catalog;
GRANT SELECT (VideoID, ChannelID, Reaction) ON Reactions TO vireo_catalog;
-- What community counts, and what a viewer has with a channel or a video.
GRANT SELECT ON ChannelCounters TO vireo_catalog;
GRANT SELECT (FollowerID, ChannelID, Notify) ON Subscriptions TO vireo_catalog;
GRANT SELECT (ChannelID, VideoID, Position) ON WatchHistory TO vireo_catalog;
GRANT SELECT ON SigningKeys TO vireo_catalog;
GRANT SELECT (SessionID, ChannelID, SeenAt), UPDATE (SeenAt) ON Sessions TO vireo_catalog;
GRANT SELECT, INSERT, UPDATE, DELETE ON IdempotentRequests TO vireo_catalog;

-- community: what people do with videos and each other. Of videos and channels it sees what lists show.
-- It decides what is hidden, and nothing else of them.
GRANT SELECT (ChannelID, Username, CreatedAt, SuspendedAt), UPDATE (SuspendedAt)
    ON Channels TO vireo_community;
GRANT SELECT ON Roles TO vireo_community;
GRANT SELECT ON ChannelTexts TO vireo_community;
-- Whether somebody wants a history to be kept.
GRANT SELECT ON Preferences TO vireo_community;
GRANT SELECT (VideoID, PathHash, ChannelID, Title, Upload, Duration, Width, Height, `Like`, Dislike,
    ThumbnailVersion, State, CommentsPolicy, Reason, HiddenBy, IsPublic, Stream, Storyboard,
    Visibility, PublishedAt),
    UPDATE (`Like`, Dislike, HiddenBy) ON Videos TO vireo_community;
GRANT SELECT ON VideoViewers TO vireo_community;
GRANT SELECT, INSERT, UPDATE ON ChannelStats TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON ModerationCases TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON Reports TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON Reporters TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON ReportWrites TO vireo_community;
-- A decision stays; what it says of a person who is gone is emptied, and it is appealed once.
GRANT SELECT, INSERT, UPDATE (Note, Title, InForce, Appeal, AppealedAt) ON Decisions TO vireo_community;
GRANT SELECT, INSERT ON AuditLog TO vireo_community;
GRANT SELECT, INSERT, UPDATE ON AuditHead TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON CommentFilters TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON CommentSyncs TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON Blocks TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON Notices TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON NoticeBoxes TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON NoticesTold TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON NoticeSettings TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON NoticeDigests TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON NoticeFanouts TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON NoticeFanoutVideos TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON NoticeMails TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON NoticeMailDays TO vireo_community;
GRANT SELECT, INSERT, DELETE ON PendingRemovals TO vireo_community;
GRANT SELECT, INSERT, UPDATE (Place) ON Events TO vireo_community;
GRANT SELECT, INSERT, UPDATE ON EventLog TO vireo_community;
GRANT SELECT, INSERT, UPDATE ON EventPlaces TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON EventFailures TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON Reactions TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON Comments TO vireo_community;
GRANT SELECT, INSERT, DELETE ON CommentLikes TO vireo_community;
GRANT SELECT, INSERT, DELETE ON GoneComments TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON CommentWrites TO vireo_community;
GRANT SELECT, INSERT, DELETE ON YoungWrites TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON VideoCounters TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON ChannelCounters TO vireo_community;
GRANT SELECT, INSERT, DELETE ON ViewKeys TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON ViewSessions TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON ViewMarks TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON ViewBudgets TO vireo_community;
-- Appended to, and folded into the base; nobody changes a row.
GRANT SELECT, INSERT, DELETE ON ViewLog TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON ViewBase TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON WatchHistory TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON Subscriptions TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON Playlists TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON PlaylistVideos TO vireo_community;
GRANT SELECT ON SigningKeys TO vireo_community;
GRANT SELECT (SessionID, ChannelID, SeenAt), UPDATE (SeenAt) ON Sessions TO vireo_community;
GRANT SELECT, INSERT, UPDATE, DELETE ON IdempotentRequests TO vireo_community;

-- media: bytes, and the jobs of its worker. Of channels it sees that they exist.
GRANT SELECT (ChannelID, SuspendedAt) ON Channels TO vireo_media;
-- Which videos are not open to everybody, and who may see them all the same.
GRANT SELECT (VideoID, PathHash, ChannelID, HiddenBy, IsPublic, State, Duration, Visibility)
    ON Videos TO vireo_media;
GRANT SELECT ON VideoViewers TO vireo_media;
GRANT SELECT ON Roles TO vireo_media;
GRANT SELECT, INSERT, UPDATE, DELETE ON Uploads TO vireo_media;
GRANT SELECT, INSERT, UPDATE, DELETE ON Renditions TO vireo_media;
GRANT SELECT, INSERT, UPDATE ON MediaFigures TO vireo_media;
GRANT SELECT, INSERT, UPDATE, DELETE ON Captions TO vireo_media;
GRANT SELECT, INSERT, UPDATE, DELETE ON FileChapters TO vireo_media;
GRANT SELECT, INSERT, UPDATE, DELETE ON VideoPictures TO vireo_media;
GRANT SELECT, INSERT, UPDATE, DELETE ON OpenUploads TO vireo_media;
GRANT SELECT, INSERT, UPDATE, DELETE ON TusUploads TO vireo_media;
GRANT SELECT, INSERT, UPDATE ON Gates TO vireo_media;
GRANT SELECT, INSERT, UPDATE, DELETE ON GrantKeys TO vireo_media;
GRANT SELECT, INSERT, UPDATE, DELETE ON ChannelPictures TO vireo_media;
GRANT SELECT, INSERT, UPDATE, DELETE ON Exports TO vireo_media;
GRANT SELECT, INSERT, UPDATE, DELETE ON Jobs TO vireo_media;
-- Of events it deletes those that everybody has passed.
GRANT SELECT, INSERT, UPDATE (Place), DELETE ON Events TO vireo_media;
GRANT SELECT, INSERT, UPDATE ON EventLog TO vireo_media;
GRANT SELECT, INSERT, UPDATE ON EventPlaces TO vireo_media;
GRANT SELECT, INSERT, UPDATE, DELETE ON EventFailures TO vireo_media;
GRANT SELECT, INSERT, UPDATE ON JobTurns TO vireo_media;
GRANT SELECT ON SigningKeys TO vireo_media;
GRANT SELECT (SessionID, ChannelID, SeenAt), UPDATE (SeenAt) ON Sessions TO vireo_media;

-- courier: mails that are on their way, and nothing else. It makes none.
GRANT SELECT, UPDATE, DELETE ON OutgoingMails TO vireo_courier;
