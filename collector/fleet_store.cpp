// SPDX-License-Identifier: EUPL-1.2
// Opening, layout, and what people do: organisations, tokens, confirming.
#include "collector/sql_fleet_store.h"

#include <algorithm>
#include <utility>

#include "collector/digest.h"
#include "collector/fleet_schema.h"
#include "core/text.h"

namespace wattlife {
namespace {

constexpr std::string_view token_prefix = "wle_";
constexpr std::size_t most_owners = 10'000;

std::int64_t ms_of(UtcTime time) { return time.time_since_epoch().count(); }

}  // namespace

Result<std::unique_ptr<FleetStore>> open_fleet_store(const std::string& url, StoreOpen mode,
                                                     RandomBytes random) {
  auto sql = open_sql(url, mode);
  if (!sql) return sql.error();
  if (Done ready = (*sql)->migrate(fleet_schema()); !ready) return ready.error();
  return std::unique_ptr<FleetStore>(
      std::make_unique<SqlFleetStore>(*std::move(sql), std::move(random)));
}

bool begins_id(std::string_view text, const Id128& id) {
  return text.size() >= fewest_digits_of_an_id && hex_from_bytes(id).starts_with(lower_case(text));
}

SqlFleetStore::SqlFleetStore(std::unique_ptr<Sql> sql, RandomBytes random)
    : sql_(std::move(sql)), random_(std::move(random)) {}

// --- Others that write
// ----------------------------------------------------------------------------

Done SqlFleetStore::transaction(const std::function<Done()>& body) {
  return sql_->transaction([&]() -> Done {
    held_devices_.clear();
    held_names_.clear();
    objects_.clear();
    const Done changed = body();
    return changed ? write_down() : changed;
  });
}

// The entries of the change that is running, at the end of its transaction.
Done SqlFleetStore::write_down() {
  if (!pending_) return done();
  if (objects_.empty()) return wattlife::append_audit(*sql_, about(*pending_));
  for (const std::string& object : objects_) {
    AuditEntry entry = *pending_;
    entry.object = object;
    if (Done added = wattlife::append_audit(*sql_, about(entry)); !added) return added;
  }
  return done();
}

// The entry with the organisations that it is about: those that it names, or the owner of the
// device that it refers to, as far as this store has just looked at that.
AuditEntry SqlFleetStore::about(AuditEntry entry) const {
  if (entry.oins.empty()) entry.oins = oins_named_in(entry.object);
  if (!entry.oins.empty()) return entry;
  // "device 1f6c…", also with something behind it.
  constexpr std::string_view device = "device ";
  const auto owner = owners_.find(entry.object.substr(0, entry.object.find(' ', device.size())));
  if (owner != owners_.end()) entry.oins = owner->second;
  return entry;
}

// Of an enrolment or a device, for entries about it.
Done SqlFleetStore::remember_owner(const Id128& id) {
  const auto keep = [&](const SqlRow& row) {
    owners_[device_reference(id)] = row.text(0);
    return done();
  };
  Done asked = sql_->query(
      "SELECT o.oin FROM organisation o JOIN device d ON d.organisation = o.id "
      "WHERE d.public_id = ?",
      {Bytes{id}}, keep);
  if (!asked) return asked;
  return sql_->query(
      "SELECT o.oin FROM organisation o JOIN device d ON d.organisation = o.id "
      "JOIN enrolment e ON e.device = d.id WHERE e.public_id = ?",
      {Bytes{id}}, keep);
}

// Locks those names that this transaction does not hold yet.
Done SqlFleetStore::hold(const std::vector<std::string>& names) {
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    if (held_names_.insert(name).second) missing.push_back(name);
  }
  return missing.empty() ? done() : sql_->lock(missing);
}

