// SPDX-License-Identifier: EUPL-1.2
// Opening, layout, and what people do: organisations, tokens, confirming.
#include "collector/fleet_store_sqlite.h"

#include <algorithm>
#include <utility>

#include "collector/digest.h"
#include "core/text.h"

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

// Which pack it is, as the device counts them.
constexpr std::string_view schema_4 = R"sql(
ALTER TABLE battery ADD COLUMN pack_number INTEGER;
)sql";

constexpr std::string_view url_prefix = "sqlite://";
constexpr std::string_view token_prefix = "wle_";

Result<std::string> path_from_url(const std::string& url) {
  if (url.rfind(url_prefix, 0) == 0 && url.size() > url_prefix.size()) {
    return url.substr(url_prefix.size());
  }
  return Error{Cause::malformed, url +
                                     ": is no database of this version; give sqlite:///path, for "
                                     "example sqlite:///var/lib/wattlife-collector/fleet.db"};
}

}  // namespace

Result<std::unique_ptr<FleetStore>> open_fleet_store(const std::string& url, StoreOpen mode,
                                                     RandomBytes random) {
  const auto path = path_from_url(url);
  if (!path) return path.error();
  if (mode == StoreOpen::existing) {
    auto there = Database::open(*path, {.mode = OpenMode::read_only, .lock_wait_ms = 1000});
    if (!there && there.error().cause == Cause::absent) {
      return Error{Cause::absent, *path +
                                      ": there is no database; make it with "
                                      "`wattlife-collector migrate --database " +
                                      url + "`"};
    }
  }
  auto database = Database::open(*path, {.mode = OpenMode::write_ahead_log, .lock_wait_ms = 2000});
  if (!database) return database.error();
  if (Done ready = database->migrate({schema_1, schema_2, schema_3, schema_4}); !ready)
    return ready.error();
  return std::unique_ptr<FleetStore>(
      std::make_unique<SqliteFleetStore>(*std::move(database), std::move(random)));
}

SqliteFleetStore::SqliteFleetStore(Database database, RandomBytes random)
    : database_(std::move(database)), random_(std::move(random)) {}

// --- Organisations and tokens
// ---------------------------------------------------------------------

Done SqliteFleetStore::add_organisation(const Organisation& organisation) {
  const bool digits = organisation.oin.size() == 20 &&
                      organisation.oin.find_first_not_of("0123456789") == std::string::npos;
  if (!digits) {
    return Error{Cause::malformed, organisation.oin + ": an OIN has exactly 20 digits"};
  }
  if (trimmed(organisation.name).empty()) {
    return Error{Cause::malformed, "an organisation needs a name"};
  }
  return database_.transaction([&]() -> Done {
    const auto known = database_.integer("SELECT id FROM organisation WHERE oin = ?",
                                         {std::string_view(organisation.oin)});
    if (known) return Error{Cause::denied, organisation.oin + ": is already there"};
    if (known.error().cause != Cause::absent) return known.error();
    return database_.run("INSERT INTO organisation (oin, name) VALUES (?, ?)",
                         {std::string_view(organisation.oin), trimmed(organisation.name)});
  });
}

Result<std::vector<Organisation>> SqliteFleetStore::organisations() {
  std::vector<Organisation> rows;
  const Done read =
      database_.query("SELECT oin, name FROM organisation ORDER BY oin", {}, [&](const Row& row) {
        rows.push_back({row.text(0), row.text(1)});
        return done();
      });
  if (!read) return read.error();
  return rows;
}

Result<std::int64_t> SqliteFleetStore::organisation_row(const std::string& oin) {
  auto row =
      database_.integer("SELECT id FROM organisation WHERE oin = ?", {std::string_view(oin)});
  if (!row && row.error().cause == Cause::absent) {
    return Error{Cause::absent, oin +
                                    ": no such organisation; add it with "
                                    "`wattlife-collector organisation add`"};
  }
  return row;
}

