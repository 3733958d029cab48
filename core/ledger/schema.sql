-- The ledger of a run of oxbridge: what was done with each input, in a SQLite
-- file that any SQLite tool may read at any time, also while the run goes on:
--
--   sqlite3 out/.oxbridge/RUN/ledger.db 'select * from failures'
--
-- Times are in Unix milliseconds unless the name says otherwise. Paths that are
-- no UTF-8 are blobs. PRAGMA user_version is the version of this schema; columns
-- and tables may be added without a new one.

CREATE TABLE run (              -- one row
  id        TEXT PRIMARY KEY,   -- the name of the ledger's folder
  made      INTEGER NOT NULL,   -- when the ledger was made
  identity  TEXT NOT NULL       -- JSON: what outputs depend on: format, options, versions, paths
) STRICT;

CREATE TABLE invocation (       -- one row each time that the command was run
  n         INTEGER PRIMARY KEY,
  started   INTEGER NOT NULL,
  seen      INTEGER NOT NULL,   -- when it last wrote
  ended     INTEGER,            -- NULL while it runs, or when it was killed
  state     TEXT NOT NULL,      -- running, finished, interrupted or aborted
  reason    TEXT,               -- what ended it early
  host      TEXT NOT NULL,
  pid       INTEGER NOT NULL,
  program   TEXT NOT NULL,      -- version of oxbridge
  command   TEXT NOT NULL,      -- JSON: the arguments
  items     INTEGER NOT NULL,   -- inputs planned
  bytes     INTEGER NOT NULL,   -- bytes of the inputs planned
  done      INTEGER NOT NULL    -- inputs that were done before
) STRICT;

CREATE TABLE plugin (
  id        INTEGER PRIMARY KEY,
  name      TEXT NOT NULL UNIQUE -- name and version
) STRICT;

CREATE TABLE input (            -- one row for each input, as it was last seen
  id          INTEGER PRIMARY KEY,
  path        ANY NOT NULL UNIQUE, -- as the user would write it; members of archives as ARCHIVE!MEMBER
  size        INTEGER NOT NULL,    -- bytes
  mtime_ns    INTEGER,             -- when it had last changed, Unix nanoseconds
  sha256      TEXT,                -- NULL when it was not read to its end
  state       TEXT NOT NULL,       -- converted, skipped or failed
  reason      TEXT,                -- why it was skipped or failed
  severity    INTEGER NOT NULL,    -- of its worst problem: 0 none, 1 info, 2 loss, 3 error
  attempts    INTEGER NOT NULL,
  plugin      INTEGER REFERENCES plugin(id),
  invocation  INTEGER NOT NULL REFERENCES invocation(n), -- that did it last
  shard       INTEGER NOT NULL,    -- of that invocation's plan
  finished    INTEGER NOT NULL,
  duration_us INTEGER NOT NULL     -- microseconds
) STRICT;

CREATE TABLE output (           -- the last output made for an input, also when the input failed since
  input     INTEGER NOT NULL REFERENCES input(id),
  name      ANY NOT NULL UNIQUE, -- below the folder of the outputs, with slashes
  size      INTEGER NOT NULL,    -- bytes
  sha256    TEXT NOT NULL
) STRICT;
CREATE INDEX output_input ON output(input);

CREATE TABLE problem (          -- what was lost or repaired
  input     INTEGER NOT NULL REFERENCES input(id),
  code      TEXT NOT NULL,      -- see: oxbridge explain CODE
  severity  INTEGER NOT NULL,   -- 1 info, 2 loss, 3 error
  object    TEXT,               -- the attachment, recipient or embedded message concerned; NULL for the message
  tag       INTEGER,            -- the property concerned, as PidTag numbers with their type
  part      TEXT,               -- the MIME part, header field or stream concerned
  detail    TEXT
) STRICT;
CREATE INDEX problem_input ON problem(input);

CREATE TABLE shard (            -- reports of shards that were taken into the ledger
  plan      TEXT NOT NULL,      -- the folder of the plan, in the ledger's folder
  n         INTEGER NOT NULL,
  PRIMARY KEY (plan, n)
) STRICT, WITHOUT ROWID;

CREATE VIEW failures AS
  SELECT path, reason, size, attempts FROM input WHERE state = 'failed' ORDER BY path;

CREATE VIEW losses AS
  SELECT i.path, p.code, p.object, p.part, p.detail FROM problem p JOIN input i ON i.id = p.input
  WHERE p.severity >= 2 ORDER BY i.path;

CREATE VIEW problem_counts AS
  SELECT code, max(severity) AS severity, count(*) AS problems, count(DISTINCT input) AS inputs
  FROM problem GROUP BY code ORDER BY problems DESC;
