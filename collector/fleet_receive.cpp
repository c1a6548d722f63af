// SPDX-License-Identifier: EUPL-1.2
// What devices send: reads what is known, asks the judge, writes what it says.
#include <algorithm>
#include <set>

#include "collector/digest.h"
#include "collector/sql_fleet_store.h"
#include "core/text.h"

namespace wattlife {
namespace {

constexpr std::string_view kind_system = "systeem";
constexpr std::string_view kind_uuid = "uuid";
constexpr std::string_view kind_disk = "schijf";
constexpr std::string_view kind_battery = "accu";
constexpr std::string_view kind_board = "moederbord";
constexpr std::string_view kind_asset = "inventarisnummer";

std::vector<std::pair<std::string_view, std::string>> by_kind(const Serials& serials) {
  std::vector<std::pair<std::string_view, std::string>> rows;
  if (serials.system_serial) rows.emplace_back(kind_system, *serials.system_serial);
  if (serials.system_uuid) rows.emplace_back(kind_uuid, *serials.system_uuid);
  for (const std::string& serial : serials.disk_serials) rows.emplace_back(kind_disk, serial);
  for (const std::string& serial : serials.battery_serials) rows.emplace_back(kind_battery, serial);
  if (serials.board_serial) rows.emplace_back(kind_board, *serials.board_serial);
  if (serials.asset_tag) rows.emplace_back(kind_asset, *serials.asset_tag);
  return rows;
}

// Packs and main boards are replaced, and the owner's number is typed in: none finds a device.
bool finds_a_device(std::string_view kind) {
  return kind == kind_system || kind == kind_uuid || kind == kind_disk;
}

std::vector<std::string> locks_of(const Serials& serials) {
  std::vector<std::string> names;
  for (const auto& [kind, value] : by_kind(serials)) {
    if (finds_a_device(kind)) names.push_back("serial " + std::string(kind) + " " + value);
  }
  return names;
}

ReportOutcome refused(const Refusal& problem) { return {std::nullopt, problem}; }

Refusal malformed_enrolment(const std::string& reason) {
  return {400,
          "malformed-enrolment",
          "The enrolment is not accepted",
          reason,
          "De inschrijving klopt niet: " + reason,
          0,
          {}};
}

}  // namespace

// --- Enrolment
// ------------------------------------------------------------------------------------

Result<std::vector<EnrolmentOutcome>> SqlFleetStore::enrol(
    const std::vector<EnrolmentArrival>& batch, UtcDay today) {
  std::vector<EnrolmentOutcome> outcomes;
  const Done kept = transaction([&]() -> Done {
    outcomes.clear();
    continued_.clear();
    for (const EnrolmentArrival& arrival : batch) {
      auto outcome = enrol_one(arrival, today);
      if (!outcome) return outcome.error();
      outcomes.push_back(*std::move(outcome));
    }
    return note_continued(today);
  });
  if (!kept) return kept.error();
  return outcomes;
}

// Enrolments of an organisation one after the other: they are counted, and look for each other.
// Before any serial number, in both modes, or two would wait for each other's.
Done SqlFleetStore::hold_enrolments_of(std::int64_t organisation) {
  return hold({"organisation " + std::to_string(organisation)});
}

Result<EnrolmentOutcome> SqlFleetStore::enrol_one(const EnrolmentArrival& arrival, UtcDay today) {
  EnrolmentKnown known;
  known.within_rate = arrival.within_rate;
  Holder holder;
  const Done read = known_credential(arrival, known, holder);
  if (!read) return read.error();
  // A stranger's bytes are not parsed before the credential is known to be good.
  const EnrolmentVerdict first = judge_admission(known, today);
  if (first.kind == EnrolmentVerdict::Kind::refused) {
    return EnrolmentOutcome{std::nullopt, first.problem};
  }
  const auto request = enrolment_request_from(arrival.body);
  if (!request) return EnrolmentOutcome{std::nullopt, malformed_enrolment(request.error().text)};

  if (Done held = hold_enrolments_of(holder.organisation); !held) return held.error();
  if (Done held = hold(locks_of(request->serials)); !held) return held.error();
  if (Done gathered = known_enrolment(*request, holder.organisation, known); !gathered) {
    return gathered.error();
  }
  const EnrolmentVerdict verdict = judge_enrolment(known, today);
  if (Done conflicts = put_in_conflict(verdict.conflicts); !conflicts) return conflicts.error();
  if (verdict.kind == EnrolmentVerdict::Kind::refused) {
    return EnrolmentOutcome{std::nullopt, verdict.problem};
  }
  EnrolmentAnswer answer;
  answer.secret = random_(secret_bytes);
  answer.pending = verdict.state != EnrolmentState::confirmed;
  const std::string secret_hash = sha256(answer.secret);
  std::int64_t enrolment = verdict.enrolment;
  if (verdict.kind == EnrolmentVerdict::Kind::again) {
    const auto id = sql_->text("SELECT public_id FROM enrolment WHERE id = ?", {verdict.enrolment});
    if (!id) return id.error();
    answer.device_id = *id;
  } else {
    answer.device_id = random_(id_bytes);
    const auto inserted = insert_enrolment(*request, holder, verdict, answer.device_id, today);
    if (!inserted) return inserted.error();
    enrolment = *inserted;
  }
  const Done secret = sql_->run(
      "UPDATE enrolment SET secret_hash = ?, secret_day = ?, next_secret_hash = NULL WHERE id = ?",
      {Bytes{secret_hash}, day_number(today), enrolment});
  if (!secret) return secret.error();
  if (arrival.certificate) {
    const Done bound =
        bind_key(enrolment, request->install_id, arrival.certificate->key_hash, today);
    if (!bound) return bound.error();
  }
  if (verdict.continues) continued_.push_back(answer.device_id);
  if (Done serials = keep_serials(enrolment, request->serials, today); !serials) {
    return serials.error();
  }
  if (Done contact = heard(enrolment, request->install_id, today); !contact) {
    return contact.error();
  }
  return EnrolmentOutcome{answer, {}};
}

Done SqlFleetStore::known_enrolment(const EnrolmentRequest& request, std::int64_t organisation,
                                    EnrolmentKnown& known) {
  const auto pending = sql_->integer(
      "SELECT count(*) FROM enrolment e JOIN device d ON d.id = e.device "
      "WHERE e.state = 'te-bevestigen' AND d.organisation = ?",
      {organisation});
  if (!pending) return pending.error();
  known.pending = static_cast<int>(*pending);
  const Done install = sql_->query(
      "SELECT e.id, e.state, e.secret_used, e.by_certificate, e.device, e.candidate "
      "FROM enrolment e JOIN device d ON d.id = e.device "
      "WHERE e.install_id = ? AND d.organisation = ? ORDER BY e.id" +
          std::string(sql_->either("", " FOR UPDATE OF d, e")),
      {Bytes{request.install_id}, organisation}, [&](const SqlRow& row) {
        known.install =
            KnownInstall{row.integer(0),
                         enrolment_state_from(row.text(1)).value_or(EnrolmentState::revoked),
                         row.integer(2) != 0,
                         row.integer(3) != 0,
                         row.integer(4),
                         row.optional_integer(5)};
        return done();
      });
  if (!install) return install;
  if (Done hardware = known_hardware(request.serials, organisation, known.hardware); !hardware) {
    return hardware;
  }
  const auto& serial = request.serials.system_serial;
  if (!serial || !tells_identity(*serial)) return done();
  const auto in_stock =
      sql_->integer("SELECT count(*) FROM stock WHERE organisation = ? AND serial = ?",
                    {organisation, std::string_view(*serial)});
  if (!in_stock) return in_stock.error();
  known.in_stock = *in_stock > 0;
  const auto claimed = sql_->integer("SELECT count(*) FROM serial WHERE value = ? AND kind = ?",
                                     {std::string_view(*serial), kind_system});
  if (!claimed) return claimed.error();
  known.claimed_before = *claimed > 0;
  return done();
}

Done SqlFleetStore::known_hardware(const Serials& serials, std::int64_t organisation,
                                   std::vector<KnownHardware>& hardware) {
  std::set<std::pair<std::int64_t, std::int64_t>> seen;  // device, enrolment
  for (const auto& [kind, value] : by_kind(serials)) {
    if (!finds_a_device(kind) || !tells_identity(value)) continue;
    const Done read = sql_->query(
        "SELECT e.device, e.id FROM serial s JOIN enrolment e ON e.id = s.enrolment "
        "JOIN device d ON d.id = e.device "
        "WHERE s.value = ? AND s.kind = ? AND d.organisation = ?",
        {std::string_view(value), kind, organisation}, [&](const SqlRow& row) {
          seen.emplace(row.integer(0), row.integer(1));
          return done();
        });
    if (!read) return read;
  }
  for (const auto& [device, enrolment] : seen) {
    const auto theirs = serials_of_enrolment(enrolment);
    if (!theirs) return theirs.error();
    const auto steady = sql_->integer(
        "SELECT CASE WHEN sum(CASE WHEN state = 'bevestigd' THEN 1 ELSE 0 END) > 0 "
        "AND sum(CASE WHEN state = 'conflict' THEN 1 ELSE 0 END) = 0 THEN 1 ELSE 0 END "
        "FROM enrolment WHERE device = ?",
        {device});
    if (!steady) return steady.error();
    hardware.push_back({device, shared_identity(serials, *theirs), *steady != 0});
  }
  return done();
}

Result<Serials> SqlFleetStore::serials_of_enrolment(std::int64_t enrolment) {
  Serials serials;
  // Of a system there is one number at a time: the last one that was told.
  const Done read = sql_->query(
      "SELECT kind, value FROM serial WHERE enrolment = ? ORDER BY last_day, kind, value",
      {enrolment}, [&](const SqlRow& row) {
        const std::string kind = row.text(0);
        if (kind == kind_system) serials.system_serial = row.text(1);
        if (kind == kind_uuid) serials.system_uuid = row.text(1);
        if (kind == kind_disk) serials.disk_serials.push_back(row.text(1));
        if (kind == kind_battery) serials.battery_serials.push_back(row.text(1));
        if (kind == kind_board) serials.board_serial = row.text(1);
        if (kind == kind_asset) serials.asset_tag = row.text(1);
        return done();
      });
  if (!read) return read.error();
  return serials;
}

Result<std::int64_t> SqlFleetStore::insert_enrolment(const EnrolmentRequest& request,
                                                     const Holder& holder,
                                                     const EnrolmentVerdict& verdict,
                                                     const Id128& id, UtcDay today) {
  const std::int64_t day = day_number(today);
  // One that continues a device has no row of its own to wait in; one that says so waits where who
  // operates that device sees it.
  const auto device = verdict.continues
                          ? Result<std::int64_t>(*verdict.candidate)
                          : sql_->integer(
                                "INSERT INTO device (public_id, organisation, first_day, last_day, "
                                "operator) VALUES (?, ?, ?, ?, coalesce("
                                "(SELECT c.operator FROM device c WHERE c.id = ?), "
                                "CAST(? AS BIGINT))) RETURNING id",
                                {Bytes{id}, holder.organisation, day, day, bound(verdict.candidate),
                                 bound(holder.operated_by)});
  if (!device) return device.error();
  const auto candidate = verdict.continues ? std::nullopt : verdict.candidate;
  const Identity& identity = request.inventory.identity;
  return sql_->integer(
      "INSERT INTO enrolment (public_id, device, candidate, state, unproven, install_id, "
      "secret_hash, secret_day, manufacturer, model, simulated, first_day, last_day, count_day, "
      "continued) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
      {Bytes{id}, *device, bound(candidate), std::string_view(name_of(verdict.state)),
       std::int64_t{verdict.unproven}, Bytes{request.install_id}, Bytes{}, day,
       bound(identity.manufacturer), bound(identity.model),
       std::int64_t{request.inventory.simulated}, day, day, day, std::int64_t{verdict.continues}});
}

Done SqlFleetStore::keep_serials(std::int64_t enrolment, const Serials& serials, UtcDay today) {
  for (const auto& [kind, value] : by_kind(serials)) {
    const Done kept = sql_->run(
        "INSERT INTO serial (enrolment, kind, value, first_day, last_day) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (enrolment, kind, value) DO UPDATE SET last_day = excluded.last_day",
        {enrolment, kind, std::string_view(value), day_number(today), day_number(today)});
    if (!kept) return kept;
  }
  return done();
}

// PostgreSQL has sequences, on which nobody waits.
Done SqlFleetStore::step_counter(std::string_view sqlite) {
  const std::string_view text = sql_->either(sqlite, "");
  return text.empty() ? done() : sql_->run(text);
}

Done SqlFleetStore::heard(std::int64_t enrolment, const Id128& install_id, UtcDay today) {
  const std::int64_t day = day_number(today);
  Done noted = step_counter("UPDATE counter SET contact = contact + 1");
  if (!noted) return noted;
  // What was erased is not waited for: the sequence goes on after it.
  const std::string installation = erased_installation(install_id);
  noted = sql_->run(
      "INSERT INTO installation (enrolment, install_id, last_contact, last_day, complete_through) "
      "VALUES (?, ?, " +
          std::string(sql_->either("(SELECT contact FROM counter)", "nextval('contact')")) +
          ", ?, coalesce((SELECT through FROM erased WHERE installation = ?), 0)) "
          "ON CONFLICT (enrolment, install_id) DO UPDATE SET "
          "last_contact = excluded.last_contact, last_day = CASE WHEN "
          "installation.last_day < excluded.last_day THEN excluded.last_day "
          "ELSE installation.last_day END",
      {enrolment, Bytes{install_id}, day, Bytes{installation}});
  if (noted) {
    noted = sql_->run("UPDATE enrolment SET last_day = ? WHERE id = ? AND last_day < ?",
                      {day, enrolment, day});
  }
  if (noted) {
    noted = sql_->run(
        "UPDATE device SET last_day = ? "
        "WHERE id = (SELECT device FROM enrolment WHERE id = ?) AND last_day < ?",
        {day, enrolment, day});
  }
  return noted;
}

// --- Reports
// --------------------------------------------------------------------------------------

Result<std::vector<ReportOutcome>> SqlFleetStore::receive(const std::vector<ReportArrival>& batch,
                                                          UtcDay today) {
  std::vector<Arrived> parsed;
  parsed.reserve(batch.size());
  std::vector<Id128> senders;
  std::vector<std::string> names;
  for (const ReportArrival& arrival : batch) {
    parsed.push_back(arrived(arrival.body));
    senders.push_back(arrival.credential.device_id);
    const auto& report = parsed.back().report;
    if (report && report->summary) names.push_back(lock_of_store(report->store_id));
    if (!report || !report->serials) continue;
    for (std::string& name : locks_of(*report->serials)) names.push_back(std::move(name));
  }
  if (Done room = make_room(today); !room) return room.error();
  std::vector<ReportOutcome> outcomes;
  const Done kept = transaction([&]() -> Done {
    outcomes.clear();
    if (Done held = hold_devices_of(senders); !held) return held;
    if (Done held = hold(names); !held) return held;
    return receive_all(batch, parsed, today, outcomes);
  });
  if (!kept) {
    months_with_room_.clear();  // the database may have been put back, and lack a month again
    return kept.error();
  }
  return outcomes;
}

// Whether nobody else can change it; in SQLite a transaction is alone.
bool SqlFleetStore::holds_device_of(const Seen& seen) const {
  if (sql_->either("", "several writers").empty()) return true;
  const auto held = [&](std::int64_t device) { return held_devices_.count(device) > 0; };
  const Sender& sender = seen.sender;
  return held(sender.device) && (!sender.candidate || held(*sender.candidate));
}

// One after the other. What they change is written when one comes that is about the same device or
// store as one before it, and at the end; what was read of a device is read again after that.
Done SqlFleetStore::receive_all(const std::vector<ReportArrival>& batch,
                                const std::vector<Arrived>& parsed, UtcDay today,
                                std::vector<ReportOutcome>& outcomes) {
  auto looked = look(batch, parsed, 0, batch.size());
  if (!looked) return looked.error();
  wave_ = {};
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const ReportArrival& arrival = batch[i];
    std::optional<Seen> seen = std::move((*looked)[i]);
    // It may have been confirmed, and so become another device, before its lock was had.
    const bool held = !seen || holds_device_of(*seen);
    if (seen && !held) {
      const Done locked = hold_devices_of({arrival.credential.device_id});
      if (!locked) return locked;
    }
    if (seen && (!held || wave_.has_device_of(*seen) || wave_.wrote_device_of(*seen))) {
      if (!held || wave_.has_device_of(*seen)) {
        if (Done written = write_wave(today); !written) return written;
      }
      auto again = look(batch, parsed, i, 1);
      if (!again) return again.error();
      seen = std::move(again->front());
    }
    if (!seen) {
      outcomes.push_back(refused(unknown_device()));
      continue;
    }
    const auto credential = credential_verdict(seen->sender, arrival);
    if (!credential) return credential.error();
    if (credential->used == SecretMatch::none) {
      outcomes.push_back(refused(credential->problem));
      continue;
    }
    if (!wave_.takes(*seen, parsed[i])) {
      if (Done written = write_wave(today); !written) return written;
      wave_.takes(*seen, parsed[i]);
    }
    auto outcome = receive_one(arrival, parsed[i], credential->used, *seen, today);
    if (!outcome) return outcome.error();
    outcomes.push_back(*std::move(outcome));
  }
  return write_wave(today);
}