// Locks the devices of these enrolments, and those that they say they continue.
Done SqlFleetStore::hold_devices_of(const std::vector<Id128>& enrolments) {
  if (pending_) {
    if (owners_.size() >= most_owners) owners_.clear();
    for (const Id128& id : enrolments) {
      if (Done owner = remember_owner(id); !owner) return owner;
    }
  }
  // By arrays, so that no plan can be to read a whole table that was small once.
  const std::string_view rows = sql_->either(
      "",
      "SELECT d.id FROM device d WHERE d.id = ANY (ARRAY("
      "SELECT unnest(ARRAY[e.device, e.candidate]) FROM enrolment e WHERE e.public_id = ANY (ARRAY("
      "SELECT decode(h, 'hex') FROM unnest(string_to_array(?, ',')) h)))) "
      "ORDER BY d.id FOR UPDATE");
  if (rows.empty()) return done();  // in SQLite a transaction is alone
  std::string ids;
  for (const Id128& id : enrolments) ids += (ids.empty() ? "" : ",") + hex_from_bytes(id);
  return sql_->query(rows, {std::string_view(ids)}, [&](const SqlRow& row) {
    held_devices_.insert(row.integer(0));
    return done();
  });
}

// In PostgreSQL bodies lie in a partition for each month of receipt, made here for this month and
// the next. It is a table first and a partition then, so that nobody who reads has to wait.
Done SqlFleetStore::make_room(UtcDay today) {
  const std::chrono::year_month_day date(today);
  std::chrono::year_month month = date.year() / date.month();
  if (months_with_room_.count(month) > 0) return done();
  if (sql_->either("", "partitions").empty()) return done();
  for (int i = 0; i < 2; ++i, month += std::chrono::months(1)) {
    const UtcDay first = std::chrono::sys_days(month / 1);
    const UtcDay after = std::chrono::sys_days((month + std::chrono::months(1)) / 1);
    const std::string iso = to_iso8601(first);
    const std::string name = "report_body_" + iso.substr(0, 4) + iso.substr(5, 2);
    const Done made = transaction([&]() -> Done {
      if (Done held = hold({"partition"}); !held) return held;
      const auto there = sql_->integer(
          "SELECT count(*) FROM pg_inherits WHERE inhparent = 'report_body'::regclass "
          "AND inhrelid = to_regclass(?)",
          {std::string_view(name)});
      if (!there) return there.error();
      if (*there > 0) return done();
      Done step = sql_->run("CREATE TABLE " + name + " (LIKE report_body INCLUDING ALL)");
      if (step) {
        step = sql_->run("ALTER TABLE report_body ATTACH PARTITION " + name + " FOR VALUES FROM (" +
                         std::to_string(day_number(first)) + ") TO (" +
                         std::to_string(day_number(after)) + ")");
      }
      // What asks report_body is judged by its policy; a partition by its own name only pg_dump.
      if (step) step = sql_->run("ALTER TABLE " + name + " ENABLE ROW LEVEL SECURITY");
      if (step) step = sql_->run("ALTER TABLE " + name + " FORCE ROW LEVEL SECURITY");
      if (step) {
        step = sql_->run("CREATE POLICY reach ON " + name +
                         " USING (current_setting('wattlife.oin', true) = '*')");
      }
      return step;
    });
    if (!made) return made;
    if (i == 0) months_with_room_.insert(month);
  }
  return done();
}

// --- Organisations and tokens
// ---------------------------------------------------------------------

Done SqlFleetStore::add_organisation(const Organisation& organisation) {
  const bool digits = organisation.oin.size() == 20 &&
                      organisation.oin.find_first_not_of("0123456789") == std::string::npos;
  if (!digits) {
    return Error{Cause::malformed, organisation.oin + ": an OIN has exactly 20 digits"};
  }
  if (trimmed(organisation.name).empty()) {
    return Error{Cause::malformed, "an organisation needs a name"};
  }
  return transaction([&]() -> Done {
    const auto known = sql_->integer("SELECT id FROM organisation WHERE oin = ?",
                                     {std::string_view(organisation.oin)});
    if (known) return Error{Cause::denied, organisation.oin + ": is already there"};
    if (known.error().cause != Cause::absent) return known.error();
    return sql_->run("INSERT INTO organisation (oin, name) VALUES (?, ?)",
                     {std::string_view(organisation.oin), trimmed(organisation.name)});
  });
}

