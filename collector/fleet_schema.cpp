// SPDX-License-Identifier: EUPL-1.2
#include "collector/fleet_schema.h"

#include "collector/audit_schema.h"

namespace wattlife {
namespace {

// Days are numbers since 1970-01-01; there is no time of day in any table.
constexpr std::string_view schema_1 = R"sql(
CREATE TABLE organisation (
  id INTEGER PRIMARY KEY,
  oin TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL
) STRICT;
CREATE TABLE token (
  id INTEGER PRIMARY KEY,
  organisation INTEGER NOT NULL REFERENCES organisation,
  hash BLOB NOT NULL UNIQUE,
  note TEXT NOT NULL,
  made_day INTEGER NOT NULL,
  expiry_day INTEGER NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE device (
  id INTEGER PRIMARY KEY,
  public_id BLOB NOT NULL UNIQUE,
  organisation INTEGER NOT NULL REFERENCES organisation,
  first_day INTEGER NOT NULL,
  last_day INTEGER NOT NULL
) STRICT;
CREATE TABLE enrolment (
  id INTEGER PRIMARY KEY,
  public_id BLOB NOT NULL UNIQUE,
  device INTEGER NOT NULL REFERENCES device,
  candidate INTEGER REFERENCES device,
  state TEXT NOT NULL,
  unproven INTEGER NOT NULL,
  settled INTEGER NOT NULL DEFAULT 0,
  install_id BLOB NOT NULL,
  secret_hash BLOB NOT NULL,
  secret_day INTEGER NOT NULL,
  next_secret_hash BLOB,
  secret_used INTEGER NOT NULL DEFAULT 0,
  manufacturer TEXT,
  model TEXT,
  simulated INTEGER NOT NULL,
  first_day INTEGER NOT NULL,
  last_day INTEGER NOT NULL,
  count_day INTEGER NOT NULL,
  count INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX enrolment_device ON enrolment (device);
CREATE INDEX enrolment_candidate ON enrolment (candidate) WHERE candidate IS NOT NULL;
CREATE INDEX enrolment_install ON enrolment (install_id);
CREATE INDEX enrolment_waiting ON enrolment (state) WHERE state = 'te-bevestigen';
CREATE TABLE installation (
  enrolment INTEGER NOT NULL REFERENCES enrolment,
  install_id BLOB NOT NULL,
  last_contact INTEGER NOT NULL,
  last_day INTEGER NOT NULL,
  complete_through INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (enrolment, install_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE serial (
  enrolment INTEGER NOT NULL REFERENCES enrolment,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  first_day INTEGER NOT NULL,
  last_day INTEGER NOT NULL,
  PRIMARY KEY (enrolment, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX serial_value ON serial (value, kind);
CREATE TABLE stock (
  organisation INTEGER NOT NULL REFERENCES organisation,
  serial TEXT NOT NULL,
  asset_tag TEXT NOT NULL,
  PRIMARY KEY (organisation, serial)
) STRICT, WITHOUT ROWID;
CREATE TABLE report (
  id INTEGER PRIMARY KEY,
  enrolment INTEGER NOT NULL REFERENCES enrolment,
  install_id BLOB NOT NULL,
  sequence INTEGER NOT NULL,
  day INTEGER NOT NULL,
  digest BLOB NOT NULL,
  body BLOB NOT NULL,
  reason TEXT,
  applied INTEGER,
  UNIQUE (enrolment, install_id, sequence)
) STRICT;
CREATE UNIQUE INDEX report_applied ON report (applied) WHERE applied IS NOT NULL;
CREATE INDEX report_waiting ON report (enrolment, id) WHERE applied IS NULL AND reason IS NULL;
CREATE TABLE set_aside (
  id INTEGER PRIMARY KEY,
  enrolment INTEGER NOT NULL REFERENCES enrolment,
  day INTEGER NOT NULL,
  reason TEXT NOT NULL,
  digest BLOB NOT NULL,
  body BLOB NOT NULL,
  UNIQUE (enrolment, digest)
) STRICT;
CREATE TABLE counter (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  contact INTEGER NOT NULL,
  applied INTEGER NOT NULL
) STRICT;
INSERT INTO counter VALUES (1, 0, 0);

CREATE TABLE energy (
  device INTEGER NOT NULL,
  begin_day INTEGER NOT NULL,
  end_day INTEGER NOT NULL,
  state TEXT NOT NULL,
  supply TEXT NOT NULL,
  tier TEXT NOT NULL,
  method TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  device_mj INTEGER,
  device_variance_own_j2 REAL,
  device_deviation_shared_j REAL,
  wall_mj INTEGER,
  wall_variance_own_j2 REAL,
  wall_deviation_shared_j REAL,
  PRIMARY KEY (device, begin_day, end_day, state, supply, tier, method)
) STRICT, WITHOUT ROWID;
CREATE TABLE counted (
  store_id BLOB NOT NULL,
  begin_day INTEGER NOT NULL,
  end_day INTEGER NOT NULL,
  first_row INTEGER NOT NULL,
  last_row INTEGER NOT NULL,
  device INTEGER NOT NULL,
  enrolment INTEGER NOT NULL,
  install_id BLOB NOT NULL,
  PRIMARY KEY (store_id, begin_day, end_day, first_row)
) STRICT, WITHOUT ROWID;
CREATE INDEX counted_device ON counted (device, begin_day);
CREATE TABLE uncounted (
  report INTEGER PRIMARY KEY,
  reason TEXT NOT NULL
) STRICT;
CREATE TABLE inventory (
  device INTEGER PRIMARY KEY,
  day INTEGER NOT NULL,
  os TEXT NOT NULL,
  manufacturer TEXT,
  model TEXT,
  sku TEXT,
  bios_day INTEGER,
  chassis TEXT,
  cpu TEXT,
  memory_mib INTEGER,
  simulated INTEGER NOT NULL
) STRICT;
CREATE TABLE battery (
  device INTEGER NOT NULL,
  day INTEGER NOT NULL,
  place INTEGER NOT NULL,
  name TEXT NOT NULL,
  present INTEGER NOT NULL,
  design_mwh INTEGER,
  full_mwh INTEGER,
  cycles INTEGER,
  charge_limit_permille INTEGER,
  manufacturer TEXT,
  model TEXT,
  PRIMARY KEY (device, day, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE disk (
  device INTEGER NOT NULL,
  day INTEGER NOT NULL,
  place INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  model TEXT,
  size_bytes INTEGER,
  critical_warning INTEGER,
  percentage_used INTEGER,
  available_spare INTEGER,
  spare_threshold INTEGER,
  data_units_written INTEGER,
  power_on_hours INTEGER,
  media_errors INTEGER,
  reallocated INTEGER,
  pending INTEGER,
  uncorrectable INTEGER,
  PRIMARY KEY (device, day, place)
) STRICT, WITHOUT ROWID;
)sql";

// What a drive says of itself.
constexpr std::string_view schema_2 = R"sql(
ALTER TABLE disk ADD COLUMN command_timeouts INTEGER;
ALTER TABLE disk ADD COLUMN self_assessment_passed INTEGER;
ALTER TABLE disk ADD COLUMN reserve_state INTEGER;
)sql";

// Locks and what else decides about a second life; files of before have no report that told it.
constexpr std::string_view schema_3 = R"sql(
CREATE TABLE provision (
  device INTEGER PRIMARY KEY,
  day INTEGER NOT NULL,
  told BLOB NOT NULL
) STRICT;
)sql";

// Bodies stand apart, so that in PostgreSQL they can be partitioned by month of receipt, although a
// report is unique over all months. Retention: what `horizon` says is no longer kept, the months
// that are kept instead, and how far an unfinished rebuild came.
constexpr std::string_view schema_4 = R"sql(
CREATE TABLE report_body (
  report INTEGER PRIMARY KEY,
  day INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
INSERT INTO report_body SELECT id, day, body FROM report ORDER BY id;
ALTER TABLE report DROP COLUMN body;
CREATE INDEX report_day ON report (day);
CREATE TABLE horizon (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  day INTEGER NOT NULL
) STRICT;
INSERT INTO horizon VALUES (1, 0);
CREATE TABLE folded (
  device INTEGER NOT NULL,
  begin_day INTEGER NOT NULL,
  end_day INTEGER NOT NULL,
  PRIMARY KEY (device, begin_day, end_day)
) STRICT, WITHOUT ROWID;
CREATE TABLE energy_month (
  organisation INTEGER NOT NULL REFERENCES organisation,
  model TEXT NOT NULL,
  month INTEGER NOT NULL,
  state TEXT NOT NULL,
  supply TEXT NOT NULL,
  tier TEXT NOT NULL,
  method TEXT NOT NULL,
  devices INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  known_ms INTEGER NOT NULL,
  wall_known_ms INTEGER NOT NULL,
  device_mj INTEGER,
  device_variance_own_j2 REAL,
  device_deviation_shared_j REAL,
  wall_mj INTEGER,
  wall_variance_own_j2 REAL,
  wall_deviation_shared_j REAL,
  PRIMARY KEY (organisation, model, month, state, supply, tier, method)
) STRICT, WITHOUT ROWID;
CREATE TABLE rebuilding (
  name TEXT PRIMARY KEY,
  program TEXT NOT NULL,
  horizon_day INTEGER NOT NULL,
  applied INTEGER NOT NULL,
  reports INTEGER NOT NULL
) STRICT;
)sql";

// PostgreSQL came with the fourth layout: its first step makes all of the first three. Texts sort
// by their bytes, as in SQLite, whatever the language of the server.
constexpr std::string_view postgres_1 = R"sql(
CREATE TABLE organisation (
  id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  oin TEXT COLLATE "C" NOT NULL UNIQUE,
  name TEXT COLLATE "C" NOT NULL
);
CREATE TABLE token (
  id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  organisation BIGINT NOT NULL REFERENCES organisation,
  hash BYTEA NOT NULL UNIQUE,
  note TEXT COLLATE "C" NOT NULL,
  made_day BIGINT NOT NULL,
  expiry_day BIGINT NOT NULL,
  revoked BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE device (
  id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  public_id BYTEA NOT NULL UNIQUE,
  organisation BIGINT NOT NULL REFERENCES organisation,
  first_day BIGINT NOT NULL,
  last_day BIGINT NOT NULL
);
CREATE TABLE enrolment (
  id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  public_id BYTEA NOT NULL UNIQUE,
  device BIGINT NOT NULL REFERENCES device,
  candidate BIGINT REFERENCES device,
  state TEXT COLLATE "C" NOT NULL,
  unproven BIGINT NOT NULL,
  settled BIGINT NOT NULL DEFAULT 0,
  install_id BYTEA NOT NULL,
  secret_hash BYTEA NOT NULL,
  secret_day BIGINT NOT NULL,
  next_secret_hash BYTEA,
  secret_used BIGINT NOT NULL DEFAULT 0,
  manufacturer TEXT COLLATE "C",
  model TEXT COLLATE "C",
  simulated BIGINT NOT NULL,
  first_day BIGINT NOT NULL,
  last_day BIGINT NOT NULL,
  count_day BIGINT NOT NULL,
  count BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX enrolment_device ON enrolment (device);
CREATE INDEX enrolment_candidate ON enrolment (candidate) WHERE candidate IS NOT NULL;
CREATE INDEX enrolment_install ON enrolment (install_id);
CREATE INDEX enrolment_waiting ON enrolment (state) WHERE state = 'te-bevestigen';
CREATE TABLE installation (
  enrolment BIGINT NOT NULL REFERENCES enrolment,
  install_id BYTEA NOT NULL,
  last_contact BIGINT NOT NULL,
  last_day BIGINT NOT NULL,
  complete_through BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (enrolment, install_id)
);
CREATE TABLE serial (
  enrolment BIGINT NOT NULL REFERENCES enrolment,
  kind TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  first_day BIGINT NOT NULL,
  last_day BIGINT NOT NULL,
  PRIMARY KEY (enrolment, kind, value)
);
CREATE INDEX serial_value ON serial (value, kind);
CREATE TABLE stock (
  organisation BIGINT NOT NULL REFERENCES organisation,
  serial TEXT COLLATE "C" NOT NULL,
  asset_tag TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (organisation, serial)
);
CREATE TABLE report (
  id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  enrolment BIGINT NOT NULL REFERENCES enrolment,
  install_id BYTEA NOT NULL,
  sequence BIGINT NOT NULL,
  day BIGINT NOT NULL,
  digest BYTEA NOT NULL,
  reason TEXT COLLATE "C",
  applied BIGINT,
  UNIQUE (enrolment, install_id, sequence)
);
CREATE TABLE report_body (
  report BIGINT NOT NULL,
  day BIGINT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (report, day)
) PARTITION BY RANGE (day);
CREATE UNIQUE INDEX report_applied ON report (applied) WHERE applied IS NOT NULL;
CREATE INDEX report_waiting ON report (enrolment, id) WHERE applied IS NULL AND reason IS NULL;
CREATE TABLE set_aside (
  id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  enrolment BIGINT NOT NULL REFERENCES enrolment,
  day BIGINT NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  digest BYTEA NOT NULL,
  body BYTEA NOT NULL,
  UNIQUE (enrolment, digest)
);
CREATE TABLE energy (
  device BIGINT NOT NULL,
  begin_day BIGINT NOT NULL,
  end_day BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  supply TEXT COLLATE "C" NOT NULL,
  tier TEXT COLLATE "C" NOT NULL,
  method TEXT COLLATE "C" NOT NULL,
  time_ms BIGINT NOT NULL,
  device_mj BIGINT,
  device_variance_own_j2 DOUBLE PRECISION,
  device_deviation_shared_j DOUBLE PRECISION,
  wall_mj BIGINT,
  wall_variance_own_j2 DOUBLE PRECISION,
  wall_deviation_shared_j DOUBLE PRECISION,
  PRIMARY KEY (device, begin_day, end_day, state, supply, tier, method)
);
CREATE TABLE counted (
  store_id BYTEA NOT NULL,
  begin_day BIGINT NOT NULL,
  end_day BIGINT NOT NULL,
  first_row BIGINT NOT NULL,
  last_row BIGINT NOT NULL,
  device BIGINT NOT NULL,
  enrolment BIGINT NOT NULL,
  install_id BYTEA NOT NULL,
  PRIMARY KEY (store_id, begin_day, end_day, first_row)
);
CREATE INDEX counted_device ON counted (device, begin_day);
CREATE TABLE uncounted (
  report BIGINT PRIMARY KEY,
  reason TEXT COLLATE "C" NOT NULL
);
CREATE TABLE inventory (
  device BIGINT PRIMARY KEY,
  day BIGINT NOT NULL,
  os TEXT COLLATE "C" NOT NULL,
  manufacturer TEXT COLLATE "C",
  model TEXT COLLATE "C",
  sku TEXT COLLATE "C",
  bios_day BIGINT,
  chassis TEXT COLLATE "C",
  cpu TEXT COLLATE "C",
  memory_mib BIGINT,
  simulated BIGINT NOT NULL
);
CREATE TABLE battery (
  device BIGINT NOT NULL,
  day BIGINT NOT NULL,
  place BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  present BIGINT NOT NULL,
  design_mwh BIGINT,
  full_mwh BIGINT,
  cycles BIGINT,
  charge_limit_permille BIGINT,
  manufacturer TEXT COLLATE "C",
  model TEXT COLLATE "C",
  PRIMARY KEY (device, day, place)
);
CREATE TABLE disk (
  device BIGINT NOT NULL,
  day BIGINT NOT NULL,
  place BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  model TEXT COLLATE "C",
  size_bytes BIGINT,
  critical_warning BIGINT,
  percentage_used BIGINT,
  available_spare BIGINT,
  spare_threshold BIGINT,
  data_units_written BIGINT,
  power_on_hours BIGINT,
  media_errors BIGINT,
  reallocated BIGINT,
  pending BIGINT,
  uncorrectable BIGINT,
  command_timeouts BIGINT,
  self_assessment_passed BIGINT,
  reserve_state BIGINT,
  PRIMARY KEY (device, day, place)
);
CREATE TABLE provision (
  device BIGINT PRIMARY KEY,
  day BIGINT NOT NULL,
  told BYTEA NOT NULL
);
CREATE SEQUENCE contact;
CREATE SEQUENCE applied;
)sql";

constexpr std::string_view postgres_4 = R"sql(
CREATE INDEX report_day ON report (day);
CREATE TABLE horizon (
  one BIGINT PRIMARY KEY CHECK (one = 1),
  day BIGINT NOT NULL
);
INSERT INTO horizon VALUES (1, 0);
CREATE TABLE folded (
  device BIGINT NOT NULL,
  begin_day BIGINT NOT NULL,
  end_day BIGINT NOT NULL,
  PRIMARY KEY (device, begin_day, end_day)
);
CREATE TABLE energy_month (
  organisation BIGINT NOT NULL REFERENCES organisation,
  model TEXT COLLATE "C" NOT NULL,
  month BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  supply TEXT COLLATE "C" NOT NULL,
  tier TEXT COLLATE "C" NOT NULL,
  method TEXT COLLATE "C" NOT NULL,
  devices BIGINT NOT NULL,
  time_ms BIGINT NOT NULL,
  known_ms BIGINT NOT NULL,
  wall_known_ms BIGINT NOT NULL,
  device_mj BIGINT,
  device_variance_own_j2 DOUBLE PRECISION,
  device_deviation_shared_j DOUBLE PRECISION,
  wall_mj BIGINT,
  wall_variance_own_j2 DOUBLE PRECISION,
  wall_deviation_shared_j DOUBLE PRECISION,
  PRIMARY KEY (organisation, model, month, state, supply, tier, method)
);
CREATE TABLE rebuilding (
  name TEXT COLLATE "C" PRIMARY KEY,
  program TEXT COLLATE "C" NOT NULL,
  horizon_day BIGINT NOT NULL,
  applied BIGINT NOT NULL,
  reports BIGINT NOT NULL
);
)sql";

// A second wall between organisations, behind the one in our own queries: a session sees and writes
// only rows of the organisation that `wattlife.oin` names, nothing when it names none, and all with
// '*', which the collector sets for its own work. It also holds for the owner of the tables, but
// not for a superuser. Functions and not subqueries, which would be set up with each statement of
// the writer too: that cost as much as all the rest of storing a report.
constexpr std::string_view postgres_5 = R"sql(
CREATE FUNCTION reaches_organisation(which BIGINT) RETURNS BOOLEAN LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM organisation o WHERE o.id = which
    AND o.oin = current_setting('wattlife.oin', true));
END $$;
CREATE FUNCTION reaches_device(which BIGINT) RETURNS BOOLEAN LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM device d JOIN organisation o ON o.id = d.organisation
    WHERE d.id = which AND o.oin = current_setting('wattlife.oin', true));
END $$;
CREATE FUNCTION reaches_enrolment(which BIGINT) RETURNS BOOLEAN LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM enrolment e WHERE e.id = which AND reaches_device(e.device));
END $$;
CREATE FUNCTION reaches_report(which BIGINT) RETURNS BOOLEAN LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM report r WHERE r.id = which AND reaches_enrolment(r.enrolment));
END $$;
ALTER TABLE organisation ENABLE ROW LEVEL SECURITY;
ALTER TABLE organisation FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON organisation USING (current_setting('wattlife.oin', true) = '*'
  OR oin = current_setting('wattlife.oin', true));
ALTER TABLE token ENABLE ROW LEVEL SECURITY;
ALTER TABLE token FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON token USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_organisation(organisation));
ALTER TABLE stock ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON stock USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_organisation(organisation));
ALTER TABLE device ENABLE ROW LEVEL SECURITY;
ALTER TABLE device FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON device USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_organisation(organisation));
ALTER TABLE energy_month ENABLE ROW LEVEL SECURITY;
ALTER TABLE energy_month FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON energy_month USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_organisation(organisation));
ALTER TABLE enrolment ENABLE ROW LEVEL SECURITY;
ALTER TABLE enrolment FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON enrolment USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_device(device));
ALTER TABLE energy ENABLE ROW LEVEL SECURITY;
ALTER TABLE energy FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON energy USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_device(device));
ALTER TABLE counted ENABLE ROW LEVEL SECURITY;
ALTER TABLE counted FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON counted USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_device(device));
ALTER TABLE inventory ENABLE ROW LEVEL SECURITY;
ALTER TABLE inventory FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON inventory USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_device(device));
ALTER TABLE provision ENABLE ROW LEVEL SECURITY;
ALTER TABLE provision FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON provision USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_device(device));
ALTER TABLE battery ENABLE ROW LEVEL SECURITY;
ALTER TABLE battery FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON battery USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_device(device));
ALTER TABLE disk ENABLE ROW LEVEL SECURITY;
ALTER TABLE disk FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON disk USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_device(device));
ALTER TABLE folded ENABLE ROW LEVEL SECURITY;
ALTER TABLE folded FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON folded USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_device(device));
ALTER TABLE installation ENABLE ROW LEVEL SECURITY;
ALTER TABLE installation FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON installation USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_enrolment(enrolment));
ALTER TABLE serial ENABLE ROW LEVEL SECURITY;
ALTER TABLE serial FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON serial USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_enrolment(enrolment));
ALTER TABLE report ENABLE ROW LEVEL SECURITY;
ALTER TABLE report FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON report USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_enrolment(enrolment));
ALTER TABLE set_aside ENABLE ROW LEVEL SECURITY;
ALTER TABLE set_aside FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON set_aside USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_enrolment(enrolment));
ALTER TABLE report_body ENABLE ROW LEVEL SECURITY;
ALTER TABLE report_body FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON report_body USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_report(report));
ALTER TABLE uncounted ENABLE ROW LEVEL SECURITY;
ALTER TABLE uncounted FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON uncounted USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_report(report));
)sql";