// Judges it. What follows from a report that is acknowledged is only noted: write_wave() writes it.
Result<ReportOutcome> SqlFleetStore::receive_one(const ReportArrival& arrival,
                                                 const Arrived& arrived, SecretMatch used,
                                                 Seen& seen, UtcDay today) {
  Sender& sender = seen.sender;
  const auto known = known_report(seen, arrived, today);
  if (!known) return known.error();
  const ReportVerdict verdict = judge_report(arrived, *known, today);
  if (Done conflicts = put_in_conflict(verdict.conflicts); !conflicts) return conflicts.error();
  if (Done withdrawn = withdraw(verdict.left_over); !withdrawn) return withdrawn.error();
  if (verdict.kind == ReportVerdict::Kind::refused) {
    if (Done kept = keep_refused(sender, arrived, arrival.body, verdict, today); !kept) {
      return kept.error();
    }
    return refused(verdict.problem);
  }
  const Report& report = *arrived.report;
  const bool accepted = verdict.kind == ReportVerdict::Kind::accepted;
  const std::string next_secret = offer_secret(seen, used, today);
  if (!seen.complete_through) {  // what was erased is not waited for
    seen.complete_through = known->erased_through.value_or(0);
  }
  if (accepted) {
    sender.count = sender.count_day == today ? sender.count + 1 : 1;
    sender.count_day = today;
    seen.changed = true;
    if (report.serials) {
      if (Done serials = keep_serials(sender.row, *report.serials, today); !serials) {
        return serials.error();
      }
    }
  }
  const auto through = complete_through(seen, report, accepted);
  if (!through) return through.error();
  Acknowledgement answer{report.install_id, report.sequence, *through, next_secret,
                         sender.state != EnrolmentState::confirmed};
  wave_.reports.push_back({&arrived, &arrival.body, std::move(seen), accepted, *through});
  return ReportOutcome{answer, {}};
}

