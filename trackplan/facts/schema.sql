-- The fact base of trackplan: what a team collects, what it stores, who uses it, and why.
-- Rules and `trackplan query` read these tables; nothing else is promised to them.
-- Every subject has an integer `key` for joins and a text `id` for people. Dates are ISO text.
--
-- Words that mean the same in every table; text is '' where nothing is said, dates are NULL:
--   `place`        where it is written; NULL where nothing declares it
--   `name`         as written, or as the dialect folds it; the last part of the id
--   `title`        what people call it
--   `description`  what it is, in the team's words
--   `owner`        who answers for it, as far as somebody is named
--   `tag`          a free label
--   `parent`       the one that this is a part of; NULL at the top
--   `introduced`   the day on which collecting began, or begins
--   `expires`      the last day on which it is collected
--   `sensitivity`  how personal it is, as declared
--   `needed`       1 if an active need selects it
--   `used`         1 if a counting consumer reaches it, 0 if none does, NULL if nobody can say
--   `star_only`    1 if it is used by stars alone
--   `carried`      1 if a model reads it
--   `reason`       one clause that tells why
--   `kind`, `type`, `how`, `status`   one of the words that the CHECK lists
PRAGMA user_version = 1;

-- One row: the day and the policy of the run.
CREATE TABLE run (
  today               TEXT NOT NULL,    -- the day the run judges by, YYYY-MM-DD
  dialect             TEXT NOT NULL,    -- default SQL dialect of the project, '' for generic SQL
  planning_end        TEXT NOT NULL,    -- last day of the planning horizon; needs beyond it do not justify collecting today
  grace_days          INTEGER NOT NULL, -- days after `introduced` in which an idle field is only mentioned
  personal_needs      TEXT NOT NULL CHECK (personal_needs IN ('explicit', 'any')), -- whether personal data wants a need that names it
  minimum_coverage    REAL NOT NULL     -- share of statements understood below which nothing in a relation is called unused
) STRICT;