Result<std::string> SqliteFleetStore::create_token(const std::string& oin, const std::string& note,
                                                   UtcDay today, UtcDay expiry) {
  if (expiry <= today) {
    return Error{Cause::malformed, to_iso8601(expiry) + ": a token must work for a day at least"};
  }
  const std::string token = std::string(token_prefix) + hex_from_bytes(random_(secret_bytes));
  const std::string hash = sha256(token);
  const Done made = database_.transaction([&]() -> Done {
    const auto organisation = organisation_row(oin);
    if (!organisation) return organisation.error();
    return database_.run(
        "INSERT INTO token (organisation, hash, note, made_day, expiry_day) VALUES (?, ?, ?, ?, ?)",
        {*organisation, Bytes{hash}, std::string_view(note), day_number(today),
         day_number(expiry)});
  });
  if (!made) return made.error();
  return token;
}

Result<std::vector<TokenRow>> SqliteFleetStore::tokens() {
  std::vector<TokenRow> rows;
  const Done read = database_.query(
      "SELECT t.id, o.oin, t.note, t.made_day, t.expiry_day, t.revoked "
      "FROM token t JOIN organisation o ON o.id = t.organisation ORDER BY t.id",
      {}, [&](const Row& row) {
        rows.push_back({row.integer(0), row.text(1), row.text(2), day_from(row.integer(3)),
                        day_from(row.integer(4)), row.integer(5) != 0});
        return done();
      });
  if (!read) return read.error();
  return rows;
}

Done SqliteFleetStore::revoke_token(std::int64_t number) {
  return database_.transaction([&]() -> Done {
    if (Done run = database_.run("UPDATE token SET revoked = 1 WHERE id = ?", {number}); !run) {
      return run;
    }
    if (database_.changed_rows() == 0) {
      return Error{Cause::absent, "token " + std::to_string(number) + ": there is none"};
    }
    return done();
  });
}

// --- Enrolments
// -----------------------------------------------------------------------------------

Result<std::vector<EnrolmentRow>> SqliteFleetStore::enrolments() {
  std::vector<EnrolmentRow> rows;
  const Done read = database_.query(
      "SELECT e.public_id, d.public_id, e.state, e.unproven, e.simulated, "
      "e.candidate IS NOT NULL, o.oin, e.manufacturer, e.model, e.first_day, e.last_day "
      "FROM enrolment e JOIN device d ON d.id = e.device "
      "JOIN organisation o ON o.id = d.organisation ORDER BY e.id",
      {}, [&](const Row& row) {
        rows.push_back({row.text(0), row.text(1),
                        enrolment_state_from(row.text(2)).value_or(EnrolmentState::revoked),
                        row.integer(3) != 0, row.integer(4) != 0, row.integer(5) != 0, row.text(6),
                        row.optional_text(7), row.optional_text(8), day_from(row.integer(9)),
                        day_from(row.integer(10))});
        return done();
      });
  if (!read) return read.error();
  return rows;
}

// The enrolment with that public id; else the newest one of the device with that id.
Result<SqliteFleetStore::Sender> SqliteFleetStore::sender_of(const Id128& id) {
  std::optional<Sender> sender;
  const Done read = database_.query(
      "SELECT e.id, e.device, e.candidate, d.organisation, e.state, e.settled, e.secret_hash, "
      "e.next_secret_hash, e.secret_day, e.secret_used, e.count_day, e.count "
      "FROM enrolment e JOIN device d ON d.id = e.device WHERE e.public_id = ?",
      {Bytes{id}}, [&](const Row& row) {
        Sender found;
        found.row = row.integer(0);
        found.device = row.integer(1);
        found.candidate = row.optional_integer(2);
        found.organisation = row.integer(3);
        found.state = enrolment_state_from(row.text(4)).value_or(EnrolmentState::revoked);
        found.settled = row.integer(5) != 0;
        found.secrets = {row.text(6), row.text(7), day_from(row.integer(8))};
        found.secret_used = row.integer(9) != 0;
        found.count_day = day_from(row.integer(10));
        found.count = static_cast<int>(row.integer(11));
        sender = found;
        return done();
      });
  if (!read) return read.error();
  if (!sender) {
    return Error{Cause::absent, hex_from_bytes(id) +
                                    ": no device with this id; see "
                                    "`wattlife-collector device list`"};
  }
  return *sender;
}