Result<std::optional<std::int64_t>> SqlFleetStore::erased_through(const Id128& install_id) {
  const std::string installation = erased_installation(install_id);
  const auto through =
      sql_->integer("SELECT through FROM erased WHERE installation = ?", {Bytes{installation}});
  if (through) return std::optional(*through);
  if (through.error().cause != Cause::absent) return through.error();
  return std::optional<std::int64_t>();
}

Result<ReportKnown> SqlFleetStore::known_report(const Seen& seen, const Arrived& arrived,
                                                UtcDay today) {
  const Sender& sender = seen.sender;
  ReportKnown known;
  known.sender = {sender.row, sender.state, seen.last_contact, sender.settled};
  known.reports_today = sender.count_day == today ? sender.count : 0;
  if (!arrived.key) return known;
  const Id128& install_id = arrived.key->install_id;
  if (seen.any_erased) {
    const auto through = erased_through(install_id);
    if (!through) return through.error();
    known.erased_through = *through;
  }
  if (arrived.key->sequence <= seen.newest) {
    const Done held = sql_->query(
        "SELECT digest, reason IS NOT NULL FROM report "
        "WHERE enrolment = ? AND install_id = ? AND sequence = ?",
        {sender.row, Bytes{install_id}, arrived.key->sequence}, [&](const SqlRow& row) {
          known.held = HeldReport{row.text(0), row.integer(1) != 0};
          return done();
        });
    if (!held) return held.error();
  }
  known.installation_known = seen.last_contact.has_value();
  if (!known.installation_known) {
    const auto count =
        sql_->integer("SELECT count(*) FROM installation WHERE enrolment = ?", {sender.row});
    if (!count) return count.error();
    known.installations = static_cast<int>(*count);
  }
  if (sender.state == EnrolmentState::to_confirm) {
    const auto apart = sql_->integer(
        "SELECT count(*) FROM report WHERE enrolment = ? AND applied IS NULL AND reason IS NULL",
        {sender.row});
    if (!apart) return apart.error();
    known.reports_apart = static_cast<int>(*apart);
  }
  if (!seen.alone) {
    if (Done rivals = rivals_of(sender, arrived, known.rivals); !rivals) return rivals.error();
  }
  if (arrived.report && arrived.report->serials) {
    const auto others = serials_of_another(sender, *arrived.report->serials);
    if (!others) return others.error();
    known.serials_of_another = *others;
  }
  return known;
}

