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
    for (const EnrolmentArrival& arrival : batch) {
      auto outcome = enrol_one(arrival, today);
      if (!outcome) return outcome.error();
      outcomes.push_back(*std::move(outcome));
    }
    return done();
  });
  if (!kept) return kept.error();
  return outcomes;
}

Result<EnrolmentOutcome> SqlFleetStore::enrol_one(const EnrolmentArrival& arrival, UtcDay today) {
  EnrolmentKnown known;
  known.within_rate = arrival.within_rate;
  std::int64_t organisation = 0;
  const std::string hash = sha256(arrival.token);
  const Done read =
      sql_->query("SELECT organisation, revoked, expiry_day FROM token WHERE hash = ?",
                  {Bytes{hash}}, [&](const SqlRow& row) {
                    organisation = row.integer(0);
                    known.token = KnownToken{row.integer(1) != 0, day_from(row.integer(2))};
                    return done();
                  });
  if (!read) return read.error();
  // A stranger's bytes are not parsed before the token is known to be good.
  const EnrolmentVerdict first = judge_token(known.token, known.within_rate, today);
  if (first.kind == EnrolmentVerdict::Kind::refused) {
    return EnrolmentOutcome{std::nullopt, first.problem};
  }
  const auto request = enrolment_request_from(arrival.body);
  if (!request) return EnrolmentOutcome{std::nullopt, malformed_enrolment(request.error().text)};

  // Enrolments of an organisation one after the other: they are counted, and look for each other.
  std::vector<std::string> names = locks_of(request->serials);
  names.push_back("organisation " + std::to_string(organisation));
  if (Done held = hold(names); !held) return held.error();
  if (Done gathered = known_enrolment(*request, organisation, known); !gathered) {
    return gathered.error();
  }
  const EnrolmentVerdict verdict = judge_enrolment(known, today);
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
    const auto inserted =
        insert_enrolment(*request, organisation, verdict, answer.device_id, today);
    if (!inserted) return inserted.error();
    enrolment = *inserted;
  }
  const Done secret = sql_->run(
      "UPDATE enrolment SET secret_hash = ?, secret_day = ?, next_secret_hash = NULL WHERE id = ?",
      {Bytes{secret_hash}, day_number(today), enrolment});
  if (!secret) return secret.error();
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
      "SELECT e.id, e.state, e.secret_used FROM enrolment e JOIN device d ON d.id = e.device "
      "WHERE e.install_id = ? AND d.organisation = ? ORDER BY e.id" +
          std::string(sql_->either("", " FOR UPDATE OF d, e")),
      {Bytes{request.install_id}, organisation}, [&](const SqlRow& row) {
        known.install = KnownInstall{
            row.integer(0), enrolment_state_from(row.text(1)).value_or(EnrolmentState::revoked),
            row.integer(2) != 0};
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
    hardware.push_back({device, shared_identity(serials, *theirs)});
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
                                                     std::int64_t organisation,
                                                     const EnrolmentVerdict& verdict,
                                                     const Id128& id, UtcDay today) {
  const std::int64_t day = day_number(today);
  const auto device = sql_->integer(
      "INSERT INTO device (public_id, organisation, first_day, last_day) VALUES (?, ?, ?, ?) "
      "RETURNING id",
      {Bytes{id}, organisation, day, day});
  if (!device) return device.error();
  const Identity& identity = request.inventory.identity;
  return sql_->integer(
      "INSERT INTO enrolment (public_id, device, candidate, state, unproven, install_id, "
      "secret_hash, secret_day, manufacturer, model, simulated, first_day, last_day, count_day) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
      {Bytes{id}, *device, bound(verdict.candidate), std::string_view(name_of(verdict.state)),
       std::int64_t{verdict.unproven}, Bytes{request.install_id}, Bytes{}, day,
       bound(identity.manufacturer), bound(identity.model),
       std::int64_t{request.inventory.simulated}, day, day, day});
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
    for (std::size_t i = 0; i < batch.size(); ++i) {
      auto outcome = receive_one(batch[i], parsed[i], today);
      if (!outcome) return outcome.error();
      outcomes.push_back(*std::move(outcome));
    }
    return done();
  });
  if (!kept) {
    months_with_room_.clear();  // the database may have been put back, and lack a month again
    return kept.error();
  }
  return outcomes;
}