Done SqliteFleetStore::confirm_row(const Sender& sender, bool as_new) {
  if (sender.candidate && !as_new) {
    // The history of the old device goes on; the row made at enrolment was only a place to wait.
    const std::int64_t kept = *sender.candidate;
    const std::int64_t left = sender.device;
    Done moved = database_.run(
        "UPDATE device SET last_day = max(last_day, (SELECT last_day FROM device WHERE id = ?)) "
        "WHERE id = ?",
        {left, kept});
    if (moved) {
      moved = database_.run("UPDATE enrolment SET device = ?, candidate = NULL WHERE id = ?",
                            {kept, sender.row});
    }
    if (moved) {
      moved = database_.run("UPDATE enrolment SET candidate = ? WHERE candidate = ?", {kept, left});
    }
    if (moved) moved = database_.run("DELETE FROM device WHERE id = ?", {left});
    if (!moved) return moved;
  }
  const std::int64_t settled = sender.state == EnrolmentState::conflict || sender.settled ? 1 : 0;
  const Done set = database_.run(
      "UPDATE enrolment SET state = 'bevestigd', unproven = 0, candidate = NULL, settled = ? "
      "WHERE id = ?",
      {settled, sender.row});
  if (!set) return set;
  return apply_waiting(sender.row);
}

Done SqliteFleetStore::confirm(const Id128& id, bool as_new) {
  return database_.transaction([&]() -> Done {
    const auto sender = sender_of(id);
    if (!sender) return sender.error();
    if (sender->state == EnrolmentState::revoked) {
      return Error{Cause::denied,
                   hex_from_bytes(id) + ": was revoked; the device must enrol again"};
    }
    return confirm_row(*sender, as_new);
  });
}

Result<int> SqliteFleetStore::confirm_all_pending() {
  int count = 0;
  const Done confirmed = database_.transaction([&]() -> Done {
    std::vector<Id128> waiting;
    const Done read =
        database_.query("SELECT public_id FROM enrolment WHERE state = 'te-bevestigen' ORDER BY id",
                        {}, [&](const Row& row) {
                          waiting.push_back(row.text(0));
                          return done();
                        });
    if (!read) return read;
    for (const Id128& id : waiting) {
      const auto sender = sender_of(id);  // again each time: the one before may have moved it
      if (!sender) return sender.error();
      if (Done row = confirm_row(*sender, false); !row) return row;
      ++count;
    }
    return done();
  });
  if (!confirmed) return confirmed.error();
  return count;
}

Done SqliteFleetStore::revoke(const Id128& id) {
  return database_.transaction([&]() -> Done {
    const auto sender = sender_of(id);
    if (!sender) return sender.error();
    return database_.run(
        "UPDATE enrolment SET state = 'ingetrokken', candidate = NULL WHERE id = ?", {sender->row});
  });
}

Result<std::vector<SetAsideRow>> SqliteFleetStore::set_aside() {
  std::vector<SetAsideRow> rows;
  const Done read = database_.query(
      "SELECT r.day, e.public_id, r.reason, length(r.body) FROM report r "
      "JOIN enrolment e ON e.id = r.enrolment WHERE r.reason IS NOT NULL "
      "UNION ALL SELECT s.day, e.public_id, s.reason, length(s.body) FROM set_aside s "
      "JOIN enrolment e ON e.id = s.enrolment ORDER BY 1, 2, 3",
      {}, [&](const Row& row) {
        rows.push_back({day_from(row.integer(0)), row.text(1), row.text(2), row.integer(3)});
        return done();
      });
  if (!read) return read.error();
  return rows;
}

Result<int> SqliteFleetStore::import_stock(const std::string& oin,
                                           const std::vector<StockRow>& rows) {
  int added = 0;
  const Done imported = database_.transaction([&]() -> Done {
    const auto organisation = organisation_row(oin);
    if (!organisation) return organisation.error();
    for (const StockRow& row : rows) {
      const Done inserted = database_.run(
          "INSERT INTO stock (organisation, serial, asset_tag) VALUES (?, ?, ?) "
          "ON CONFLICT DO NOTHING",
          {*organisation, std::string_view(row.serial), std::string_view(row.asset_tag)});
      if (!inserted) return inserted;
      added += static_cast<int>(database_.changed_rows());
    }
    return done();
  });
  if (!imported) return imported.error();
  return added;
}

Done SqliteFleetStore::backup(const std::string& path) {
  return database_.run("VACUUM INTO ?", {std::string_view(path)});
}

}  // namespace wattlife