Done SqlFleetStore::rivals_of(const Sender& sender, const Arrived& arrived,
                              std::vector<Rival>& rivals) {
  // The device that it is, and the one that it says it continues.
  const std::int64_t claimed = sender.candidate.value_or(sender.device);
  const bool counts = arrived.report && arrived.report->summary;
  const Period period = counts ? arrived.report->summary->period : Period{};
  const Id128 store_id = counts ? arrived.report->store_id : Id128{};
  return sql_->query(
      "SELECT i.enrolment, e.state, i.last_contact, i.last_day, EXISTS ("
      "  SELECT 1 FROM counted c WHERE c.device = e.device AND c.begin_day < ? AND c.end_day > ? "
      "  AND c.enrolment = i.enrolment AND c.install_id = i.install_id AND c.store_id <> ?), "
      "e.state = 'te-bevestigen' AND e.secret_used = 0 AND i.install_id = ? "
      "FROM enrolment e JOIN installation i ON i.enrolment = e.id "
      "WHERE (e.device IN (?, ?) OR e.candidate IN (?, ?)) "
      "AND NOT (i.enrolment = ? AND i.install_id = ?)",
      {day_number(period.end), day_number(period.begin), Bytes{store_id},
       Bytes{arrived.key->install_id}, sender.device, claimed, sender.device, claimed, sender.row,
       Bytes{arrived.key->install_id}},
      [&](const SqlRow& row) {
        rivals.push_back({row.integer(0),
                          enrolment_state_from(row.text(1)).value_or(EnrolmentState::revoked),
                          row.integer(2), day_from(row.integer(3)), counts && row.integer(4) != 0,
                          row.integer(5) != 0});
        return done();
      });
}

