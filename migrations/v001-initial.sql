-- portbase, schema 1. docs/design.md tells the tables; docs/format.md tells the texts inside them.
-- Times are RFC 3339 in UTC with milliseconds, so that their text order is their order in time.

-- A named history of runs.
CREATE TABLE checks (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- Each version of what a check asks for: JSON with sorted keys.
CREATE TABLE requests (
    check_id INTEGER NOT NULL REFERENCES checks (id),
    version INTEGER NOT NULL CHECK (version > 0),
    body TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    vantage TEXT NOT NULL,
    user TEXT NOT NULL,
    PRIMARY KEY (check_id, version)
) STRICT, WITHOUT ROWID;

-- Where, by whom and how runs were made; the same for most runs of a check.
CREATE TABLE contexts (
    id INTEGER PRIMARY KEY,
    vantage TEXT NOT NULL,
    user TEXT NOT NULL,
    version TEXT NOT NULL,
    options TEXT NOT NULL,
    UNIQUE (vantage, user, version, options)
) STRICT;

-- What operators named.
CREATE TABLE hosts (
    id INTEGER PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE
) STRICT;

-- Content-addressed: digest is the SHA-256 of ports.
CREATE TABLE port_sets (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    ports TEXT NOT NULL
) STRICT;

-- The state of one host, content-addressed: a port set and the states in it.
CREATE TABLE blocks (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    port_set_id INTEGER NOT NULL REFERENCES port_sets (id),
    states TEXT NOT NULL
) STRICT;

-- The open ports of each block, as ranges.
CREATE TABLE block_open_ports (
    block_id INTEGER NOT NULL REFERENCES blocks (id),
    first_port INTEGER NOT NULL,
    last_port INTEGER NOT NULL CHECK (last_port >= first_port),
    PRIMARY KEY (block_id, first_port)
) STRICT, WITHOUT ROWID;
CREATE INDEX block_open_ports_by_port ON block_open_ports (first_port, last_port);

-- Why filtered ports are filtered, content-addressed.
CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    reasons TEXT NOT NULL
) STRICT;

-- What the open ports of a host said, content-addressed.
CREATE TABLE banners (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    lines TEXT NOT NULL
) STRICT;

-- One execution of a check; ids are in commit order.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    check_id INTEGER NOT NULL REFERENCES checks (id),
    request_version INTEGER NOT NULL,
    context_id INTEGER NOT NULL REFERENCES contexts (id),
    started_at TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    digest BLOB NOT NULL,
    states_digest BLOB NOT NULL,
    hosts INTEGER NOT NULL,
    open INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    filtered INTEGER NOT NULL,
    answers INTEGER NOT NULL,
    min_us INTEGER NOT NULL,
    median_us INTEGER NOT NULL,
    p95_us INTEGER NOT NULL,
    max_us INTEGER NOT NULL,
    reads_banners INTEGER NOT NULL CHECK (reads_banners IN (0, 1)),
    FOREIGN KEY (check_id, request_version) REFERENCES requests (check_id, version)
) STRICT;
CREATE INDEX runs_by_check ON runs (check_id, id);
CREATE INDEX runs_by_digest ON runs (digest);
CREATE INDEX runs_with_banners ON runs (check_id, id) WHERE reads_banners = 1;