// Which pack it is, as the device counts them.
constexpr std::string_view schema_6 = R"sql(
ALTER TABLE battery ADD COLUMN pack_number INTEGER;
)sql";
constexpr std::string_view postgres_6 = R"sql(
ALTER TABLE battery ADD COLUMN pack_number BIGINT;
)sql";

// Certificates of devices (the keyed hash of the key, nothing else of them), who operates a device
// for its owner, and why an enrolment was revoked.
constexpr std::string_view schema_8 = R"sql(
ALTER TABLE device ADD COLUMN operator INTEGER REFERENCES organisation;
CREATE INDEX device_operator ON device (operator) WHERE operator IS NOT NULL;
ALTER TABLE enrolment ADD COLUMN by_certificate INTEGER NOT NULL DEFAULT 0;
ALTER TABLE enrolment ADD COLUMN key_hash BLOB;
ALTER TABLE enrolment ADD COLUMN continued INTEGER NOT NULL DEFAULT 0;
ALTER TABLE enrolment ADD COLUMN revoked_for TEXT;
CREATE UNIQUE INDEX enrolment_key ON enrolment (key_hash) WHERE key_hash IS NOT NULL;
CREATE TABLE retired_key (
  key_hash BLOB PRIMARY KEY,
  enrolment INTEGER NOT NULL REFERENCES enrolment,
  day INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX retired_key_enrolment ON retired_key (enrolment);
)sql";
// The second wall lets an operator read what stands in lists of devices: not their locks, serial
// numbers, reports or energy. The first condition keeps the collector's own work from being asked
// row by row. Owner and operator see each other's name; works_with() looks past the wall for that,
// or the policies would call each other for ever.
constexpr std::string_view postgres_8 = R"sql(
ALTER TABLE device ADD COLUMN operator BIGINT REFERENCES organisation;
CREATE INDEX device_operator ON device (operator) WHERE operator IS NOT NULL;
ALTER TABLE enrolment ADD COLUMN by_certificate BIGINT NOT NULL DEFAULT 0;
ALTER TABLE enrolment ADD COLUMN key_hash BYTEA;
ALTER TABLE enrolment ADD COLUMN continued BIGINT NOT NULL DEFAULT 0;
ALTER TABLE enrolment ADD COLUMN revoked_for TEXT COLLATE "C";
CREATE UNIQUE INDEX enrolment_key ON enrolment (key_hash) WHERE key_hash IS NOT NULL;
CREATE TABLE retired_key (
  key_hash BYTEA PRIMARY KEY,
  enrolment BIGINT NOT NULL REFERENCES enrolment,
  day BIGINT NOT NULL
);
CREATE INDEX retired_key_enrolment ON retired_key (enrolment);
ALTER TABLE retired_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE retired_key FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON retired_key USING (current_setting('wattlife.oin', true) = '*'
  OR reaches_enrolment(enrolment));