// Whether the system's own numbers belong to a device that this one is not and does not claim to
// be.
Result<bool> SqlFleetStore::serials_of_another(const Sender& sender, const Serials& serials) {
  const std::int64_t claimed = sender.candidate.value_or(sender.device);
  bool found = false;
  for (const auto& [kind, value] : by_kind(serials)) {
    if ((kind != kind_system && kind != kind_uuid) || !tells_identity(value)) continue;
    const auto others = sql_->integer(
        "SELECT count(*) FROM serial s JOIN enrolment e ON e.id = s.enrolment "
        "JOIN device d ON d.id = e.device WHERE s.value = ? AND s.kind = ? "
        "AND d.organisation = ? AND e.device NOT IN (?, ?) AND e.state <> 'ingetrokken' "
        "AND coalesce(e.candidate, 0) NOT IN (?, ?)",
        {std::string_view(value), kind, sender.organisation, sender.device, claimed, sender.device,
         claimed});
    if (!others) return others.error();
    // A device that shared this number from the start was settled when it was confirmed.
    const auto own =
        sql_->integer("SELECT count(*) FROM serial WHERE enrolment = ? AND kind = ? AND value = ?",
                      {sender.row, kind, std::string_view(value)});
    if (!own) return own.error();
    found = found || (*others > 0 && *own == 0);
  }
  return found;
}

