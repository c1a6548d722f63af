// SPDX-License-Identifier: EUPL-1.2
#include "agent/outbox.h"

#include <array>
#include <utility>

#include "platform/process.h"

namespace wattlife {
namespace {

constexpr std::string_view layout = R"(
CREATE TABLE agent(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  install_id BLOB NOT NULL,
  last_sequence INTEGER NOT NULL DEFAULT 0,
  device_id BLOB, secret BLOB, pending INTEGER NOT NULL DEFAULT 0,
  secret_refused INTEGER NOT NULL DEFAULT 0,
  enrolled_again INTEGER NOT NULL DEFAULT 0,
  not_before_utc_ms INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  complete_through INTEGER NOT NULL DEFAULT 0,
  inventory_sent BLOB, inventory_day TEXT, counters_day TEXT, serials_sent BLOB) STRICT;
CREATE TABLE report(
  sequence INTEGER PRIMARY KEY,
  state TEXT NOT NULL CHECK(state IN ('queued', 'sent', 'set_aside')),
  bytes BLOB NOT NULL,
  made_day TEXT NOT NULL,
  done_day TEXT,
  reason TEXT) STRICT;
CREATE INDEX report_queued ON report(sequence) WHERE state = 'queued';
CREATE TABLE reported_rows(
  store_id BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  PRIMARY KEY(store_id, first)) STRICT, WITHOUT ROWID;
)";

// Layout 2: what was sent of the calibration.
constexpr std::string_view calibration_layout = R"(
ALTER TABLE agent ADD COLUMN calibration_sent BLOB;
ALTER TABLE agent ADD COLUMN calibration_day TEXT;
)";

// Layout 3: what was sent of each counter that rises with use, and which packs there were.
constexpr std::string_view counters_layout = R"(
CREATE TABLE sent_counter(
  part TEXT NOT NULL, counter TEXT NOT NULL, value INTEGER NOT NULL, day TEXT NOT NULL,
  PRIMARY KEY(part, counter)) STRICT, WITHOUT ROWID;
CREATE TABLE pack(number INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE) STRICT;
)";

// Layout 4: how the secret is kept; empty: as it is.
constexpr std::string_view sealed_layout = R"(
ALTER TABLE agent ADD COLUMN secret_kind TEXT NOT NULL DEFAULT '';
)";

// Inventory and serials are remembered as the bytes of a report of their own, so that they are
// compared in the form in which they were sent. What may not go was left out before.
Report carrier(const Id128& install_id) {
  Report report;
  report.install_id = install_id;
  report.sequence = 1;
  report.agent_version = WATTLIFE_VERSION;
  report.data_list_version = newest_data_list;
  return report;
}

UtcDay day_or_epoch(const std::optional<std::string>& text) {
  return text ? day_from_iso8601(*text).value_or(UtcDay{}) : UtcDay{};
}

Error damaged(const std::string& what) {
  return Error{Cause::malformed, "outbox.db: " + what + " is damaged"};
}

}  // namespace

Result<Outbox> Outbox::open(const std::string& path, SecretStore secrets) {
  Result<Database> database = Database::open(path, {OpenMode::write_ahead_log, 2000, 0600});
  if (!database) return database.error();
  // The file is small, and a damaged one must be found before it is trusted with a new report.
  if (Done whole = database->check(); !whole) return whole.error();
  const Done made = database->migrate({layout, calibration_layout, counters_layout, sealed_layout});
  if (!made) return made.error();
  const Done named = database->transaction([&]() -> Done {
    std::array<std::uint8_t, id_bytes> id{};
    fill_random(id);
    const std::string bytes(id.begin(), id.end());
    return database->run("INSERT OR IGNORE INTO agent(one, install_id) VALUES(1, ?)",
                         {Bytes{bytes}});
  });
  if (!named) return named.error();
  Outbox outbox(*std::move(database), std::move(secrets));
  if (Done sealed = outbox.seal_what_is_plain(); !sealed) return sealed.error();
  return outbox;
}

Result<Outbox> Outbox::open_read_only(const std::string& path, SecretStore secrets) {
  Result<Database> database = Database::open(path, {OpenMode::read_only, 2000});
  if (!database) return database.error();
  return Outbox(*std::move(database), std::move(secrets));
}

// --- The secret ----------------------------------------------------------------------------------