Result<std::vector<Organisation>> SqlFleetStore::organisations() {
  std::vector<Organisation> rows;
  const Done read =
      sql_->query("SELECT oin, name FROM organisation ORDER BY oin", {}, [&](const SqlRow& row) {
        rows.push_back({row.text(0), row.text(1)});
        return done();
      });
  if (!read) return read.error();
  return rows;
}

Result<std::int64_t> SqlFleetStore::organisation_row(const std::string& oin) {
  auto row = sql_->integer("SELECT id FROM organisation WHERE oin = ?", {std::string_view(oin)});
  if (!row && row.error().cause == Cause::absent) {
    return Error{Cause::absent, oin +
                                    ": no such organisation; add it with "
                                    "`wattlife-collector organisation add`"};
  }
  return row;
}

Result<std::string> SqlFleetStore::create_token(const std::string& oin, const std::string& note,
                                                UtcDay today, UtcDay expiry,
                                                const HandOver& hand_over) {
  if (expiry <= today) {
    return Error{Cause::malformed, to_iso8601(expiry) + ": a token must work for a day at least"};
  }
  const std::string token = std::string(token_prefix) + hex_from_bytes(random_(secret_bytes));
  const std::string hash = sha256(token);
  const Done made = transaction([&]() -> Done {
    const auto organisation = organisation_row(oin);
    if (!organisation) return organisation.error();
    const auto number = sql_->integer(
        "INSERT INTO token (organisation, hash, note, made_day, expiry_day) VALUES (?, ?, ?, ?, ?) "
        "RETURNING id",
        {*organisation, Bytes{hash}, std::string_view(note), day_number(today),
         day_number(expiry)});
    if (!number) return number.error();
    objects_ = {"token " + std::to_string(*number) + " of organisation " + oin};
    return hand_over(token);
  });
  if (!made) return made.error();
  return token;
}

Result<std::vector<TokenRow>> SqlFleetStore::tokens() {
  std::vector<TokenRow> rows;
  const Done read = sql_->query(
      "SELECT t.id, o.oin, t.note, t.made_day, t.expiry_day, t.revoked "
      "FROM token t JOIN organisation o ON o.id = t.organisation ORDER BY t.id",
      {}, [&](const SqlRow& row) {
        rows.push_back({row.integer(0), row.text(1), row.text(2), day_from(row.integer(3)),
                        day_from(row.integer(4)), row.integer(5) != 0});
        return done();
      });
  if (!read) return read.error();
  return rows;
}

Done SqlFleetStore::revoke_token(std::int64_t number) {
  return transaction([&]() -> Done {
    const auto revoked =
        sql_->integer("UPDATE token SET revoked = 1 WHERE id = ? RETURNING id", {number});
    if (revoked) return done();
    if (revoked.error().cause != Cause::absent) return revoked.error();
    return Error{Cause::absent, "token " + std::to_string(number) + ": there is none"};
  });
}

// --- Enrolments
// -----------------------------------------------------------------------------------