Done SqlFleetStore::put_in_conflict(const std::vector<std::int64_t>& enrolments) {
  for (const std::int64_t enrolment : enrolments) {
    const Done set = sql_->run(
        "UPDATE enrolment SET state = 'conflict', settled = 0 WHERE id = ? "
        "AND state <> 'ingetrokken'",
        {enrolment});
    if (!set) return set;
  }
  return done();
}

// Both devices are locked, so nobody uses or confirms one of these meanwhile.
Done SqlFleetStore::withdraw(const std::vector<std::int64_t>& left_over) {
  for (const std::int64_t enrolment : left_over) {
    const Done set = sql_->run(
        "UPDATE enrolment SET state = 'ingetrokken', candidate = NULL, revoked_for = 'dubbel' "
        "WHERE id = ?",
        {enrolment});
    if (!set) return set;
  }
  return done();
}

// In PostgreSQL into the partition of its month, which make_room() made.
Done SqlFleetStore::keep_body(std::int64_t report, const std::string& body, UtcDay today) {
  return sql_->run("INSERT INTO report_body (report, day, body) VALUES (?, ?, ?)",
                   {report, day_number(today), Bytes{body}});
}

Done SqlFleetStore::keep_refused(const Sender& sender, const Arrived& arrived,
                                 const std::string& body, const ReportVerdict& verdict,
                                 UtcDay today) {
  if (!verdict.set_aside) return done();
  const std::int64_t count = sender.count_day == today ? sender.count + 1 : 1;
  const Done counted = sql_->run("UPDATE enrolment SET count_day = ?, count = ? WHERE id = ?",
                                 {day_number(today), count, sender.row});
  if (!counted) return counted;
  if (verdict.takes_place) {
    const auto row = sql_->integer(
        "INSERT INTO report (enrolment, install_id, sequence, day, digest, reason) "
        "VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        {sender.row, Bytes{arrived.key->install_id}, arrived.key->sequence, day_number(today),
         Bytes{arrived.digest}, std::string_view(verdict.problem.detail)});
    if (!row) return row.error();
    if (Done kept = keep_body(*row, body, today); !kept) return kept;
    return heard(sender.row, arrived.key->install_id, today);
  }
  const auto held =
      sql_->integer("SELECT count(*) FROM set_aside WHERE enrolment = ?", {sender.row});
  if (!held) return held.error();
  if (*held >= most_set_aside) return done();
  return sql_->run(
      "INSERT INTO set_aside (enrolment, day, reason, digest, body) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (enrolment, digest) DO NOTHING",
      {sender.row, day_number(today), std::string_view(verdict.problem.detail),
       Bytes{arrived.digest}, Bytes{body}});
}