// It may have been confirmed, and so become another device, before its lock was had.
Result<SqlFleetStore::Sender> SqlFleetStore::sender_under_lock(const Id128& id) {
  auto sender = sender_of(id);
  if (!sender || sql_->either("", "several writers").empty()) return sender;
  const auto held = [&](std::int64_t device) { return held_devices_.count(device) > 0; };
  if (held(sender->device) && (!sender->candidate || held(*sender->candidate))) return sender;
  if (Done again = hold_devices_of({id}); !again) return again.error();
  return sender_of(id);
}

Result<ReportOutcome> SqlFleetStore::receive_one(const ReportArrival& arrival,
                                                 const Arrived& arrived, UtcDay today) {
  const auto sender = sender_under_lock(arrival.credential.device_id);
  if (!sender) {
    if (sender.error().cause == Cause::absent) return refused(unknown_device());
    return sender.error();
  }
  const SecretMatch used = match(sender->secrets, arrival.credential.secret);
  if (used == SecretMatch::none) return refused(unknown_device());

  const auto known = known_report(*sender, arrived, today);
  if (!known) return known.error();
  const ReportVerdict verdict = judge_report(arrived, *known, today);
  if (Done conflicts = put_in_conflict(verdict.conflicts); !conflicts) return conflicts.error();
  if (verdict.kind == ReportVerdict::Kind::refused) {
    if (Done kept = keep_refused(*sender, arrived, arrival.body, verdict, today); !kept) {
      return kept.error();
    }
    return refused(verdict.problem);
  }
  const Report& report = *arrived.report;
  const auto next_secret = offer_secret(*sender, used, today);
  if (!next_secret) return next_secret.error();
  if (Done contact = heard(sender->row, report.install_id, today); !contact) {
    return contact.error();
  }
  if (verdict.kind == ReportVerdict::Kind::accepted) {
    if (Done kept = keep_report(*sender, arrived, arrival.body, today); !kept) return kept.error();
  }
  const auto through = complete_through(sender->row, report.install_id);
  if (!through) return through.error();
  Acknowledgement answer{report.install_id, report.sequence, *through, *next_secret,
                         sender->state != EnrolmentState::confirmed};
  return ReportOutcome{answer, {}};
}

