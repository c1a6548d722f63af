// SPDX-License-Identifier: EUPL-1.2
// Many reports at a time: what is known of their senders is read together and what they change is
// written together, so that a report costs its rows and not its statements. Reports that belong to
// one wave are about different devices and different stores of rows, so that none of them can see
// what another one changes: the outcome is that of one after the other.
#include <algorithm>

#include "collector/sql_fleet_store.h"

namespace wattlife {
namespace {

// $1 is the place in the batch, $2 the public id, $3 the installation. The last column is whether
// no other installation is this device or claims to be it: nothing rivals it then.
constexpr std::string_view sender_by_id =
    "SELECT $1, e.id, e.device, e.candidate, d.organisation, e.state, e.settled, e.secret_hash, "
    "e.next_secret_hash, e.secret_day, e.secret_used, e.count_day, e.count, e.by_certificate, "
    "e.key_hash, e.last_day, "
    "d.last_day, i.last_contact, i.complete_through, "
    "(SELECT max(r.sequence) FROM report r WHERE r.enrolment = e.id AND r.install_id = $3), "
    "EXISTS (SELECT 1 FROM erased), "
    "e.candidate IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM enrolment o WHERE o.device = e.device AND o.id <> e.id) "
    "AND NOT EXISTS (SELECT 1 FROM enrolment o WHERE o.candidate = e.device) "
    "AND NOT EXISTS (SELECT 1 FROM installation n WHERE n.enrolment = e.id "
    "AND n.install_id <> $3) "
    "FROM enrolment e JOIN device d ON d.id = e.device "
    "LEFT JOIN installation i ON i.enrolment = e.id AND i.install_id = $3 "
    "WHERE e.public_id = $2";

const QuestionOfRows& sender_question() {
  static const QuestionOfRows question(sender_by_id,
                                       "(CAST(? AS BIGINT), CAST(? AS BYTEA), CAST(? AS BYTEA))");
  return question;
}

constexpr RowsText insert_reports{
    "INSERT INTO report (id, enrolment, install_id, sequence, day, digest, applied) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?)", ""};
// In PostgreSQL into the partition of its month, which make_room() made.
constexpr RowsText insert_bodies{"INSERT INTO report_body (report, day, body) VALUES ", "(?, ?, ?)",
                                 ""};
constexpr RowsText upsert_installations{
    "INSERT INTO installation (enrolment, install_id, last_contact, last_day, complete_through) "
    "VALUES ",
    "(?, ?, ?, ?, ?)",
    " ON CONFLICT (enrolment, install_id) DO UPDATE SET last_contact = excluded.last_contact, "
    "last_day = CASE WHEN installation.last_day < excluded.last_day THEN excluded.last_day "
    "ELSE installation.last_day END, complete_through = excluded.complete_through"};

// An update of many rows at once finds them by an array of their keys: joined to a list it could
// keep a plan from the time when the table was small, which reads all of it.
constexpr RowsText update_enrolments_one{
    "UPDATE enrolment SET last_day = ?2, count_day = ?3, count = ?4, secret_used = ?5, "
    "secret_hash = ?6, next_secret_hash = ?7, secret_day = ?8 WHERE id = ?1",
    "", ""};
constexpr RowsText update_enrolments_many{
    "WITH k AS MATERIALIZED (VALUES ",
    "(CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), "
    "CAST(? AS BIGINT), CAST(? AS BYTEA), CAST(? AS BYTEA), CAST(? AS BIGINT))",
    ") UPDATE enrolment e SET last_day = k.column2, count_day = k.column3, count = k.column4, "
    "secret_used = k.column5, secret_hash = k.column6, next_secret_hash = k.column7, "
    "secret_day = k.column8 FROM k WHERE e.id = k.column1 "
    "AND e.id = ANY (ARRAY(SELECT column1 FROM k))"};
constexpr RowsText update_devices_one{"UPDATE device SET last_day = ?2 WHERE id = ?1", "", ""};
constexpr RowsText update_devices_many{
    "WITH k AS MATERIALIZED (VALUES ", "(CAST(? AS BIGINT), CAST(? AS BIGINT))",
    ") UPDATE device d SET last_day = k.column2 FROM k WHERE d.id = k.column1 "
    "AND d.id = ANY (ARRAY(SELECT column1 FROM k))"};

std::string replaced(std::string_view text, std::string_view by) {
  std::string made;
  for (const char c : text) {
    if (c == '$') {
      made += by;
    } else {
      made += c;
    }
  }
  return made;
}

}  // namespace

QuestionOfRows::QuestionOfRows(std::string_view text, std::string_view row)
    : one_(replaced(text, "?")),
      row_(row),
      end_(") AS k CROSS JOIN LATERAL (" + replaced(text, "k.column") + " OFFSET 0) AS s") {}

// The fence (OFFSET 0) keeps the order in which tables are visited: from the list to the rows.
RowsText QuestionOfRows::text(const Sql& sql) const {
  if (sql.either("one", "many") == "one") return {one_, "", ""};
  return {"SELECT s.* FROM (VALUES ", row_, end_};
}

bool SqlFleetStore::Wave::takes(const Seen& seen, const Arrived& arrived) {
  const bool counts = arrived.report && arrived.report->summary;
  const auto& candidate = seen.sender.candidate;
  if (devices.count(seen.sender.device) > 0 || (candidate && devices.count(*candidate) > 0) ||
      (counts && stores.count(arrived.report->store_id) > 0)) {
    return false;
  }
  devices.insert(seen.sender.device);
  if (candidate) devices.insert(*candidate);
  if (counts) stores.insert(arrived.report->store_id);
  return true;
}

// Of `count` reports from `begin` on; empty where there is no such enrolment.
Result<std::vector<std::optional<SqlFleetStore::Seen>>> SqlFleetStore::look(
    const std::vector<ReportArrival>& batch, const std::vector<Arrived>& parsed, std::size_t begin,
    std::size_t count) {
  static const Id128 no_installation;
  std::vector<Bound> values;
  values.reserve(3 * count);
  for (std::size_t i = begin; i < begin + count; ++i) {
    const auto& key = parsed[i].key;
    values.emplace_back(static_cast<std::int64_t>(i - begin));
    values.emplace_back(Bytes{batch[i].credential.device_id});
    values.emplace_back(Bytes{key ? key->install_id : no_installation});
  }
  std::vector<std::optional<Seen>> all(count);
  const Done read = sql_->query_rows(sender_question().text(*sql_), values, [&](const SqlRow& row) {
    Seen seen;
    seen.sender = sender_from(row, 1);
    seen.enrolment_day = day_from(row.integer(15));
    seen.device_day = day_from(row.integer(16));
    seen.last_contact = row.optional_integer(17);
    seen.complete_through = row.optional_integer(18);
    seen.newest = row.optional_integer(19).value_or(0);
    seen.any_erased = row.integer(20) != 0;
    seen.alone = row.integer(21) != 0;
    all[static_cast<std::size_t>(row.integer(0))] = std::move(seen);
    return done();
  });
  if (!read) return read.error();
  return all;
}

// Numbers for `count` reports, taken when their devices are locked: who has a device later also has
// later numbers. Those that are not used are never used.
Result<std::vector<SqlFleetStore::Numbers>> SqlFleetStore::next_numbers(std::size_t count) {
  std::vector<Numbers> numbers;
  numbers.reserve(count);
  const auto wanted = static_cast<std::int64_t>(count);
  if (sql_->either("one", "many") == "many") {
    const Done drawn = sql_->query(
        "SELECT nextval('report_id_seq'), nextval('applied'), nextval('contact') "
        "FROM generate_series(1, CAST(? AS BIGINT))",
        {wanted}, [&](const SqlRow& row) {
          numbers.push_back({row.integer(0), row.integer(1), row.integer(2)});
          return done();
        });
    if (!drawn) return drawn.error();
    return numbers;
  }
  const auto newest = sql_->integer("SELECT coalesce(max(id), 0) FROM report");
  if (!newest) return newest.error();
  const Done drawn = sql_->query(
      "UPDATE counter SET applied = applied + ?1, contact = contact + ?1 "
      "RETURNING applied - ?1, contact - ?1",
      {wanted}, [&](const SqlRow& row) {
        for (std::int64_t i = 1; i <= wanted; ++i) {
          numbers.push_back({*newest + i, row.integer(0) + i, row.integer(1) + i});
        }
        return done();
      });
  if (!drawn) return drawn.error();
  return numbers;
}

// What the reports of the wave change of their senders.
Done SqlFleetStore::write_senders(const std::vector<Numbers>& numbers, UtcDay today) {
  const std::int64_t day = day_number(today);
  std::vector<Bound> installations;
  std::vector<Bound> enrolments;
  std::vector<Bound> devices;
  for (std::size_t i = 0; i < wave_.reports.size(); ++i) {
    const Seen& seen = wave_.reports[i].seen;
    const Sender& sender = seen.sender;
    const Bytes install_id{wave_.reports[i].arrived->report->install_id};
    installations.insert(installations.end(),
                         {Bound(sender.row), Bound(install_id), Bound(numbers[i].contact),
                          Bound(day), Bound(wave_.reports[i].through)});
    if (seen.device_day < today) devices.insert(devices.end(), {Bound(sender.device), Bound(day)});
    if (!seen.changed && seen.enrolment_day >= today) continue;
    const KnownSecrets& secrets = sender.secrets;
    enrolments.insert(enrolments.end(),
                      {Bound(sender.row), Bound(day_number(std::max(seen.enrolment_day, today))),
                       Bound(day_number(sender.count_day)), Bound(std::int64_t{sender.count}),
                       Bound(std::int64_t{sender.secret_used}), Bound(Bytes{secrets.hash}),
                       secrets.next_hash.empty() ? Bound(nullptr) : Bound(Bytes{secrets.next_hash}),
                       Bound(day_number(secrets.made))});
  }
  const bool many = sql_->either("one", "many") == "many";
  Done step = sql_->run_rows(upsert_installations, installations);
  if (step) {
    step = sql_->run_rows(many ? update_enrolments_many : update_enrolments_one, enrolments);
  }
  if (step) step = sql_->run_rows(many ? update_devices_many : update_devices_one, devices);
  return step;
}

Done SqlFleetStore::write_wave(UtcDay today) {
  if (wave_.reports.empty()) return done();
  const auto numbers = next_numbers(wave_.reports.size());
  if (!numbers) return numbers.error();
  const std::int64_t day = day_number(today);
  std::vector<Bound> reports;
  std::vector<Bound> bodies;
  std::vector<Applicable> applicable;
  for (std::size_t i = 0; i < wave_.reports.size(); ++i) {
    const Judged& judged = wave_.reports[i];
    if (!judged.accepted) continue;
    const Sender& sender = judged.seen.sender;
    const Report& report = *judged.arrived->report;
    const Numbers& number = (*numbers)[i];
    const bool counts = sender.state == EnrolmentState::confirmed;
    reports.insert(reports.end(),
                   {Bound(number.report), Bound(sender.row), Bound(Bytes{report.install_id}),
                    Bound(report.sequence), Bound(day), Bound(Bytes{judged.arrived->digest}),
                    counts ? Bound(number.applied) : Bound(nullptr)});
    bodies.insert(bodies.end(), {Bound(number.report), Bound(day), Bound(Bytes{*judged.body})});
    if (!counts) continue;
    applicable.push_back({number.report, sender.row, sender.device, today, &report, number.applied,
                          judged.seen.newest > report.sequence});
  }
  Done step = write_senders(*numbers, today);
  if (step) step = sql_->run_rows(insert_reports, reports);
  if (step) step = sql_->run_rows(insert_bodies, bodies);
  return step ? derive(DerivedTables::live, applicable) : step;
}

}  // namespace wattlife