-- A host whose state or address differs from the check's previous run; block_id is NULL where it left the scope.
CREATE TABLE run_hosts (
    check_id INTEGER NOT NULL REFERENCES checks (id),
    run_id INTEGER NOT NULL REFERENCES runs (id),
    host_id INTEGER NOT NULL REFERENCES hosts (id),
    block_id INTEGER REFERENCES blocks (id),
    address TEXT,
    PRIMARY KEY (check_id, run_id, host_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_hosts_by_host ON run_hosts (check_id, host_id, run_id);
CREATE INDEX run_hosts_by_block ON run_hosts (block_id);

-- A host whose evidence differs from the check's previous run; evidence_id is NULL where there is none any more.
CREATE TABLE run_evidence (
    check_id INTEGER NOT NULL REFERENCES checks (id),
    run_id INTEGER NOT NULL REFERENCES runs (id),
    host_id INTEGER NOT NULL REFERENCES hosts (id),
    evidence_id INTEGER REFERENCES evidence (id),
    PRIMARY KEY (check_id, run_id, host_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_evidence_by_host ON run_evidence (check_id, host_id, run_id);

-- A host whose banners differ from the check's previous run that read them; banner_id is NULL where there is none any
-- more. Of a run that did not read them (runs.reads_banners) nothing is known, whatever rows stand before it.
CREATE TABLE run_banners (
    check_id INTEGER NOT NULL REFERENCES checks (id),
    run_id INTEGER NOT NULL REFERENCES runs (id),
    host_id INTEGER NOT NULL REFERENCES hosts (id),
    banner_id INTEGER REFERENCES banners (id),
    PRIMARY KEY (check_id, run_id, host_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_banners_by_host ON run_banners (check_id, host_id, run_id);

-- A snapshot that no run found: a part of a drift taken into a baseline. It is in no check's history.
CREATE TABLE derived (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE
) STRICT;

-- Each host of a derived snapshot.
CREATE TABLE derived_hosts (
    derived_id INTEGER NOT NULL REFERENCES derived (id),
    host_id INTEGER NOT NULL REFERENCES hosts (id),
    block_id INTEGER NOT NULL REFERENCES blocks (id),
    address TEXT,
    PRIMARY KEY (derived_id, host_id)
) STRICT, WITHOUT ROWID;

-- "This is what should be": each version with who, why and ticket. derived_id is NULL where it is what the run found;
-- else only a part of the run's drift was taken.
CREATE TABLE baselines (
    check_id INTEGER NOT NULL REFERENCES checks (id),
    version INTEGER NOT NULL CHECK (version > 0),
    run_id INTEGER NOT NULL REFERENCES runs (id),
    derived_id INTEGER REFERENCES derived (id),
    recorded_at TEXT NOT NULL,
    vantage TEXT NOT NULL,
    user TEXT NOT NULL,
    person TEXT,
    reason TEXT NOT NULL,
    ticket TEXT,
    PRIMARY KEY (check_id, version)
) STRICT, WITHOUT ROWID;

-- What check_interfaces.py printed, content-addressed: digest is the SHA-256 of content. It carries no time; read_at is
-- when it was first read.
CREATE TABLE interface_reports (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    content TEXT NOT NULL,
    read_at TEXT NOT NULL,
    host TEXT NOT NULL,
    mode TEXT NOT NULL,
    file TEXT NOT NULL,
    vantage TEXT NOT NULL,
    user TEXT NOT NULL
) STRICT;

-- What was dropped since nothing that is kept needs it: the text names each run and the record that its entry has.
CREATE TABLE prunes (
    id INTEGER PRIMARY KEY,
    content TEXT NOT NULL
) STRICT;

-- Histories of another database that were brought in, as checks of their own: the text names each run, request and
-- baseline with its record. Nothing is added to such a check.
CREATE TABLE imports (
    id INTEGER PRIMARY KEY,
    content TEXT NOT NULL
) STRICT;

-- What was recorded, in commit order, each entry with the hash of the one before in its own; docs/format.md specifies
-- what is hashed. An entry tells what it is about by kind, name (of a check) and number.
CREATE TABLE ledger (
    sequence INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT,
    number INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    user TEXT NOT NULL,
    vantage TEXT NOT NULL,
    person TEXT,
    reason TEXT,
    ticket TEXT,
    subject BLOB NOT NULL,
    record BLOB NOT NULL,
    hash BLOB NOT NULL,
    public_key BLOB,
    signature BLOB
) STRICT;

-- For the sqlite3 shell: when each state of a host began, and the run before which it ended (NULL: it still holds).
CREATE VIEW host_states AS
SELECT c.name AS "check", h.identity AS host, rh.address, p.ports AS scope, b.states,
    rh.run_id AS from_run, r.started_at AS since,
    lead(rh.run_id) OVER history AS until_run, lead(r.started_at) OVER history AS until,
    rh.block_id
FROM run_hosts AS rh
JOIN checks AS c ON c.id = rh.check_id
JOIN hosts AS h ON h.id = rh.host_id
JOIN runs AS r ON r.id = rh.run_id
LEFT JOIN blocks AS b ON b.id = rh.block_id
LEFT JOIN port_sets AS p ON p.id = b.port_set_id
WINDOW history AS (PARTITION BY rh.check_id, rh.host_id ORDER BY rh.run_id);

-- For the sqlite3 shell: each range of open ports with the time that it was seen open. CROSS JOIN fixes the order of the
-- loops (sqlite.org/optoverview.html): a question for a port begins at the index of ports.
CREATE VIEW open_ports AS
SELECT c.name AS "check", h.identity AS host, rh.address, o.first_port, o.last_port,
    rh.run_id AS from_run, r.started_at AS since, next.id AS until_run, next.started_at AS until
FROM block_open_ports AS o
CROSS JOIN run_hosts AS rh ON rh.block_id = o.block_id
JOIN checks AS c ON c.id = rh.check_id
JOIN hosts AS h ON h.id = rh.host_id
JOIN runs AS r ON r.id = rh.run_id
LEFT JOIN runs AS next ON next.id = (
    SELECT min(later.run_id) FROM run_hosts AS later
    WHERE later.check_id = rh.check_id AND later.host_id = rh.host_id AND later.run_id > rh.run_id
);

-- For the sqlite3 shell: each port that a run saw open and the run before did not ('opened'), or the other way round
-- ('gone': closed, silent, or not probed any more). A host's first run changes nothing.
CREATE VIEW port_changes AS
WITH RECURSIVE open_at (check_id, host_id, run_id, port, last_port) AS (
    SELECT rh.check_id, rh.host_id, rh.run_id, o.first_port, o.last_port
    FROM run_hosts AS rh JOIN block_open_ports AS o ON o.block_id = rh.block_id
    UNION ALL
    SELECT check_id, host_id, run_id, port + 1, last_port FROM open_at WHERE port < last_port
),
turns (check_id, host_id, run_id, block_id, before_run_id, before_block_id) AS (
    SELECT check_id, host_id, run_id, block_id, lag(run_id) OVER history, lag(block_id) OVER history
    FROM run_hosts WINDOW history AS (PARTITION BY check_id, host_id ORDER BY run_id)
),
changes (check_id, host_id, port, change, run_id) AS (
    SELECT t.check_id, t.host_id, a.port, 'opened', t.run_id
    FROM turns AS t JOIN open_at AS a ON a.check_id = t.check_id AND a.host_id = t.host_id AND a.run_id = t.run_id
    WHERE t.before_run_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM block_open_ports AS o
        WHERE o.block_id = t.before_block_id AND a.port BETWEEN o.first_port AND o.last_port)
    UNION ALL
    SELECT t.check_id, t.host_id, a.port, 'gone', t.run_id
    FROM turns AS t JOIN open_at AS a
        ON a.check_id = t.check_id AND a.host_id = t.host_id AND a.run_id = t.before_run_id
    WHERE NOT EXISTS (
        SELECT 1 FROM block_open_ports AS o
        WHERE o.block_id = t.block_id AND a.port BETWEEN o.first_port AND o.last_port)
)
SELECT c.name AS "check", h.identity AS host, x.port, x.change, x.run_id AS run, r.finished_at AS at
FROM changes AS x
JOIN checks AS c ON c.id = x.check_id
JOIN hosts AS h ON h.id = x.host_id
JOIN runs AS r ON r.id = x.run_id;

-- For the sqlite3 shell: each run with its check, where and by whom it was made, and whether it differs from the one
-- before it.
CREATE VIEW run_list AS
SELECT r.id AS run, c.name AS "check", r.started_at, r.finished_at, x.vantage, x.user, r.hosts, r.open, r.closed,
    r.filtered, lower(hex(r.digest)) AS digest,
    (SELECT before.digest IS NOT r.digest FROM runs AS before
        WHERE before.check_id = r.check_id AND before.id < r.id ORDER BY before.id DESC LIMIT 1) AS differs
FROM runs AS r
JOIN checks AS c ON c.id = r.check_id
JOIN contexts AS x ON x.id = r.context_id;

-- For the sqlite3 shell: each version of each baseline, who accepted it, why, and for which ticket.
CREATE VIEW baseline_versions AS
SELECT c.name AS "check", b.version, b.run_id AS run, b.derived_id IS NOT NULL AS derived, b.recorded_at, b.vantage,
    b.user, b.person, b.reason, b.ticket
FROM baselines AS b
JOIN checks AS c ON c.id = b.check_id;

-- Append-only: nothing is changed, deleted or replaced. INSERT OR REPLACE passes DELETE triggers, hence the third.

CREATE TRIGGER checks_no_update BEFORE UPDATE ON checks
BEGIN SELECT RAISE(ABORT, 'checks is append-only'); END;
CREATE TRIGGER checks_no_delete BEFORE DELETE ON checks
BEGIN SELECT RAISE(ABORT, 'checks is append-only'); END;
CREATE TRIGGER checks_no_replace BEFORE INSERT ON checks WHEN EXISTS (SELECT 1 FROM checks WHERE id = NEW.id OR name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'checks is append-only: the key exists'); END;

CREATE TRIGGER requests_no_update BEFORE UPDATE ON requests
BEGIN SELECT RAISE(ABORT, 'requests is append-only'); END;
CREATE TRIGGER requests_no_delete BEFORE DELETE ON requests
BEGIN SELECT RAISE(ABORT, 'requests is append-only'); END;
CREATE TRIGGER requests_no_replace BEFORE INSERT ON requests WHEN EXISTS (SELECT 1 FROM requests WHERE check_id = NEW.check_id AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'requests is append-only: the key exists'); END;

CREATE TRIGGER contexts_no_update BEFORE UPDATE ON contexts
BEGIN SELECT RAISE(ABORT, 'contexts is append-only'); END;
CREATE TRIGGER contexts_no_delete BEFORE DELETE ON contexts
BEGIN SELECT RAISE(ABORT, 'contexts is append-only'); END;
CREATE TRIGGER contexts_no_replace BEFORE INSERT ON contexts WHEN EXISTS (SELECT 1 FROM contexts WHERE id = NEW.id OR vantage = NEW.vantage AND user = NEW.user AND version = NEW.version AND options = NEW.options)
BEGIN SELECT RAISE(ABORT, 'contexts is append-only: the key exists'); END;

CREATE TRIGGER hosts_no_update BEFORE UPDATE ON hosts
BEGIN SELECT RAISE(ABORT, 'hosts is append-only'); END;
CREATE TRIGGER hosts_no_delete BEFORE DELETE ON hosts
BEGIN SELECT RAISE(ABORT, 'hosts is append-only'); END;
CREATE TRIGGER hosts_no_replace BEFORE INSERT ON hosts WHEN EXISTS (SELECT 1 FROM hosts WHERE id = NEW.id OR identity = NEW.identity)
BEGIN SELECT RAISE(ABORT, 'hosts is append-only: the key exists'); END;

CREATE TRIGGER port_sets_no_update BEFORE UPDATE ON port_sets
BEGIN SELECT RAISE(ABORT, 'port_sets is append-only'); END;
CREATE TRIGGER port_sets_no_delete BEFORE DELETE ON port_sets
BEGIN SELECT RAISE(ABORT, 'port_sets is append-only'); END;
CREATE TRIGGER port_sets_no_replace BEFORE INSERT ON port_sets WHEN EXISTS (SELECT 1 FROM port_sets WHERE id = NEW.id OR digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'port_sets is append-only: the key exists'); END;

CREATE TRIGGER blocks_no_update BEFORE UPDATE ON blocks
BEGIN SELECT RAISE(ABORT, 'blocks is append-only'); END;
CREATE TRIGGER blocks_no_delete BEFORE DELETE ON blocks
BEGIN SELECT RAISE(ABORT, 'blocks is append-only'); END;
CREATE TRIGGER blocks_no_replace BEFORE INSERT ON blocks WHEN EXISTS (SELECT 1 FROM blocks WHERE id = NEW.id OR digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'blocks is append-only: the key exists'); END;

CREATE TRIGGER block_open_ports_no_update BEFORE UPDATE ON block_open_ports
BEGIN SELECT RAISE(ABORT, 'block_open_ports is append-only'); END;
CREATE TRIGGER block_open_ports_no_delete BEFORE DELETE ON block_open_ports
BEGIN SELECT RAISE(ABORT, 'block_open_ports is append-only'); END;
CREATE TRIGGER block_open_ports_no_replace BEFORE INSERT ON block_open_ports WHEN EXISTS (SELECT 1 FROM block_open_ports WHERE block_id = NEW.block_id AND first_port = NEW.first_port)
BEGIN SELECT RAISE(ABORT, 'block_open_ports is append-only: the key exists'); END;

CREATE TRIGGER evidence_no_update BEFORE UPDATE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;
CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;
CREATE TRIGGER evidence_no_replace BEFORE INSERT ON evidence WHEN EXISTS (SELECT 1 FROM evidence WHERE id = NEW.id OR digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'evidence is append-only: the key exists'); END;

CREATE TRIGGER banners_no_update BEFORE UPDATE ON banners
BEGIN SELECT RAISE(ABORT, 'banners is append-only'); END;
CREATE TRIGGER banners_no_delete BEFORE DELETE ON banners
BEGIN SELECT RAISE(ABORT, 'banners is append-only'); END;
CREATE TRIGGER banners_no_replace BEFORE INSERT ON banners WHEN EXISTS (SELECT 1 FROM banners WHERE id = NEW.id OR digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'banners is append-only: the key exists'); END;

CREATE TRIGGER runs_no_update BEFORE UPDATE ON runs
BEGIN SELECT RAISE(ABORT, 'runs is append-only'); END;
CREATE TRIGGER runs_no_delete BEFORE DELETE ON runs
BEGIN SELECT RAISE(ABORT, 'runs is append-only'); END;
CREATE TRIGGER runs_no_replace BEFORE INSERT ON runs WHEN EXISTS (SELECT 1 FROM runs WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'runs is append-only: the key exists'); END;

CREATE TRIGGER run_hosts_no_update BEFORE UPDATE ON run_hosts
BEGIN SELECT RAISE(ABORT, 'run_hosts is append-only'); END;
CREATE TRIGGER run_hosts_no_delete BEFORE DELETE ON run_hosts
BEGIN SELECT RAISE(ABORT, 'run_hosts is append-only'); END;
CREATE TRIGGER run_hosts_no_replace BEFORE INSERT ON run_hosts WHEN EXISTS (SELECT 1 FROM run_hosts WHERE check_id = NEW.check_id AND run_id = NEW.run_id AND host_id = NEW.host_id)
BEGIN SELECT RAISE(ABORT, 'run_hosts is append-only: the key exists'); END;

CREATE TRIGGER run_evidence_no_update BEFORE UPDATE ON run_evidence
BEGIN SELECT RAISE(ABORT, 'run_evidence is append-only'); END;
CREATE TRIGGER run_evidence_no_delete BEFORE DELETE ON run_evidence
BEGIN SELECT RAISE(ABORT, 'run_evidence is append-only'); END;
CREATE TRIGGER run_evidence_no_replace BEFORE INSERT ON run_evidence WHEN EXISTS (SELECT 1 FROM run_evidence WHERE check_id = NEW.check_id AND run_id = NEW.run_id AND host_id = NEW.host_id)
BEGIN SELECT RAISE(ABORT, 'run_evidence is append-only: the key exists'); END;

CREATE TRIGGER run_banners_no_update BEFORE UPDATE ON run_banners
BEGIN SELECT RAISE(ABORT, 'run_banners is append-only'); END;
CREATE TRIGGER run_banners_no_delete BEFORE DELETE ON run_banners
BEGIN SELECT RAISE(ABORT, 'run_banners is append-only'); END;
CREATE TRIGGER run_banners_no_replace BEFORE INSERT ON run_banners WHEN EXISTS (SELECT 1 FROM run_banners WHERE check_id = NEW.check_id AND run_id = NEW.run_id AND host_id = NEW.host_id)
BEGIN SELECT RAISE(ABORT, 'run_banners is append-only: the key exists'); END;

CREATE TRIGGER derived_no_update BEFORE UPDATE ON derived
BEGIN SELECT RAISE(ABORT, 'derived is append-only'); END;
CREATE TRIGGER derived_no_delete BEFORE DELETE ON derived
BEGIN SELECT RAISE(ABORT, 'derived is append-only'); END;
CREATE TRIGGER derived_no_replace BEFORE INSERT ON derived WHEN EXISTS (SELECT 1 FROM derived WHERE id = NEW.id OR digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'derived is append-only: the key exists'); END;

CREATE TRIGGER derived_hosts_no_update BEFORE UPDATE ON derived_hosts
BEGIN SELECT RAISE(ABORT, 'derived_hosts is append-only'); END;
CREATE TRIGGER derived_hosts_no_delete BEFORE DELETE ON derived_hosts
BEGIN SELECT RAISE(ABORT, 'derived_hosts is append-only'); END;
CREATE TRIGGER derived_hosts_no_replace BEFORE INSERT ON derived_hosts WHEN EXISTS (SELECT 1 FROM derived_hosts WHERE derived_id = NEW.derived_id AND host_id = NEW.host_id)
BEGIN SELECT RAISE(ABORT, 'derived_hosts is append-only: the key exists'); END;

CREATE TRIGGER baselines_no_update BEFORE UPDATE ON baselines
BEGIN SELECT RAISE(ABORT, 'baselines is append-only'); END;
CREATE TRIGGER baselines_no_delete BEFORE DELETE ON baselines
BEGIN SELECT RAISE(ABORT, 'baselines is append-only'); END;
CREATE TRIGGER baselines_no_replace BEFORE INSERT ON baselines WHEN EXISTS (SELECT 1 FROM baselines WHERE check_id = NEW.check_id AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'baselines is append-only: the key exists'); END;

CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
CREATE TRIGGER ledger_no_replace BEFORE INSERT ON ledger WHEN EXISTS (SELECT 1 FROM ledger WHERE sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'ledger is append-only: the key exists'); END;

CREATE TRIGGER interface_reports_no_update BEFORE UPDATE ON interface_reports
BEGIN SELECT RAISE(ABORT, 'interface_reports is append-only'); END;
CREATE TRIGGER interface_reports_no_delete BEFORE DELETE ON interface_reports
BEGIN SELECT RAISE(ABORT, 'interface_reports is append-only'); END;
CREATE TRIGGER interface_reports_no_replace BEFORE INSERT ON interface_reports WHEN EXISTS (SELECT 1 FROM interface_reports WHERE id = NEW.id OR digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'interface_reports is append-only: the key exists'); END;

CREATE TRIGGER prunes_no_update BEFORE UPDATE ON prunes
BEGIN SELECT RAISE(ABORT, 'prunes is append-only'); END;
CREATE TRIGGER prunes_no_delete BEFORE DELETE ON prunes
BEGIN SELECT RAISE(ABORT, 'prunes is append-only'); END;
CREATE TRIGGER prunes_no_replace BEFORE INSERT ON prunes WHEN EXISTS (SELECT 1 FROM prunes WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'prunes is append-only: the key exists'); END;

CREATE TRIGGER imports_no_update BEFORE UPDATE ON imports
BEGIN SELECT RAISE(ABORT, 'imports is append-only'); END;
CREATE TRIGGER imports_no_delete BEFORE DELETE ON imports
BEGIN SELECT RAISE(ABORT, 'imports is append-only'); END;
CREATE TRIGGER imports_no_replace BEFORE INSERT ON imports WHEN EXISTS (SELECT 1 FROM imports WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'imports is append-only: the key exists'); END;