Result<ReportKnown> SqlFleetStore::known_report(const Sender& sender, const Arrived& arrived,
                                                UtcDay today) {
  ReportKnown known;
  known.sender = {sender.row, sender.state, std::nullopt, sender.settled};
  known.reports_today = sender.count_day == today ? sender.count : 0;
  if (!arrived.key) return known;
  const Id128& install_id = arrived.key->install_id;
  const std::string installation = erased_installation(install_id);
  const Done held = sql_->query(
      "SELECT i.last_contact, r.digest, r.reason IS NOT NULL, x.through FROM (SELECT 1 AS one) o "
      "LEFT JOIN installation i ON i.enrolment = ? AND i.install_id = ? "
      "LEFT JOIN report r ON r.enrolment = ? AND r.install_id = ? AND r.sequence = ? "
      "LEFT JOIN erased x ON x.installation = ?",
      {sender.row, Bytes{install_id}, sender.row, Bytes{install_id}, arrived.key->sequence,
       Bytes{installation}},
      [&](const SqlRow& row) {
        known.sender.last_contact = row.optional_integer(0);
        if (!row.is_null(1)) known.held = HeldReport{row.text(1), row.integer(2) != 0};
        known.erased_through = row.optional_integer(3);
        return done();
      });
  if (!held) return held.error();
  known.installation_known = known.sender.last_contact.has_value();
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
  if (Done rivals = rivals_of(sender, arrived, known.rivals); !rivals) return rivals.error();
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
      "  AND c.enrolment = i.enrolment AND c.install_id = i.install_id AND c.store_id <> ?) "
      "FROM enrolment e JOIN installation i ON i.enrolment = e.id "
      "WHERE (e.device IN (?, ?) OR e.candidate IN (?, ?)) "
      "AND NOT (i.enrolment = ? AND i.install_id = ?)",
      {day_number(period.end), day_number(period.begin), Bytes{store_id}, sender.device, claimed,
       sender.device, claimed, sender.row, Bytes{arrived.key->install_id}},
      [&](const SqlRow& row) {
        rivals.push_back({row.integer(0),
                          enrolment_state_from(row.text(1)).value_or(EnrolmentState::revoked),
                          row.integer(2), day_from(row.integer(3)), counts && row.integer(4) != 0});
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

Done SqlFleetStore::keep_report(const Sender& sender, const Arrived& arrived,
                                const std::string& body, UtcDay today) {
  const Report& report = *arrived.report;
  const auto row = sql_->integer(
      "INSERT INTO report (enrolment, install_id, sequence, day, digest) "
      "VALUES (?, ?, ?, ?, ?) RETURNING id",
      {sender.row, Bytes{report.install_id}, report.sequence, day_number(today),
       Bytes{arrived.digest}});
  if (!row) return row.error();
  if (Done kept = keep_body(*row, body, today); !kept) return kept;
  const std::int64_t count = sender.count_day == today ? sender.count + 1 : 1;
  const Done counted = sql_->run("UPDATE enrolment SET count_day = ?, count = ? WHERE id = ?",
                                 {day_number(today), count, sender.row});
  if (!counted) return counted;
  if (report.serials) {
    if (Done serials = keep_serials(sender.row, *report.serials, today); !serials) return serials;
  }
  if (sender.state != EnrolmentState::confirmed) return done();
  return apply({*row, sender.row, sender.device, today, &report});
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
// there over what arrived out of order.
Result<std::int64_t> SqlFleetStore::complete_through(std::int64_t enrolment,
                                                     const Id128& install_id) {
  constexpr std::int64_t at_once = 100;
  std::int64_t kept = 0;
  std::int64_t through = 0;
  std::int64_t moved_on = at_once;
  while (moved_on == at_once) {
    moved_on = 0;
    const std::int64_t start = through;
    const Done read = sql_->query(
        "SELECT i.complete_through, r.sequence FROM installation i LEFT JOIN report r "
        "ON r.enrolment = i.enrolment AND r.install_id = i.install_id "
        "AND r.sequence > i.complete_through AND r.sequence > ? "
        "WHERE i.enrolment = ? AND i.install_id = ? ORDER BY r.sequence LIMIT ?",
        {start, enrolment, Bytes{install_id}, at_once}, [&](const SqlRow& row) {
          kept = row.integer(0);
          through = std::max(through, kept);
          if (row.optional_integer(1) != through + 1) return done();
          ++through;
          ++moved_on;
          return done();
        });
    if (!read) return read.error();
  }
  if (through == kept) return through;
  const Done noted = sql_->run(
      "UPDATE installation SET complete_through = ? WHERE enrolment = ? AND install_id = ?",
      {through, enrolment, Bytes{install_id}});
  if (!noted) return noted.error();
  return through;
}

// Notes which secret was used, and makes the next one when it is time. Empty: none is offered.
Result<std::string> SqlFleetStore::offer_secret(const Sender& sender, SecretMatch used,
                                                UtcDay today) {
  if (used == SecretMatch::next) {
    const Done moved = sql_->run(
        "UPDATE enrolment SET secret_hash = next_secret_hash, next_secret_hash = NULL, "
        "secret_day = ?, secret_used = 1 WHERE id = ?",
        {day_number(today), sender.row});
    if (!moved) return moved.error();
    return std::string();
  }
  if (!sender.secret_used) {
    const Done noted = sql_->run("UPDATE enrolment SET secret_used = 1 WHERE id = ?", {sender.row});
    if (!noted) return noted.error();
  }
  if (!offers_next_secret(sender.secrets, used, today)) return std::string();
  const std::string secret = random_(secret_bytes);
  const std::string hash = sha256(secret);
  const Done offered = sql_->run("UPDATE enrolment SET next_secret_hash = ? WHERE id = ?",
                                 {Bytes{hash}, sender.row});
  if (!offered) return offered.error();
  return secret;
}

}  // namespace wattlife