CREATE FUNCTION works_with(which BIGINT, me TEXT) RETURNS BOOLEAN LANGUAGE plpgsql AS $$
DECLARE
  together BOOLEAN;
BEGIN
  PERFORM set_config('wattlife.oin', '*', true);
  together := EXISTS (SELECT 1 FROM device d JOIN organisation a ON a.id = d.organisation
    JOIN organisation b ON b.id = d.operator
    WHERE (d.organisation = which AND b.oin = me) OR (d.operator = which AND a.oin = me));
  PERFORM set_config('wattlife.oin', me, true);
  RETURN together;
END $$;
CREATE FUNCTION operates_device(which BIGINT) RETURNS BOOLEAN LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM device d WHERE d.id = which AND d.operator IS NOT NULL
    AND reaches_organisation(d.operator));
END $$;
CREATE POLICY reach_operated ON organisation FOR SELECT
  USING (current_setting('wattlife.oin', true) <> '*'
  AND works_with(id, current_setting('wattlife.oin', true)));
CREATE POLICY reach_operated ON device FOR SELECT
  USING (current_setting('wattlife.oin', true) <> '*' AND operator IS NOT NULL
  AND reaches_organisation(operator));
CREATE POLICY reach_operated ON enrolment FOR SELECT
  USING (current_setting('wattlife.oin', true) <> '*' AND operates_device(device));
