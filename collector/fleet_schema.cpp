// SPDX-License-Identifier: EUPL-1.2
#include "collector/fleet_schema.h"

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

constexpr SchemaStep steps[] = {{schema_1, ""}, {schema_2, ""}, {schema_3, ""}};

}  // namespace

std::span<const SchemaStep> fleet_schema() { return steps; }

}  // namespace wattlife