Result<std::vector<EnrolmentRow>> SqlFleetStore::enrolments() {
  std::vector<EnrolmentRow> rows;
  const Done read = sql_->query(
      "SELECT e.public_id, d.public_id, e.state, e.unproven, e.simulated, "
      "e.candidate IS NOT NULL, o.oin, e.manufacturer, e.model, e.first_day, e.last_day, "
      "coalesce(p.oin, ''), e.by_certificate, e.continued, NOT EXISTS (SELECT 1 FROM enrolment f "
      "WHERE f.device = e.device AND f.id < e.id), EXISTS (SELECT 1 FROM serial s JOIN stock k "
      "ON k.serial = s.value WHERE s.enrolment = e.id AND s.kind = 'systeem' "
      "AND k.organisation = d.organisation), coalesce(e.revoked_for, '') "
      "FROM enrolment e JOIN device d ON d.id = e.device "
      "JOIN organisation o ON o.id = d.organisation "
      "LEFT JOIN organisation p ON p.id = d.operator ORDER BY e.id",
      {}, [&](const SqlRow& row) {
        rows.push_back({row.text(0), row.text(1),
                        enrolment_state_from(row.text(2)).value_or(EnrolmentState::revoked),
                        row.integer(3) != 0, row.integer(4) != 0, row.integer(5) != 0, row.text(6),
                        row.optional_text(7), row.optional_text(8), day_from(row.integer(9)),
                        day_from(row.integer(10)), row.text(11), row.integer(12) != 0,
                        row.integer(13) != 0, row.integer(14) != 0, row.integer(15) != 0,
                        row.text(16)});
        return done();
      });
  if (!read) return read.error();
  return rows;
}

// Fourteen columns, from `column` on.
SqlFleetStore::Sender SqlFleetStore::sender_from(const SqlRow& row, int column) {
  Sender found;
  found.row = row.integer(column);
  found.device = row.integer(column + 1);
  found.candidate = row.optional_integer(column + 2);
  found.organisation = row.integer(column + 3);
  found.state = enrolment_state_from(row.text(column + 4)).value_or(EnrolmentState::revoked);
  found.settled = row.integer(column + 5) != 0;
  found.secrets = {row.text(column + 6), row.text(column + 7), day_from(row.integer(column + 8))};
  found.secret_used = row.integer(column + 9) != 0;
  found.count_day = day_from(row.integer(column + 10));
  found.count = static_cast<int>(row.integer(column + 11));
  found.by_certificate = row.integer(column + 12) != 0;
  found.key_hash = row.text(column + 13);
  return found;
}