CREATE POLICY reach_operated ON inventory FOR SELECT
  USING (current_setting('wattlife.oin', true) <> '*' AND operates_device(device));
CREATE POLICY reach_operated ON battery FOR SELECT
  USING (current_setting('wattlife.oin', true) <> '*' AND operates_device(device));
CREATE POLICY reach_operated ON disk FOR SELECT
  USING (current_setting('wattlife.oin', true) <> '*' AND operates_device(device));
)sql";

// Which collector does what one of several does for all, until when, and when that last went well.
// These times are of collectors, not of people or devices.
constexpr std::string_view duty_sqlite = R"sql(
CREATE TABLE duty (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until_ms INTEGER NOT NULL,
  done_ms INTEGER
) STRICT, WITHOUT ROWID;
)sql";
constexpr std::string_view duty_postgres = R"sql(
CREATE TABLE duty (
  name TEXT COLLATE "C" PRIMARY KEY,
  holder TEXT COLLATE "C" NOT NULL,
  until_ms BIGINT NOT NULL,
  done_ms BIGINT
);
ALTER TABLE duty ENABLE ROW LEVEL SECURITY;
ALTER TABLE duty FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON duty USING (current_setting('wattlife.oin', true) = '*');
)sql";

// Whose auditors may read an entry, and the orders in which lists of devices are read a page at a
// time.
constexpr std::string_view schema_10 = R"sql(
ALTER TABLE audit_entry ADD COLUMN oins TEXT NOT NULL DEFAULT '';
CREATE INDEX device_by_id ON device (organisation, public_id);
CREATE INDEX device_by_first_day ON device (organisation, first_day, public_id);
CREATE INDEX device_by_operator ON device (operator, public_id) WHERE operator IS NOT NULL;
CREATE INDEX operated_by_first_day ON device (operator, first_day, public_id)
  WHERE operator IS NOT NULL;