Result<std::optional<Outbox::Kept>> Outbox::kept() {
  // A dry run may look at a file of an earlier layout, which it must not change.
  const Result<std::int64_t> version = database_.integer("PRAGMA user_version");
  if (!version) return version.error();
  const std::string_view sql =
      *version < 4 ? "SELECT secret, '' FROM agent WHERE secret IS NOT NULL"
                   : "SELECT secret, secret_kind FROM agent WHERE secret IS NOT NULL";
  std::optional<Kept> found;
  const Done asked = database_.query(sql, {}, [&](const Row& row) {
    found = {row.text(0), row.text(1)};
    return done();
  });
  if (!asked) return asked.error();
  return found;
}

// As it is when it cannot be sealed: the file's mode keeps it then, as on a system without a store.
Outbox::Kept Outbox::sealed(const std::string& secret) {
  if (secrets_.kind.empty()) return {secret, ""};
  const Result<std::string> sealed = secrets_.seal(secret);
  if (sealed) return {*sealed, secrets_.kind};
  if (!told_) {
    log(LogLevel::warning, "the secret of this laptop is kept by the rights of outbox.db alone: " +
                               sealed.error().text);
  }
  told_ = true;
  return {secret, ""};
}

// Runs `body`, which puts another secret in the place of the one that is there, and forgets the old
// one when that is on disk. When it failed, the commit may have happened all the same: then nothing
// is forgotten, and one that nobody refers to stays behind, sealed.
Done Outbox::forgetting_the_old_one(const std::function<Done()>& body) {
  const Result<std::optional<Kept>> before = kept();
  if (!before) return before.error();
  if (Done changed = database_.transaction(body); !changed) return changed;
  if (!*before || (*before)->kind.empty() || (*before)->kind != secrets_.kind) return done();
  const Result<std::optional<Kept>> after = kept();
  if (!after) return after.error();
  const bool replaced = !*after || (*after)->bytes != (*before)->bytes;
  if (replaced) secrets_.forget((*before)->bytes);
  return done();
}