// The enrolment with that public id; absent when there is none. A device's own id is that of its
// first enrolment.
Result<SqlFleetStore::Sender> SqlFleetStore::sender_of(const Id128& id) {
  std::optional<Sender> sender;
  const Done read = sql_->query(
      "SELECT e.id, e.device, e.candidate, d.organisation, e.state, e.settled, e.secret_hash, "
      "e.next_secret_hash, e.secret_day, e.secret_used, e.count_day, e.count, e.by_certificate, "
      "e.key_hash "
      "FROM enrolment e JOIN device d ON d.id = e.device WHERE e.public_id = ?",
      {Bytes{id}}, [&](const SqlRow& row) {
        sender = sender_from(row, 0);
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

Done SqlFleetStore::confirm_row(const Sender& sender, bool as_new) {
  if (sender.candidate && !as_new) {
    // The history of the old device goes on; the row made at enrolment was only a place to wait.
    const std::int64_t kept = *sender.candidate;
    const std::int64_t left = sender.device;
    Done moved = sql_->run(
        "UPDATE device SET last_day = (SELECT l.last_day FROM device l WHERE l.id = ?) "
        "WHERE id = ? AND last_day < (SELECT l.last_day FROM device l WHERE l.id = ?)",
        {left, kept, left});
    if (moved) {
      moved = sql_->run("UPDATE enrolment SET device = ?, candidate = NULL WHERE id = ?",
                        {kept, sender.row});
    }
    if (moved) {
      moved = sql_->run("UPDATE enrolment SET candidate = ? WHERE candidate = ?", {kept, left});
    }
    if (moved) moved = sql_->run("DELETE FROM device WHERE id = ?", {left});
    if (!moved) return moved;
  }
  const std::int64_t settled = sender.state == EnrolmentState::conflict || sender.settled ? 1 : 0;
  const Done set = sql_->run(
      "UPDATE enrolment SET state = 'bevestigd', unproven = 0, candidate = NULL, settled = ? "
      "WHERE id = ?",
      {settled, sender.row});
  if (!set) return set;
  return apply_waiting(sender.row);
}

Done SqlFleetStore::confirm_these(const std::vector<Id128>& ids, const ConfirmHow& how) {
  return transaction([&]() -> Done {
    if (Done held = hold_devices_of(ids); !held) return held;
    for (const Id128& id : ids) {
      const auto sender = sender_of(id);  // again each time: the one before may have moved it
      if (!sender) return sender.error();
      if (sender->state == EnrolmentState::revoked) {
        return Error{Cause::denied,
                     hex_from_bytes(id) + ": was revoked; the device must enrol again"};
      }
      if (how.only_waiting && sender->state != EnrolmentState::to_confirm) {
        return Error{Cause::denied, hex_from_bytes(id) + ": no longer waits; look at it again"};
      }
      if (Done row = confirm_row(*sender, how.as_new); !row) return row;
      objects_.push_back(device_reference(id));
    }
    return done();
  });
}

Result<int> SqlFleetStore::confirm_all_pending() {
  int count = 0;
  const Done confirmed = transaction([&]() -> Done {
    count = 0;
    std::vector<Id128> waiting;
    const Done read =
        sql_->query("SELECT public_id FROM enrolment WHERE state = 'te-bevestigen' ORDER BY id", {},
                    [&](const SqlRow& row) {
                      waiting.push_back(row.text(0));
                      return done();
                    });
    if (!read) return read;
    if (Done held = hold_devices_of(waiting); !held) return held;
    for (const Id128& id : waiting) {
      const auto sender = sender_of(id);  // again each time: the one before may have moved it
      if (!sender) return sender.error();
      if (sender->state != EnrolmentState::to_confirm) continue;  // confirmed or revoked meanwhile
      if (Done row = confirm_row(*sender, false); !row) return row;
      objects_.push_back(device_reference(id));
      ++count;
    }
    return done();
  });
  if (!confirmed) return confirmed.error();
  return count;
}

Done SqlFleetStore::revoke_these(const std::vector<Id128>& ids, const std::string& reason) {
  if (!reason.empty() && revoke_reason(reason) == nullptr) {
    std::string known;
    for (const RevokeReason& one : revoke_reasons) known += " " + std::string(one.code);
    return Error{Cause::malformed, reason + ": is no reason; there are" + known};
  }
  return transaction([&]() -> Done {
    if (Done held = hold_devices_of(ids); !held) return held;
    for (const Id128& id : ids) {
      const auto sender = sender_of(id);
      if (!sender) return sender.error();
      const Done revoked = sql_->run(
          "UPDATE enrolment SET state = 'ingetrokken', candidate = NULL, revoked_for = ? "
          "WHERE id = ?",
          {reason.empty() ? Bound(nullptr) : Bound(std::string_view(reason)), sender->row});
      if (!revoked) return revoked;
      objects_.push_back(device_reference(id) + (reason.empty() ? "" : " (" + reason + ")"));
    }
    return done();
  });
}

Result<std::vector<SetAsideRow>> SqlFleetStore::set_aside() {
  std::vector<SetAsideRow> rows;
  const Done read = sql_->query(
      "SELECT r.day, e.public_id, r.reason, length(b.body) FROM report r "
      "JOIN report_body b ON b.report = r.id AND b.day = r.day "
      "JOIN enrolment e ON e.id = r.enrolment WHERE r.reason IS NOT NULL "
      "UNION ALL SELECT s.day, e.public_id, s.reason, length(s.body) FROM set_aside s "
      "JOIN enrolment e ON e.id = s.enrolment ORDER BY 1, 2, 3",
      {}, [&](const SqlRow& row) {
        rows.push_back({day_from(row.integer(0)), row.text(1), row.text(2), row.integer(3)});
        return done();
      });
  if (!read) return read.error();
  return rows;
}

Result<int> SqlFleetStore::import_stock(const std::string& oin, const std::vector<StockRow>& rows) {
  int added = 0;
  const Done imported = transaction([&]() -> Done {
    added = 0;
    const auto organisation = organisation_row(oin);
    if (!organisation) return organisation.error();
    for (const StockRow& row : rows) {
      const auto inserted = sql_->integer(
          "INSERT INTO stock (organisation, serial, asset_tag) VALUES (?, ?, ?) "
          "ON CONFLICT (organisation, serial) DO NOTHING RETURNING 1",
          {*organisation, std::string_view(row.serial), std::string_view(row.asset_tag)});
      if (inserted) ++added;
      if (!inserted && inserted.error().cause != Cause::absent) return inserted.error();
    }
    return done();
  });
  if (!imported) return imported.error();
  return added;
}

// --- Audit
// ----------------------------------------------------------------------------------------

Done SqlFleetStore::audited(const AuditEntry& entry, const std::function<Done()>& change) {
  pending_ = entry;
  const Done changed = change();
  pending_.reset();
  if (changed) return changed;
  AuditEntry refused = entry;
  refused.result = audit_result_of(changed.error());
  // When this fails as well, what came first is still the one to tell.
  (void)append_audit(refused);
  return changed;
}

Done SqlFleetStore::append_audit(const AuditEntry& entry) {
  return sql_->transaction([&] { return wattlife::append_audit(*sql_, about(entry)); });
}

Result<std::vector<ChainedEntry>> SqlFleetStore::audit_entries(const AuditFilter& filter) {
  return wattlife::audit_entries(*sql_, filter);
}

Result<std::vector<AuditSegment>> SqlFleetStore::audit_segments() {
  return wattlife::audit_segments(*sql_);
}

Result<AuditState> SqlFleetStore::check_audit(const std::optional<AuditCheckpoint>& seen) {
  return wattlife::check_audit(*sql_, seen);
}

Result<std::optional<AuditSegment>> SqlFleetStore::close_audit(UtcDay before,
                                                               const AuditEntry& entry,
                                                               bool apply) {
  return wattlife::close_audit(*sql_, before, entry, apply);
}

// --- Work for all collectors
// ----------------------------------------------------------------------

Result<bool> SqlFleetStore::take_duty(const std::string& duty, const std::string& holder,
                                      UtcTime now, UtcTime until) {
  constexpr std::chrono::days unbelievable{1};
  bool taken = false;
  const Done asked = transaction([&]() -> Done {
    taken = false;
    return sql_->query(
        "INSERT INTO duty (name, holder, until_ms) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE "
        "SET holder = excluded.holder, until_ms = excluded.until_ms WHERE duty.until_ms <= ? OR "
        "duty.until_ms > ? OR duty.holder = excluded.holder RETURNING name",
        {std::string_view(duty), std::string_view(holder), ms_of(until), ms_of(now),
         ms_of(now + unbelievable)},
        [&](const SqlRow&) {
          taken = true;
          return done();
        });
  });
  if (!asked) return asked.error();
  return taken;
}

Done SqlFleetStore::end_duty(const std::string& duty, const std::string& holder,
                             std::optional<UtcTime> done) {
  return transaction([&]() -> Done {
    const std::optional<std::int64_t> at = done ? std::optional(ms_of(*done)) : std::nullopt;
    return sql_->run(
        "UPDATE duty SET until_ms = 0, done_ms = coalesce(?, done_ms) WHERE name = ? AND holder = "
        "?",
        {at ? Bound(*at) : Bound(nullptr), std::string_view(duty), std::string_view(holder)});
  });
}

Result<std::optional<UtcTime>> SqlFleetStore::duty_done(const std::string& duty) {
  const auto at =
      sql_->integer("SELECT done_ms FROM duty WHERE name = ?", {std::string_view(duty)});
  if (at) return std::optional(UtcTime{Duration(*at)});
  if (at.error().cause == Cause::absent) return std::optional<UtcTime>();
  return at.error();
}

Done SqlFleetStore::backup(const std::string& path) { return sql_->backup(path); }

}  // namespace wattlife