CREATE INDEX enrolment_apart ON enrolment (state) WHERE state IN ('conflict', 'ingetrokken');
)sql";
constexpr std::string_view postgres_10 = R"sql(
ALTER TABLE audit_entry ADD COLUMN oins TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX device_by_id ON device (organisation, public_id);
CREATE INDEX device_by_first_day ON device (organisation, first_day, public_id);
CREATE INDEX device_by_operator ON device (operator, public_id) WHERE operator IS NOT NULL;
CREATE INDEX operated_by_first_day ON device (operator, first_day, public_id)
  WHERE operator IS NOT NULL;
CREATE INDEX enrolment_apart ON enrolment (state) WHERE state IN ('conflict', 'ingetrokken');
CREATE POLICY reach_own ON audit_entry FOR SELECT
  USING (length(current_setting('wattlife.oin', true)) = 20
  AND position(current_setting('wattlife.oin', true) IN oins) > 0);
)sql";

constexpr SchemaStep steps[] = {
    {schema_1, postgres_1},         {schema_2, ""},         {schema_3, ""},
    {schema_4, postgres_4},         {"", postgres_5},       {schema_6, postgres_6},
    {audit_sqlite, audit_postgres}, {schema_8, postgres_8}, {duty_sqlite, duty_postgres},
    {schema_10, postgres_10}};

}  // namespace

std::span<const SchemaStep> fleet_schema() { return steps; }

}  // namespace wattlife