// Once, after an update of an earlier version. The plain bytes are overwritten in the file, and the
// log in which they stood too is emptied; that is asked at each start, since a run may have ended
// between the two.
Done Outbox::seal_what_is_plain() {
  if (secrets_.kind.empty()) return done();
  const Result<std::optional<Kept>> found = kept();
  if (!found) return found.error();
  if (Done wiped = database_.run("PRAGMA secure_delete = ON"); !wiped) return wiped;
  if (*found && (*found)->kind.empty()) {
    const Kept fresh = sealed((*found)->bytes);
    if (fresh.kind.empty()) return done();
    const Done changed = database_.transaction([&] {
      return database_.run("UPDATE agent SET secret = ?, secret_kind = ?",
                           {Bytes{fresh.bytes}, fresh.kind});
    });
    if (!changed) return changed;
  }
  return database_.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

Result<Id128> Outbox::install_id() { return database_.text("SELECT install_id FROM agent"); }

Result<std::optional<Credential>> Outbox::credential() {
  const Result<std::optional<Kept>> found = kept();
  if (!found) return found.error();
  if (!*found) return std::optional<Credential>();
  std::optional<Credential> credential;
  const Done asked =
      database_.query("SELECT device_id, pending FROM agent", {}, [&](const Row& row) {
        credential = {row.text(0), (*found)->bytes, row.integer(1) != 0};
        return done();
      });
  if (!asked) return asked.error();
  if ((*found)->kind.empty()) return credential;
  const bool known = (*found)->kind == secrets_.kind;
  const Result<std::string> secret =
      known ? secrets_.open((*found)->bytes)
            : Error{Cause::denied, "it was sealed by another system (" + (*found)->kind + ")"};
  if (secret) {
    credential->secret = *secret;
    return credential;
  }
  const bool for_ever =
      secret.error().cause == Cause::denied || secret.error().cause == Cause::malformed;
  if (!for_ever) return secret.error();
  if (!told_) {
    log(LogLevel::error,
        "the secret of this laptop does not open, so it enrols again: " + secret.error().text);
  }
  told_ = true;
  return std::optional<Credential>();
}

Result<UploadState> Outbox::upload_state() {
  UploadState state;
  const auto known = credential();
  if (!known) return known.error();
  state.has_secret = known->has_value();
  const Done asked = database_.query(
      "SELECT secret_refused, enrolled_again, not_before_utc_ms, failures,"
      " complete_through, (SELECT min(sequence) FROM report WHERE state = 'queued') FROM agent",
      {}, [&](const Row& row) {
        state.secret_refused = row.integer(0) != 0;
        state.enrolled_again = row.integer(1) != 0;
        state.not_before = UtcTime{Duration{row.integer(2)}};
        state.failures = static_cast<int>(row.integer(3));
        state.complete_through = row.integer(4);
        state.next_report = row.optional_integer(5);
        return done();
      });
  if (!asked) return asked.error();
  return state;
}

Result<Reported> Outbox::reported(const Id128& store_id) {
  Reported reported;
  const Done rows =
      database_.query("SELECT first, last FROM reported_rows WHERE store_id = ? ORDER BY first",
                      {Bytes{store_id}}, [&](const Row& row) {
                        reported.rows.push_back({row.integer(0), row.integer(1)});
                        return done();
                      });
  if (!rows) return rows.error();
  const Done asked =
      database_.query("SELECT inventory_sent, serials_sent, inventory_day, counters_day FROM agent",
                      {}, [&](const Row& row) -> Done {
                        if (const auto bytes = row.optional_text(0)) {
                          const Result<Report> report = report_from(*bytes);
                          if (!report) return damaged("the last inventory");
                          reported.inventory = report->inventory;
                        }
                        if (const auto bytes = row.optional_text(1)) {
                          const Result<Report> report = report_from(*bytes);
                          if (!report) return damaged("the list of serials");
                          reported.serials = report->serials;
                        }
                        reported.inventory_day = day_or_epoch(row.optional_text(2));
                        reported.counters_day = day_or_epoch(row.optional_text(3));
                        return done();
                      });
  if (!asked) return asked.error();
  if (Done read = read_calibration(reported); !read) return read.error();
  if (Done read = read_counters(reported); !read) return read.error();
  return reported;
}

Done Outbox::read_calibration(Reported& reported) {
  // A dry run may look at a file of layout 1, which it must not change.
  const Result<std::int64_t> version = database_.integer("PRAGMA user_version");
  if (!version) return version.error();
  if (*version < 2) return done();
  return database_.query("SELECT calibration_sent, calibration_day FROM agent", {},
                         [&](const Row& row) -> Done {
                           reported.calibration_day = day_or_epoch(row.optional_text(1));
                           const auto bytes = row.optional_text(0);
                           if (!bytes) return done();
                           const Result<Report> report = report_from(*bytes);
                           if (!report) return damaged("the last calibration");
                           reported.calibration = report->calibration;
                           return done();
                         });
}

Done Outbox::read_counters(Reported& reported) {
  const Result<std::int64_t> version = database_.integer("PRAGMA user_version");
  if (!version) return version.error();
  if (*version < 3) return done();
  const Done packs =
      database_.query("SELECT identity FROM pack ORDER BY number", {}, [&](const Row& row) -> Done {
        reported.packs.push_back(row.text(0));
        return done();
      });
  if (!packs) return packs;
  return database_.query(
      "SELECT part, counter, value, day FROM sent_counter ORDER BY part, counter", {},
      [&](const Row& row) -> Done {
        const std::optional<UtcDay> day = day_from_iso8601(row.text(3));
        if (!day) return damaged("a counter that was sent");
        reported.counters.push_back({row.text(0), row.text(1), row.integer(2), *day});
        return done();
      });
}

// --- Adding --------------------------------------------------------------------------------------

Done Outbox::add(const std::vector<DueReport>& due, const Id128& store_id, UtcDay today) {
  if (due.empty()) return done();
  return database_.transaction([&]() -> Done {
    for (const DueReport& report : due) {
      if (Done added = add_one(report, store_id, today); !added) return added;
    }
    return done();
  });
}

Done Outbox::add_one(const DueReport& due, const Id128& store_id, UtcDay today) {
  const Result<Id128> id = install_id();
  if (!id) return id.error();
  const Result<std::int64_t> last = last_sequence();
  if (!last) return last.error();
  Report report = carrier(*id);
  report.sequence = *last + 1;
  report.summary = due.summary;
  if (due.summary) report.store_id = store_id;
  report.inventory = due.inventory;
  report.serials = due.serials;
  report.calibration = due.calibration;
  report.data_list_version = due.data_list;
  const std::string bytes = to_bytes(report);
  const std::string day = to_iso8601(today);
  const Done row = database_.run(
      "INSERT INTO report(sequence, state, bytes, made_day)"
      " VALUES(?, 'queued', ?, ?)",
      {report.sequence, Bytes{bytes}, day});
  if (!row) return row;
  // The number is never used again, also not after the row is gone.
  if (Done used = database_.run("UPDATE agent SET last_sequence = ?", {report.sequence}); !used) {
    return used;
  }
  for (const RowRange& range : due.rows) {
    if (Done claimed = claim(store_id, range); !claimed) return claimed;
  }
  return remember_inventory(due, today);
}

// Adds a range to the rows that are reported, joined with those it touches.
Done Outbox::claim(const Id128& store_id, const RowRange& range) {
  RowRange joined = range;
  const Done asked = database_.query(
      "SELECT min(first), max(last) FROM reported_rows"
      " WHERE store_id = ? AND first <= ? AND last >= ?",
      {Bytes{store_id}, range.last + 1, range.first - 1}, [&](const Row& row) {
        joined.first = std::min(joined.first, row.optional_integer(0).value_or(joined.first));
        joined.last = std::max(joined.last, row.optional_integer(1).value_or(joined.last));
        return done();
      });
  if (!asked) return asked;
  const Done removed =
      database_.run("DELETE FROM reported_rows WHERE store_id = ? AND first >= ? AND last <= ?",
                    {Bytes{store_id}, joined.first, joined.last});
  if (!removed) return removed;
  return database_.run("INSERT INTO reported_rows VALUES(?, ?, ?)",
                       {Bytes{store_id}, joined.first, joined.last});
}

Done Outbox::remember_counters(const DueReport& due) {
  for (const SentCounter& row : due.counters) {
    const std::string day = to_iso8601(row.day);
    const Done kept = database_.run("INSERT OR REPLACE INTO sent_counter VALUES(?, ?, ?, ?)",
                                    {row.part, row.counter, row.value, day});
    if (!kept) return kept;
  }
  std::int64_t number = 0;
  for (const std::string& pack : due.packs) {
    const Done kept = database_.run("INSERT OR IGNORE INTO pack VALUES(?, ?)", {++number, pack});
    if (!kept) return kept;
  }
  return done();
}

Done Outbox::remember_inventory(const DueReport& due, UtcDay today) {
  const Result<Id128> id = install_id();
  if (!id) return id.error();
  const std::string day = to_iso8601(today);
  if (due.inventory) {
    Report report = carrier(*id);
    report.inventory = due.inventory;
    const std::string bytes = to_bytes(report);
    const Done kept = database_.run("UPDATE agent SET inventory_sent = ?, inventory_day = ?",
                                    {Bytes{bytes}, day});
    if (!kept) return kept;
    if (Done counters = remember_counters(due); !counters) return counters;
  }
  if (due.calibration) {
    Report report = carrier(*id);
    report.calibration = due.calibration;
    const std::string bytes = to_bytes(report);
    const Done kept = database_.run("UPDATE agent SET calibration_sent = ?, calibration_day = ?",
                                    {Bytes{bytes}, day});
    if (!kept) return kept;
  }
  if (due.serials) {
    Report report = carrier(*id);
    report.serials = due.serials;
    const std::string bytes = to_bytes(report);
    return database_.run("UPDATE agent SET serials_sent = ?", {Bytes{bytes}});
  }
  return done();
}

// --- Sending -------------------------------------------------------------------------------------

Result<std::optional<QueuedReport>> Outbox::one(std::string_view sql) {
  std::optional<QueuedReport> report;
  const Done asked = database_.query(sql, {}, [&](const Row& row) {
    report = {row.integer(0), row.text(1)};
    return done();
  });
  if (!asked) return asked.error();
  return report;
}

Result<std::optional<QueuedReport>> Outbox::next() {
  return one("SELECT sequence, bytes FROM report WHERE state = 'queued' ORDER BY sequence LIMIT 1");
}

Result<std::optional<QueuedReport>> Outbox::last_sent() {
  return one(
      "SELECT sequence, bytes FROM report WHERE state = 'sent' ORDER BY sequence DESC LIMIT 1");
}

Result<std::int64_t> Outbox::count_queued() {
  return database_.integer("SELECT count(*) FROM report WHERE state = 'queued'");
}

Result<std::vector<QueuedReport>> Outbox::queued() {
  std::vector<QueuedReport> reports;
  const Done asked =
      database_.query("SELECT sequence, bytes FROM report WHERE state = 'queued' ORDER BY sequence",
                      {}, [&](const Row& row) {
                        reports.push_back({row.integer(0), row.text(1)});
                        return done();
                      });
  if (!asked) return asked.error();
  return reports;
}

Result<std::int64_t> Outbox::last_sequence() {
  return database_.integer("SELECT last_sequence FROM agent");
}

Done Outbox::store_state(const UploadState& state) {
  return database_.run(
      "UPDATE agent SET secret_refused = ?, enrolled_again = ?, not_before_utc_ms = ?,"
      " failures = ?, complete_through = ?",
      {std::int64_t{state.secret_refused}, std::int64_t{state.enrolled_again},
       std::int64_t{state.not_before.time_since_epoch().count()}, std::int64_t{state.failures},
       state.complete_through});
}

Done Outbox::accept(std::int64_t sequence, const Acknowledgement& acknowledgement, UtcDay today) {
  const std::string day = to_iso8601(today);
  const Done sent = database_.run(
      "UPDATE report SET state = 'sent', done_day = ?, reason = NULL WHERE sequence = ?",
      {day, sequence});
  if (!sent) return sent;
  // The collector holds less than it said before: what it lost is sent again.
  const Result<std::int64_t> before = database_.integer("SELECT complete_through FROM agent");
  if (!before) return before.error();
  const Done again = database_.run(
      "UPDATE report SET state = 'queued', done_day = NULL"
      " WHERE state = 'sent' AND sequence > ? AND sequence <= ? AND sequence <> ?",
      {acknowledgement.complete_through, *before, sequence});
  if (!again) return again;
  if (!acknowledgement.next_secret.empty()) {
    const Kept fresh = sealed(acknowledgement.next_secret);
    const Done rotated =
        database_.run("UPDATE agent SET secret = ?, secret_kind = ?, secret_refused = 0",
                      {Bytes{fresh.bytes}, fresh.kind});
    if (!rotated) return rotated;
  }
  return database_.run("UPDATE agent SET pending = ?", {std::int64_t{acknowledgement.pending}});
}

Done Outbox::record_report(std::int64_t sequence, const Outcome& outcome, const UploadState& after,
                           UtcDay today) {
  return forgetting_the_old_one([&]() -> Done {
    if (outcome.kind == Outcome::Kind::accepted) {
      if (Done taken = accept(sequence, *outcome.acknowledgement, today); !taken) return taken;
    }
    if (outcome.kind == Outcome::Kind::set_aside) {
      const std::string day = to_iso8601(today);
      const Done aside = database_.run(
          "UPDATE report SET state = 'set_aside', done_day = ?, reason = ? WHERE sequence = ?",
          {day, outcome.text, sequence});
      if (!aside) return aside;
    }
    return store_state(after);
  });
}

Done Outbox::record_enrolment(const Outcome& outcome, const UploadState& after,
                              const Serials& serials) {
  return forgetting_the_old_one([&]() -> Done {
    if (outcome.kind == Outcome::Kind::accepted) {
      const EnrolmentAnswer& answer = *outcome.enrolment;
      const Kept fresh = sealed(answer.secret);
      const Done known = database_.run(
          "UPDATE agent SET device_id = ?, secret = ?, secret_kind = ?, pending = ?",
          {Bytes{answer.device_id}, Bytes{fresh.bytes}, fresh.kind, std::int64_t{answer.pending}});
      if (!known) return known;
      DueReport told;
      told.serials = serials;
      if (Done kept = remember_inventory(told, UtcDay{}); !kept) return kept;
    }
    return store_state(after);
  });
}

Done Outbox::remove_old(UtcDay today) {
  const std::string sent = to_iso8601(today - sent_retention);
  const std::string aside = to_iso8601(today - set_aside_retention);
  return database_.transaction([&] {
    return database_.run(
        "DELETE FROM report WHERE (state = 'sent' AND done_day < ?)"
        " OR (state = 'set_aside' AND done_day < ?)",
        {sent, aside});
  });
}

}  // namespace wattlife