// The highest sequence with no gap below it. It is kept with the installation, and moves on from
// there over the report itself, when it is accepted, and what arrived out of order before it.
Result<std::int64_t> SqlFleetStore::complete_through(const Seen& seen, const Report& report,
                                                     bool accepted) {
  constexpr std::int64_t at_once = 100;
  std::int64_t through = seen.complete_through.value_or(0);
  const auto pass_own = [&] {
    if (accepted && report.sequence == through + 1) ++through;
  };
  pass_own();
  std::int64_t moved_on = at_once;
  while (seen.newest > through && moved_on == at_once) {
    moved_on = 0;
    const Done read = sql_->query(
        "SELECT sequence FROM report WHERE enrolment = ? AND install_id = ? AND sequence > ? "
        "ORDER BY sequence LIMIT ?",
        {seen.sender.row, Bytes{report.install_id}, through, at_once}, [&](const SqlRow& row) {
          if (row.integer(0) != through + 1) return done();
          ++through;
          ++moved_on;
          pass_own();
          return done();
        });
    if (!read) return read.error();
  }
  return through;
}

// Notes which secret was used, and makes the next one when it is time. Empty: none is offered.
std::string SqlFleetStore::offer_secret(Seen& seen, SecretMatch used, UtcDay today) {
  Sender& sender = seen.sender;
  seen.changed = seen.changed || used == SecretMatch::next || !sender.secret_used;
  sender.secret_used = true;
  if (used == SecretMatch::next) {
    sender.secrets = {sender.secrets.next_hash, "", today};
    return {};
  }
  if (!offers_next_secret(sender.secrets, used, today)) return {};
  std::string secret = random_(secret_bytes);
  sender.secrets.next_hash = sha256(secret);
  seen.changed = true;
  return secret;
}

}  // namespace wattlife
