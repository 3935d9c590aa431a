-- The schema that an empty database starts from: Vireo's three original tables. What came after
-- is in migrations/. Safe to run again, and on a database that has these tables already.

CREATE TABLE IF NOT EXISTS Channels (
    ChannelID int NOT NULL AUTO_INCREMENT PRIMARY KEY,
    Username varchar(25) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
    Password varchar(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    UNIQUE KEY Username (Username)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_uca1400_ai_ci;

CREATE TABLE IF NOT EXISTS ChannelDetails (
    ChannelID int NOT NULL,
    Fname varchar(25) NOT NULL,
    Mname varchar(25) NOT NULL,
    Lname varchar(25) NOT NULL,
    -- By case it does not compare, by accents it does: they make different mailboxes.
    Email varchar(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_as_ci NOT NULL PRIMARY KEY,
    Birth date NOT NULL,
    UNIQUE KEY ChannelID (ChannelID),
    CONSTRAINT ChannelDetailsChannel FOREIGN KEY (ChannelID)
        REFERENCES Channels (ChannelID) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_uca1400_ai_ci;

CREATE TABLE IF NOT EXISTS Videos (
    VideoID int NOT NULL AUTO_INCREMENT PRIMARY KEY,
    PathHash varchar(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    ChannelID int NOT NULL,
    Title varchar(255) NOT NULL,
    Description mediumtext NOT NULL,
    Upload datetime NOT NULL,
    `Like` int NOT NULL DEFAULT 0,
    Dislike int NOT NULL DEFAULT 0,
    UNIQUE KEY PathHash (PathHash),
    CONSTRAINT VideosChannel FOREIGN KEY (ChannelID)
        REFERENCES Channels (ChannelID) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_uca1400_ai_ci;