-- One row per kind of input: whether the project names any, and how much was read.
CREATE TABLE evidence (
  kind       TEXT PRIMARY KEY CHECK (kind IN ('plans', 'use_cases', 'warehouse', 'models', 'consumers', 'tombstones')),
  configured INTEGER NOT NULL,          -- 1 if the project names this kind of input
  files      INTEGER NOT NULL,          -- files read
  subjects   INTEGER NOT NULL,          -- fields, use cases, columns, models, consumers or tombstones found
  statements INTEGER NOT NULL,          -- SQL statements seen of models (with the warehouse's views) and of consumers; else 0
  understood INTEGER NOT NULL,          -- of these, understood; names in them may still be in `unresolved`
  broken     INTEGER NOT NULL           -- 1 if some of it could not be read, so that nothing proves what is missing
) STRICT;

-- A file of the project that was read or should have been.
CREATE TABLE file (
  key  INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,            -- below the project folder, with '/'
  kind TEXT NOT NULL CHECK (kind IN ('project', 'plan', 'use_cases', 'warehouse', 'model', 'consumer', 'tombstones', 'dictionary', 'taxonomy', 'dbt'))
) STRICT;

-- A range of text in a file; findings point at places.
CREATE TABLE place (
  key        INTEGER PRIMARY KEY,
  file       INTEGER NOT NULL REFERENCES file,
  line       INTEGER NOT NULL,          -- from 1; 0 for the file as a whole
  "column"   INTEGER NOT NULL,          -- from 1
  end_line   INTEGER NOT NULL,          -- where it ends
  end_column INTEGER NOT NULL           -- the column after the last character
) STRICT;

-- Input that is wrong.
CREATE TABLE problem (
  key     INTEGER PRIMARY KEY,
  kind    TEXT NOT NULL CHECK (kind IN (
            'invalid',                  -- breaks the schema of its file
            'unreadable',               -- missing, binary, too large, wrong encoding
            'duplicate',                -- defined twice
            'no-match',                 -- a pattern or selector that matches nothing
            'ambiguous',                -- a selector that means more than one plan
            'stale',                    -- made from files that have changed since
            'reference')),              -- names something that does not exist
  message TEXT NOT NULL,                -- one sentence
  hint    TEXT NOT NULL,                -- how to mend it; may be empty
  fatal   INTEGER NOT NULL,             -- 1 if the job cannot be done without it (exit code 2)
  place   INTEGER NOT NULL REFERENCES place
) STRICT;

-- What silences findings: a comment beside the code, an entry of the project file, or one of the baseline. Filled once
-- the other rules have run, for the rules that judge suppressions; empty for `trackplan query`.
CREATE TABLE suppression (
  key     INTEGER PRIMARY KEY,
  kind    TEXT NOT NULL CHECK (kind IN ('inline', 'project', 'baseline')),
  place   INTEGER NOT NULL REFERENCES place,
  text    TEXT NOT NULL,                -- how it calls itself, such as ignore[TP102]; in the baseline, the rule's id
  subject TEXT NOT NULL,                -- what it is about: the finding's subject in the baseline, else a file or pattern
  reason  TEXT NOT NULL,                -- may be empty
  owner   TEXT NOT NULL,                -- may be empty
  until   TEXT,                         -- its last day, YYYY-MM-DD
  problem TEXT,                         -- why it cannot be used
  judged  INTEGER NOT NULL,             -- 1 if each of its rules was run
  hits    INTEGER NOT NULL,             -- findings that it is meant for
  count   INTEGER NOT NULL              -- findings that an entry of the baseline stands for, else 1
) STRICT;

-- A tracking plan.
CREATE TABLE plan (
  key         INTEGER PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,
  format      TEXT NOT NULL,            -- the reader that understood it
  owner       TEXT NOT NULL,            -- '' if none
  description TEXT NOT NULL,
  place       INTEGER NOT NULL REFERENCES place
) STRICT;

-- A call that is collected: a tracked event, or identify, group, page, screen; `context` is what every event carries.
CREATE TABLE event (
  key         INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,     -- plan/Event
  plan        INTEGER NOT NULL REFERENCES plan,
  name        TEXT NOT NULL,
  type        TEXT NOT NULL CHECK (type IN ('track', 'identify', 'group', 'page', 'screen', 'context')),
  description TEXT NOT NULL,
  owner       TEXT NOT NULL,            -- own owner, else the plan's, else ''
  status      TEXT NOT NULL CHECK (status IN ('planned', 'active', 'deprecated', 'blocked')),
  introduced  TEXT,
  expires     TEXT,
  volume      INTEGER,                  -- about how many come in a month; NULL if the plan does not say
  place       INTEGER NOT NULL REFERENCES place
) STRICT;

CREATE TABLE event_tag (
  event INTEGER NOT NULL REFERENCES event,
  tag   TEXT NOT NULL,
  PRIMARY KEY (event, tag)
) STRICT, WITHOUT ROWID;

-- A tool that an event is sent to.
CREATE TABLE event_destination (
  event       INTEGER NOT NULL REFERENCES event,
  destination TEXT NOT NULL,            -- the tool
  PRIMARY KEY (event, destination)
) STRICT, WITHOUT ROWID;

-- A property or trait of an event; nested ones name their parent.
CREATE TABLE field (
  key         INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,     -- plan/Event.path
  event       INTEGER NOT NULL REFERENCES event,
  parent      INTEGER REFERENCES field,
  name        TEXT NOT NULL,            -- last segment of the path
  path        TEXT NOT NULL,            -- segments as a JSON list
  type        TEXT NOT NULL,            -- JSON types in alphabetical order joined by '|', without null; 'any' if not said
  required    INTEGER NOT NULL,         -- 1 if the event is invalid without it
  "values"    TEXT,                     -- allowed values as a JSON list, or NULL
  description TEXT NOT NULL,
  owner       TEXT NOT NULL,            -- own owner, else the event's
  sensitivity TEXT NOT NULL CHECK (sensitivity IN ('', 'none', 'internal', 'personal', 'special')), -- '' if not declared
  status      TEXT NOT NULL CHECK (status IN ('planned', 'active', 'deprecated', 'blocked')),
  introduced  TEXT,                     -- own date, else the event's
  expires     TEXT,                     -- own date, else the event's
  place       INTEGER NOT NULL REFERENCES place
) STRICT;
CREATE INDEX field_event ON field (event);
CREATE INDEX field_parent ON field (parent);
CREATE INDEX field_path ON field (path, event, type);

CREATE TABLE field_tag (
  field INTEGER NOT NULL REFERENCES field,
  tag   TEXT NOT NULL,
  PRIMARY KEY (field, tag)
) STRICT, WITHOUT ROWID;

-- A table, view, model, seed or snapshot.
CREATE TABLE relation (
  key         INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,     -- schema.table, as much of it as is given
  kind        TEXT NOT NULL CHECK (kind IN ('table', 'view', 'model', 'seed', 'snapshot')),
  raw         INTEGER NOT NULL,         -- 1 if no model of the project builds it, or events land in it
  open        INTEGER NOT NULL,         -- 1 if it may hold columns that nothing declares
  declared    INTEGER NOT NULL,         -- 1 if warehouse, dbt or models name it; 0 if SQL only reads it
  governed    INTEGER NOT NULL,         -- 1 if a plan says what lands in it
  description TEXT NOT NULL,
  owner       TEXT NOT NULL,
  place       INTEGER REFERENCES place  -- where it is declared or built; else where it is first read
) STRICT;

-- A column of a relation that somebody else stores (`relation.raw`), or a key inside a struct, array or JSON column.
CREATE TABLE stored_column (
  key         INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,     -- schema.table.column.path
  relation    INTEGER NOT NULL REFERENCES relation,
  parent      INTEGER REFERENCES "column",
  name        TEXT NOT NULL,            -- last segment
  path        TEXT NOT NULL,            -- segments from the column down, as a JSON list
  type        TEXT NOT NULL,            -- as declared; '' if unknown
  description TEXT NOT NULL,
  sensitivity TEXT NOT NULL CHECK (sensitivity IN ('', 'none', 'internal', 'personal', 'special')),
  declared    INTEGER NOT NULL,         -- 1 if warehouse, dbt or a model's select list names it; 0 if a plan or a query does
  pipeline    INTEGER NOT NULL,         -- 1 if the loader adds it to every table (received_at, context_library_name, ...)
  place       INTEGER REFERENCES place
) STRICT;
CREATE INDEX stored_column_relation ON stored_column (relation);
CREATE INDEX stored_column_parent ON stored_column (parent);

-- A column of a model, seed, snapshot or view; the same as `stored_column`.
CREATE TABLE built_column (
  key         INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,     -- schema.table.column.path
  relation    INTEGER NOT NULL REFERENCES relation,
  parent      INTEGER REFERENCES "column",
  name        TEXT NOT NULL,            -- last segment
  path        TEXT NOT NULL,            -- segments from the column down, as a JSON list
  type        TEXT NOT NULL,            -- as declared; '' if unknown
  description TEXT NOT NULL,
  sensitivity TEXT NOT NULL CHECK (sensitivity IN ('', 'none', 'internal', 'personal', 'special')),
  declared    INTEGER NOT NULL,         -- 1 if warehouse, dbt or a model's select list names it; 0 if a plan or a query does
  pipeline    INTEGER NOT NULL,         -- 1 if the loader adds it to every table (received_at, context_library_name, ...)
  place       INTEGER REFERENCES place
) STRICT;
CREATE INDEX built_column_relation ON built_column (relation);
CREATE INDEX built_column_parent ON built_column (parent);

-- All columns; rules about what is stored do better to read `stored_column`, which is there without further work.
CREATE VIEW "column" AS
  SELECT * FROM stored_column UNION ALL SELECT * FROM built_column;

CREATE TABLE column_tag (
  "column" INTEGER NOT NULL REFERENCES "column",
  tag      TEXT NOT NULL,
  PRIMARY KEY ("column", tag)
) STRICT, WITHOUT ROWID;

-- Who finally uses data: a query, dashboard, exposure, sync, or, where no consumer is declared, a leaf model.
CREATE TABLE consumer (
  key    INTEGER PRIMARY KEY,
  id     TEXT NOT NULL UNIQUE,          -- kind.name
  kind   TEXT NOT NULL,                 -- dashboard, query, exposure, model, test, ...
  class  TEXT NOT NULL DEFAULT 'person' CHECK (class IN ( -- what its use amounts to
           'person',                    -- people ask for it: queries, notebooks, analyses
           'dashboard',                 -- people look at it: dashboards, reports, metrics
           'export',                    -- it is sent on: exports, syncs, applications
           'ml',                        -- machines learn from it
           'test',                      -- it is only tested
           'build',                     -- it is only built or filled in later
           'model')),                   -- a leaf model that stands in where no consumer is declared
  name   TEXT NOT NULL,
  title  TEXT NOT NULL,
  owner  TEXT NOT NULL,
  counts INTEGER NOT NULL,              -- 1 if being read by it makes a column used: policy.counting lists its class
  place  INTEGER REFERENCES place
) STRICT;

-- Somebody's SQL refers to a column. Exactly one of `relation` (the model being built) and `consumer` is set.
CREATE TABLE use (
  key      INTEGER PRIMARY KEY,
  relation INTEGER REFERENCES relation,
  consumer INTEGER REFERENCES consumer,
  "column" INTEGER NOT NULL REFERENCES "column",
  how      TEXT NOT NULL CHECK (how IN ('output', 'filter', 'join', 'group', 'order', 'window', 'distinct', 'star')),
  certain  INTEGER NOT NULL,            -- 0 if the name may mean another column
  transform TEXT NOT NULL DEFAULT '',   -- what is left of the value: '' all of it; as text, cast; mixed (with others), packed
                                        -- (in a struct or list), extreme (a smallest or largest); counted, estimated, told
                                        -- apart, equality, joined, range, ordered, aggregated, hashed; 'truncated to month',
                                        -- 'prefix of 3', 'rounded to 1', domain, host, path (without query); computed
  place    INTEGER REFERENCES place
) STRICT;
CREATE INDEX use_column ON use ("column");

-- A column's value goes into a column of a model.
CREATE TABLE flow (
  source INTEGER NOT NULL REFERENCES "column", -- where the value comes from
  target INTEGER NOT NULL REFERENCES "column", -- the column of the model
  PRIMARY KEY (source, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX flow_target ON flow (target);

-- A consumer depends on a column of `stored_column` through any number of models, by value or by row influence.
CREATE TABLE stored_reach (
  "column" INTEGER NOT NULL REFERENCES "column",
  consumer INTEGER NOT NULL REFERENCES consumer,
  strength TEXT NOT NULL CHECK (strength IN (
             'named',                   -- the consumer names what it takes
             'star',                    -- only because the consumer takes a relation whole
             'possible')),              -- something unresolved may hide the use; at most 20 consumers of a column are listed so
  PRIMARY KEY ("column", consumer)
) STRICT, WITHOUT ROWID;

-- A consumer depends on a column of `built_column`; the same as `stored_reach`.
CREATE TABLE built_reach (
  "column" INTEGER NOT NULL REFERENCES "column",
  consumer INTEGER NOT NULL REFERENCES consumer,
  strength TEXT NOT NULL CHECK (strength IN ('named', 'star', 'possible')),
  PRIMARY KEY ("column", consumer)
) STRICT, WITHOUT ROWID;

-- A consumer depends on any column; rules about what is stored do better to read `stored_reach`.
CREATE VIEW reach AS
  SELECT * FROM stored_reach UNION ALL SELECT * FROM built_reach;

-- A consumer depends on the rows of a relation, be it only to count them.
CREATE TABLE relation_reach (
  relation INTEGER NOT NULL REFERENCES relation,
  consumer INTEGER NOT NULL REFERENCES consumer,
  strength TEXT NOT NULL CHECK (strength IN ('named', 'star', 'possible')),
  PRIMARY KEY (relation, consumer)
) STRICT, WITHOUT ROWID;

-- A model carries or reads a raw column, directly or through other models.
CREATE TABLE carry (
  "column" INTEGER NOT NULL REFERENCES "column",
  relation INTEGER NOT NULL REFERENCES relation, -- the model
  PRIMARY KEY ("column", relation)
) STRICT, WITHOUT ROWID;

-- SQL that could not be understood or resolved: its reason and place, never a silent drop.
CREATE TABLE unresolved (
  key     INTEGER PRIMARY KEY,
  reason  TEXT NOT NULL CHECK (reason IN (
            'syntax',                   -- does not parse in its dialect
            'template',                 -- holds Jinja that is not rendered
            'dynamic',                  -- builds SQL at run time
            'unsupported',              -- a statement that is not analysed
            'unreadable',               -- a file that could not be read
            'unknown-column',           -- no source of the query has such a column
            'ambiguous',                -- more than one source may have the column
            'ambiguous-relation',       -- a table name that more than one relation answers to
            'unknown-relation',         -- a consumer reads a relation that nothing here declares or builds
            'circular')),               -- a view that depends on itself
  name    TEXT NOT NULL,                -- what was asked for; '' for a whole statement
  detail  TEXT NOT NULL,                -- one clause for people, without literals of the SQL
  place   INTEGER NOT NULL REFERENCES place
) STRICT;

-- Why nobody can say that a column is unused.
CREATE TABLE doubt (
  "column" INTEGER NOT NULL REFERENCES "column",
  nth      INTEGER NOT NULL,            -- from 0: what is to be mended first stands first
  reason   TEXT NOT NULL,               -- a clause: "models/x.sql:3 could not be parsed and may use it"
  PRIMARY KEY ("column", nth)
) STRICT, WITHOUT ROWID;

-- A sentence about the run that every output repeats.
CREATE TABLE note (
  key  INTEGER PRIMARY KEY,
  text TEXT NOT NULL                    -- one sentence
) STRICT;

-- Per relation: how many statements read it, and how many of these were understood.
CREATE TABLE coverage (
  relation   INTEGER PRIMARY KEY REFERENCES relation,
  statements INTEGER NOT NULL,          -- that read it
  understood INTEGER NOT NULL           -- of these, understood; names in them may still be in `unresolved`
) STRICT;

-- Relations of which too few readers were understood to call anything in them unused, or less than needed.
CREATE VIEW low_coverage AS
  SELECT c.relation,
         'only ' || c.understood || ' of the ' || c.statements || ' statements that read ' || r.id || ' '
         || CASE c.understood WHEN 1 THEN 'is' ELSE 'are' END || ' understood' AS reason
  FROM coverage c JOIN relation r ON r.key = c.relation JOIN run
  WHERE c.understood < run.minimum_coverage * c.statements;

-- A declared strategic purpose.
CREATE TABLE use_case (
  key         INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,
  title       TEXT NOT NULL,
  owner       TEXT NOT NULL,
  metric      TEXT NOT NULL,            -- the KPI it moves; '' if no outcome is given
  goal        TEXT NOT NULL,            -- how far the metric is to move
  moves       TEXT NOT NULL,            -- the business metric behind the KPI
  stage       TEXT NOT NULL,            -- where on the customer journey
  horizon     TEXT,                     -- last day it is needed
  review_by   TEXT,                     -- by when the use case is looked at again
  legal_basis TEXT NOT NULL,            -- GDPR Art. 6(1), in a word
  data_use    TEXT NOT NULL,            -- what kind of use it is
  retention   TEXT NOT NULL,            -- how long the data is kept for it
  retention_days INTEGER,               -- the same in days; NULL where nothing is said, or no such duration
  special_category_basis TEXT NOT NULL DEFAULT '', -- GDPR Art. 9(2), in a word
  signed_by   TEXT NOT NULL DEFAULT '', -- who agreed to it
  signed_on   TEXT,                     -- when
  signed      TEXT NOT NULL DEFAULT '', -- the fingerprint of what was agreed to
  fingerprint TEXT NOT NULL DEFAULT '', -- the fingerprint of what it says today
  status      TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('proposed', 'active', 'retired')),
  state       TEXT NOT NULL CHECK (state IN ('proposed', 'active', 'expired', 'beyond', 'retired')), -- by its status, its horizon and the planning horizon; only what is active counts
  place       INTEGER NOT NULL REFERENCES place
) STRICT;

-- What the policy allows for data of a category, and of all categories below it that have no line of their own.
CREATE TABLE data_policy (
  category  TEXT PRIMARY KEY,           -- of fideslang, or the team's own
  retention TEXT NOT NULL,              -- the longest that it may be kept
  days      INTEGER,                    -- the same in days; NULL where nothing is said
  forbidden INTEGER NOT NULL,           -- 1 if it must not be collected at all
  place     INTEGER NOT NULL REFERENCES place
) STRICT, WITHOUT ROWID;

-- The uses and legal bases that the policy allows for a category; any, where it lists none of a kind.
CREATE TABLE data_policy_word (
  category TEXT NOT NULL REFERENCES data_policy,
  kind     TEXT NOT NULL CHECK (kind IN ('use', 'legal_basis')),
  word     TEXT NOT NULL,
  PRIMARY KEY (category, kind, word)
) STRICT, WITHOUT ROWID;

-- How long a raw relation keeps its rows, as the policy says.
CREATE TABLE relation_retention (
  relation  INTEGER PRIMARY KEY REFERENCES relation,
  retention TEXT NOT NULL,              -- as it is written
  days      INTEGER NOT NULL,           -- the same in days
  place     INTEGER NOT NULL REFERENCES place
) STRICT;

-- What else a use case says.
CREATE TABLE use_case_detail (
  use_case INTEGER NOT NULL REFERENCES use_case,
  kind     TEXT NOT NULL CHECK (kind IN ('data_subject', 'recipient', 'transfer', 'assumption')),
  value    TEXT NOT NULL,               -- a transfer's country, a recipient, ...
  note     TEXT NOT NULL,               -- a transfer's safeguard
  PRIMARY KEY (use_case, kind, value, note)
) STRICT, WITHOUT ROWID;

-- One alternative of a selector in a use case's `needs`.
CREATE TABLE need (
  key      INTEGER PRIMARY KEY,
  id       TEXT NOT NULL UNIQUE,        -- use-case.selector
  use_case INTEGER NOT NULL REFERENCES use_case,
  selector TEXT NOT NULL,               -- with the braces multiplied out
  why      TEXT NOT NULL,               -- why the use case needs it
  wildcard INTEGER NOT NULL,            -- 1 if it has a *, is a tag, or names a whole event or relation
  hint     TEXT NOT NULL DEFAULT '',    -- the tag or name that may be meant, where there is no such; may be empty
  place    INTEGER NOT NULL REFERENCES place
) STRICT;

-- What a need selects. Exactly one of `event`, `field` and `column` is set.
CREATE TABLE need_match (
  need     INTEGER NOT NULL REFERENCES need,
  event    INTEGER REFERENCES event,
  field    INTEGER REFERENCES field,
  "column" INTEGER REFERENCES "column"
) STRICT;
CREATE INDEX need_match_field ON need_match (field);
CREATE INDEX need_match_column ON need_match ("column");
CREATE INDEX need_match_need ON need_match (need);

-- Something that was pruned, and is to stay gone.
CREATE TABLE tombstone (
  key      INTEGER PRIMARY KEY,
  id       TEXT NOT NULL,               -- the id that it had
  pruned   TEXT NOT NULL,               -- the day from which it is gone
  by       TEXT NOT NULL,               -- who decided it; '' if nobody is named
  reason   TEXT NOT NULL,               -- why; may be empty
  proposal TEXT NOT NULL,               -- by which proposal it was pruned; may be empty
  place    INTEGER NOT NULL REFERENCES place
) STRICT;

-- What has the name of something that was pruned.
CREATE TABLE tombstone_match (
  tombstone INTEGER NOT NULL REFERENCES tombstone,
  kind      TEXT NOT NULL CHECK (kind IN ('event', 'field', 'relation', 'column')),
  key       INTEGER NOT NULL,           -- of the event, field, raw relation or raw column
  PRIMARY KEY (tombstone, kind, key)
) STRICT, WITHOUT ROWID;

-- A consumer that serves a use case.
CREATE TABLE serves (
  consumer INTEGER NOT NULL REFERENCES consumer,
  use_case INTEGER NOT NULL REFERENCES use_case,
  PRIMARY KEY (consumer, use_case)
) STRICT, WITHOUT ROWID;
CREATE INDEX serves_use_case ON serves (use_case);

-- A consumer that a use case lists, and that does not exist.
CREATE TABLE unknown_consumer (
  use_case INTEGER NOT NULL REFERENCES use_case,
  selector TEXT NOT NULL,               -- with the braces multiplied out
  hint     TEXT NOT NULL,               -- the consumer that may be meant; may be empty
  place    INTEGER NOT NULL REFERENCES place
) STRICT;

-- What a field or raw column says of people: as declared, else as its name, type and description tell.
CREATE TABLE classification (
  kind        TEXT NOT NULL CHECK (kind IN ('field', 'column')),
  key         INTEGER NOT NULL,         -- of the field or column
  category    TEXT NOT NULL,            -- a data category of fideslang; '' where only a sensitivity is declared
  sensitivity TEXT NOT NULL CHECK (sensitivity IN ('', 'none', 'internal', 'personal', 'special')),
  confidence  REAL NOT NULL,            -- from 0 to 1; what is declared is certain
  evidence    TEXT NOT NULL,            -- what led to it: 'email' in the name
  declared    INTEGER NOT NULL,         -- 1 if a sensitivity or a tag of it is declared
  contradicts TEXT NOT NULL,            -- the category that its words surely speak of, where the declared one differs
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

-- Data on people, and what tells more of them than its class says, whose smallest form is in `less_data`: what browsers
-- and addresses of pages reveal, what is declared less personal than it seems, and when somebody did something.
CREATE TABLE lessened_subject (
  kind     TEXT NOT NULL CHECK (kind IN ('field', 'column')),
  key      INTEGER NOT NULL,            -- of the field or column
  category TEXT NOT NULL,               -- a data category of fideslang
  PRIMARY KEY (kind, key, category)
) STRICT, WITHOUT ROWID;

-- For each `lessened_subject`: the smallest form of it that serves all its consumers.
CREATE TABLE less_data (
  kind     TEXT NOT NULL CHECK (kind IN ('field', 'column')),
  key      INTEGER NOT NULL,            -- of the field or column
  action   TEXT NOT NULL CHECK (action IN (
             'drop',                    -- no consumer uses it
             'flag',                    -- they only count it: keep whether there is a value
             'coarsen',                 -- a coarser time, or fewer decimals, is all they need
             'truncate',                -- a part of the text is: its beginning, its domain, what is before its query
             'hash',                    -- they only tell values apart
             'bucket',                  -- they only compare it with bounds
             'aggregate',               -- they only add it up
             'none',                    -- somebody takes all of it
             'unknown')),               -- not all that may use it is clear
  form     TEXT NOT NULL,               -- what is to be kept, in the words of use.transform; '' if nothing smaller would do
  keep     TEXT NOT NULL,               -- the same for people: 'its month'
  evidence TEXT NOT NULL,               -- one clause: what the consumers do with it, or why nobody knows
  breaks   TEXT NOT NULL,               -- the consumers, and models, whose SQL would have to change; '' if nothing would
  takers   TEXT NOT NULL,               -- where there is a form: consumer → the forms in which it takes it, as JSON
  advice   TEXT NOT NULL,               -- all that in a sentence or two
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

-- Where a field is stored; a field may land on several columns, a column may hold several fields.
CREATE TABLE landing (
  field      INTEGER NOT NULL REFERENCES field,
  "column"   INTEGER NOT NULL REFERENCES "column",
  convention TEXT NOT NULL,             -- explicit, segment, json-column
  PRIMARY KEY (field, "column")
) STRICT, WITHOUT ROWID;
CREATE INDEX landing_column ON landing ("column");

-- The table that holds an event's rows.
CREATE TABLE landing_relation (
  event    INTEGER NOT NULL REFERENCES event,
  relation INTEGER NOT NULL REFERENCES relation,
  PRIMARY KEY (event, relation)
) STRICT, WITHOUT ROWID;
CREATE INDEX landing_relation_relation ON landing_relation (relation);

-- A table that lies where the events of plans land, looks like one of them, and is in no plan.
CREATE TABLE unplanned_table (
  relation INTEGER PRIMARY KEY REFERENCES relation,
  plans    TEXT NOT NULL                -- the plans that land beside it
) STRICT;

-- A field without a column, and why.
CREATE TABLE unlanded (
  field    INTEGER PRIMARY KEY REFERENCES field,
  kind     TEXT NOT NULL CHECK (kind IN ('no-landing', 'no-table', 'no-column')),
  expected TEXT NOT NULL,               -- the column or table that was looked for; '' with no landing
  reason   TEXT NOT NULL                -- a clause for people
) STRICT;

-- The verdict on each raw column (raw relations only).
CREATE TABLE column_status (
  "column"  INTEGER PRIMARY KEY REFERENCES "column",
  needed    INTEGER NOT NULL,
  used      INTEGER,                    -- 1, 0, or NULL if nobody can say
  star_only INTEGER NOT NULL,           -- 1 if used by stars alone
  carried   INTEGER NOT NULL,           -- 1 if a model reads it
  status    TEXT NOT NULL CHECK (status IN ('keep', 'idle', 'undeclared', 'waste', 'unknown')),
  reason    TEXT NOT NULL,              -- one clause that tells why
  withheld  INTEGER NOT NULL DEFAULT 0, -- 1 if use cases reach it, but as personal data it must be named by one
  users     TEXT NOT NULL DEFAULT '',   -- the first three counting consumers that name it, and how many more
  takers    TEXT NOT NULL DEFAULT '',   -- the same for those that take it by a star alone
  models    TEXT NOT NULL DEFAULT '',   -- the same for the models that carry or read it; only of what is waste
  others    TEXT NOT NULL DEFAULT '',   -- the same for the consumers that read it and do not count; only of what is unused
  use_cases TEXT NOT NULL DEFAULT '',   -- the same for the use cases that need it, or something in it
  shadow    INTEGER NOT NULL,           -- 1 if stored where a plan lands, but in no plan
  lands     INTEGER NOT NULL            -- 1 if a field lands on it; the verdict is then reported at the field
) STRICT;

-- The verdict on each field of the plans.
CREATE TABLE field_status (
  field     INTEGER PRIMARY KEY REFERENCES field,
  needed    INTEGER NOT NULL,
  used      INTEGER,
  star_only INTEGER NOT NULL,
  carried   INTEGER NOT NULL,
  status    TEXT NOT NULL CHECK (status IN ('keep', 'idle', 'undeclared', 'waste', 'unknown')),
  reason    TEXT NOT NULL,
  withheld  INTEGER NOT NULL DEFAULT 0, -- 1 if use cases reach it, but as personal data it must be named by one
  users     TEXT NOT NULL DEFAULT '',   -- the first three counting consumers that name it, and how many more
  takers    TEXT NOT NULL DEFAULT '',   -- the same for those that take it by a star alone
  models    TEXT NOT NULL DEFAULT '',   -- the same for the models that carry or read it; only of what is waste
  others    TEXT NOT NULL DEFAULT '',   -- the same for the consumers that read it and do not count; only of what is unused
  use_cases TEXT NOT NULL DEFAULT ''    -- the same for the use cases that need it, or something in it
) STRICT;

-- Who reads the rows of a raw relation, be it only to count them.
CREATE TABLE relation_status (
  relation INTEGER PRIMARY KEY REFERENCES relation,
  reached  INTEGER NOT NULL,            -- 1 if any consumer may do so
  used     INTEGER,                     -- 1 if a counting consumer does, 0 if none does, NULL if nobody can say
  doubted  INTEGER NOT NULL             -- 1 if the readers of the rows or of some column are not all known
) STRICT;

-- The verdict on each event as a whole: used if a field of it or its rows are.
CREATE TABLE event_status (
  event  INTEGER PRIMARY KEY REFERENCES event,
  used   INTEGER,
  needed INTEGER NOT NULL,
  fields INTEGER NOT NULL,              -- how many fields it has
  waste  INTEGER NOT NULL               -- how many of them are waste
) STRICT;

-- Needs that match nothing collected.
CREATE VIEW gap AS
  SELECT n.key AS need, n.id, n.use_case, n.selector, n.place
  FROM need n
  WHERE NOT EXISTS (SELECT 1 FROM need_match m WHERE m.need = n.key);

-- One row per subject that the quadrants judge: every field, and every raw column on which no field lands.
-- (Each column is of one type in both halves: so SQLite looks up the rows that a query wants, and no others.)
CREATE VIEW subject AS
  SELECT 'field' AS kind, f.key, f.id, f.place, s.needed, s.used, s.star_only, s.carried, s.status, s.reason,
         f.introduced, f.event, CAST(NULL AS INTEGER) AS relation, CAST(0 AS INTEGER) AS pipeline, s.withheld, s.users, s.takers, s.models, s.others,
         s.use_cases
  FROM field_status s JOIN field f ON f.key = s.field
  UNION ALL
  SELECT 'column', c.key, c.id, CAST(coalesce(c.place, r.place) AS INTEGER), s.needed, s.used, s.star_only, s.carried, s.status, s.reason,
         CAST(NULL AS TEXT), CAST(NULL AS INTEGER), c.relation, c.pipeline, s.withheld, s.users, s.takers, s.models, s.others, s.use_cases
  FROM column_status s JOIN stored_column c ON c.key = s."column" JOIN relation r ON r.key = c.relation
  WHERE NOT s.lands;

-- Events and fields past their last day: whose date it is, not who inherits it. `used` is NULL where nobody can say.
CREATE VIEW expired AS
  SELECT 'event' AS kind, e.key, e.id, e.place, e.expires, s.used
  FROM event e JOIN event_status s ON s.event = e.key JOIN run
  WHERE e.expires < run.today AND e.status <> 'blocked'
  UNION ALL
  SELECT 'field', f.key, f.id, f.place, f.expires, s.used
  FROM field f JOIN field_status s ON s.field = f.key JOIN event e ON e.key = f.event
  LEFT JOIN field p ON p.key = f.parent JOIN run
  WHERE f.expires < run.today AND f.status <> 'blocked' AND f.expires IS NOT coalesce(p.expires, e.expires);

-- The subjects that surely are data on people. What people do is what every event tells: only where it is declared.
CREATE VIEW personal_subject AS
  SELECT s.kind, s.key, s.id, s.place, s.event, s.relation, s.status, c.category, c.sensitivity, c.evidence, c.declared
  FROM classification c JOIN subject s ON s.kind = c.kind AND s.key = c.key
  WHERE c.sensitivity IN ('personal', 'special')
    AND (c.declared OR (c.confidence >= 0.8 AND c.category NOT LIKE 'user.behavior%'));

-- The line of the policy that counts for a subject: that of its category, or of the nearest one above.
-- (Where rows are counted, SQLite looks at all subjects for a few: so these are looked up before.)
CREATE VIEW policed_subject AS
  WITH personal AS MATERIALIZED (SELECT * FROM personal_subject)
  SELECT p.kind, p.key, p.id, p.place, p.category, max(length(d.category)), d.category AS policy, d.retention, d.days,
         d.forbidden
  FROM personal p JOIN data_policy d ON p.category = d.category OR p.category LIKE d.category || '.%'
  GROUP BY p.kind, p.key;

-- What `lessened_subject` is filled with.
CREATE VIEW lessened AS
  WITH known AS (
    SELECT c.kind, c.key, c.category, c.contradicts <> '' AS against
    FROM classification c WHERE c.declared OR c.confidence >= 0.8
  ), peopled AS (
    SELECT DISTINCT c.relation FROM known k JOIN stored_column c ON k.kind = 'column' AND k.key = c.key
    WHERE k.category LIKE 'user.unique_id%' OR k.category LIKE 'user.contact.%' OR k.category LIKE 'user.name%'
  ), timed AS (
    SELECT c.key FROM stored_column c JOIN peopled p ON p.relation = c.relation
    WHERE upper(c.type) LIKE '%TIME%' AND NOT c.pipeline
  )
  SELECT kind, key, category FROM personal_subject
  UNION
  SELECT kind, key, category FROM known
  WHERE against OR category = 'user.device' OR category LIKE 'user.behavior.browsing_history%'
  UNION
  SELECT 'column', key, 'system.time' FROM timed
  UNION
  SELECT 'field', l.field, 'system.time' FROM timed t JOIN landing l ON l."column" = t.key;

-- Of these, what is used, or asked for, though less of it would do.
CREATE VIEW excess AS
  SELECT s.kind, s.key, s.id, s.place, l.category, d.action, d.keep, d.evidence, d.breaks, d.advice,
         coalesce(f.name, c.name) AS name
  FROM lessened_subject l
  JOIN subject s ON s.kind = l.kind AND s.key = l.key
  JOIN less_data d ON d.kind = l.kind AND d.key = l.key
  LEFT JOIN field f ON l.kind = 'field' AND f.key = l.key
  LEFT JOIN stored_column c ON l.kind = 'column' AND c.key = l.key
  WHERE d.action NOT IN ('none', 'unknown') AND (d.action <> 'drop' OR s.status = 'idle');

-- Which active use case names which subject, or what it is stored in or as. A need that is a `wildcard` takes whatever
-- there is, and so names no personal data, where the policy asks for that.
CREATE VIEW named_need AS
  SELECT 'field' AS kind, m.field AS key, n.use_case, n.key AS need, n.wildcard
  FROM need_match m JOIN need n ON n.key = m.need JOIN use_case u ON u.key = n.use_case
  WHERE m.field IS NOT NULL AND u.state = 'active'
  UNION
  SELECT 'column', m."column", n.use_case, n.key, n.wildcard
  FROM need_match m JOIN need n ON n.key = m.need JOIN use_case u ON u.key = n.use_case
  WHERE m."column" IS NOT NULL AND u.state = 'active'
  UNION
  SELECT 'column', l."column", n.use_case, n.key, n.wildcard
  FROM need_match m JOIN need n ON n.key = m.need JOIN use_case u ON u.key = n.use_case
  JOIN landing l ON l.field = m.field
  WHERE u.state = 'active'
  UNION
  SELECT 'field', l.field, n.use_case, n.key, n.wildcard
  FROM need_match m JOIN need n ON n.key = m.need JOIN use_case u ON u.key = n.use_case
  JOIN landing l ON l."column" = m."column"
  WHERE u.state = 'active';

-- Which use case needs which subject, and how: 'explicit' names it, 'derived' lists a consumer that it reaches.
-- Only active use cases are here; see use_case.state.
CREATE VIEW justification AS
  SELECT kind, key, use_case, 'explicit' AS how, need FROM named_need
  UNION
  SELECT 'column', h."column", s.use_case, 'derived', NULL
  FROM reach h JOIN serves s ON s.consumer = h.consumer JOIN use_case u ON u.key = s.use_case
  WHERE u.state = 'active' AND h.strength <> 'possible'
  UNION
  SELECT 'field', l.field, s.use_case, 'derived', NULL
  FROM landing l JOIN stored_reach h ON h."column" = l."column"
  JOIN serves s ON s.consumer = h.consumer JOIN use_case u ON u.key = s.use_case
  WHERE u.state = 'active' AND h.strength <> 'possible';

-- A field or column, and everything inside it: itself, and what names it as parent, at any depth.
CREATE VIEW member AS
  WITH RECURSIVE inside(kind, key, member) AS (
    SELECT 'field', key, key FROM field
    UNION ALL
    SELECT 'column', key, key FROM "column"
    UNION ALL
    SELECT i.kind, i.key, f.key FROM inside i JOIN field f ON f.parent = i.member WHERE i.kind = 'field'
    UNION ALL
    SELECT i.kind, i.key, c.key FROM inside i JOIN "column" c ON c.parent = i.member WHERE i.kind = 'column'
  )
  SELECT kind, key, member FROM inside;

-- The columns that hold a field: those it lands on, and those of the fields inside it.
CREATE VIEW field_column AS
  WITH RECURSIVE inside(field, member) AS (
    SELECT key, key FROM field
    UNION ALL
    SELECT i.field, f.key FROM inside i JOIN field f ON f.parent = i.member
  )
  SELECT DISTINCT i.field, l."column" FROM inside i JOIN landing l ON l.field = i.member;

-- Who uses which subject: the counting consumers that reach it, a field through its columns, once for each.
CREATE VIEW subject_consumer AS
  SELECT 'field' AS kind, l.field AS key, c.key AS consumer, c.id AS consumer_id, h.strength
  FROM field_column l JOIN stored_reach h ON h."column" = l."column" JOIN consumer c ON c.key = h.consumer
  WHERE c.counts
  UNION ALL
  SELECT 'column', h."column", c.key, c.id, h.strength
  FROM stored_reach h JOIN consumer c ON c.key = h.consumer
  WHERE c.counts;

-- How many consumers of which class read which subject, counting or not; what may be hidden is left out.
CREATE VIEW subject_class AS
  SELECT s.kind, s.key, c.class, c.counts, count(DISTINCT c.key) AS consumers
  FROM (
    SELECT 'field' AS kind, l.field AS key, h.consumer
    FROM field_column l JOIN stored_reach h ON h."column" = l."column" WHERE h.strength <> 'possible'
    UNION ALL
    SELECT 'column', h."column", h.consumer FROM reach h WHERE h.strength <> 'possible'
  ) s JOIN consumer c ON c.key = s.consumer
  GROUP BY s.kind, s.key, c.class, c.counts;

-- Which models carry or read which subject, a field through its columns, once for each.
CREATE VIEW subject_model AS
  SELECT 'field' AS kind, l.field AS key, r.key AS relation, r.id AS relation_id
  FROM field_column l JOIN carry a ON a."column" = l."column" JOIN relation r ON r.key = a.relation
  UNION ALL
  SELECT 'column', a."column", r.key, r.id
  FROM carry a JOIN relation r ON r.key = a.relation;

-- Which use case needs which subject, be it for something inside it.
CREATE VIEW subject_use_case AS
  SELECT DISTINCT m.kind, m.key, u.key AS use_case, u.id AS use_case_id, j.how
  FROM justification j
  JOIN member m ON m.kind = j.kind AND m.member = j.key
  JOIN use_case u ON u.key = j.use_case;

-- Relations whose readers are not all known, and why: a doubt about a column of it, or about its rows.
CREATE VIEW relation_doubt AS
  SELECT c.relation, d.reason FROM doubt d JOIN "column" c ON c.key = d."column"
  UNION
  SELECT relation, 'something that could not be resolved may read it' FROM relation_reach WHERE strength = 'possible';
