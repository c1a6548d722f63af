// SPDX-License-Identifier: EUPL-1.2
// AVG 15 and 17 over both databases: what is told is all there is, and what is erased is nowhere.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "collector/device_file.h"
#include "core/text.h"
#include "tests/collector/both_stores.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using std::chrono::days;
using testing::BothStores;
using testing::first_day;
using testing::Fleet;
using testing::Laptop;
INSTANTIATE_TEST_SUITE_P(FleetRights, BothStores, testing::both, testing::name_of_kind);

const UtcDay last_week = first_day - days(7);

std::unique_ptr<Sql> beside(const Fleet& fleet) {
  auto sql = open_sql(fleet.url(), StoreOpen::existing);
  EXPECT_TRUE(sql) << sql.error().text;
  return *std::move(sql);
}

std::vector<std::string> texts(Sql& sql, const std::string& query) {
  std::vector<std::string> rows;
  const Done read = sql.query(query, {}, [&](const SqlRow& row) {
    rows.push_back(row.text(0));
    return done();
  });
  EXPECT_TRUE(read) << query << ": " << (read ? "" : read.error().text);
  return rows;
}

std::vector<std::string> table_names(Sql& sql) {
  return texts(sql, std::string(sql.either(
                        "SELECT name FROM sqlite_schema WHERE type = 'table' "
                        "AND name NOT LIKE 'sqlite_%' ORDER BY name",
                        "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND "
                        "relnamespace = current_schema()::regnamespace ORDER BY relname")));
}

std::vector<std::string> columns_of(Sql& sql, const std::string& table) {
  return texts(sql, sql.either("sqlite", "") == "sqlite"
                        ? "SELECT name FROM pragma_table_info('" + table + "')"
                        : "SELECT attname::text FROM pg_attribute WHERE attnum > 0 AND NOT "
                          "attisdropped AND attrelid = '" +
                              table + "'::regclass");
}

// Every value of every table, in hexadecimal, with the name of the table before each row.
std::vector<std::string> everything(Sql& sql) {
  std::vector<std::string> rows;
  for (const std::string& table : table_names(sql)) {
    std::string cells;
    for (const std::string& column : columns_of(sql, table)) {
      cells += cells.empty() ? "" : " || '|' || ";
      cells += sql.either("sqlite", "") == "sqlite"
                   ? "coalesce(hex(" + column + "), '')"
                   : "coalesce(CASE WHEN pg_typeof(" + column + ")::text = 'bytea' THEN substr(" +
                         column + "::text, 3) ELSE encode(convert_to(" + column +
                         "::text, 'UTF8'), 'hex') END, '')";
    }
    for (const std::string& row : texts(sql, "SELECT " + cells + " FROM " + table)) {
      rows.push_back(table + ": " + lower_case(row));
    }
  }
  return rows;
}

// In which tables `needle` stands.
std::set<std::string> tables_with(const std::vector<std::string>& rows, const std::string& needle) {
  std::set<std::string> tables;
  for (const std::string& row : rows) {
    if (row.find(hex_from_bytes(needle)) != std::string::npos) {
      tables.insert(row.substr(0, row.find(':')));
    }
  }
  return tables;
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += " " + name;
  return text;
}

void expect_sound(Fleet& fleet) {
  const auto checked = fleet.store().check();
  ASSERT_TRUE(checked) << checked.error().text;
  EXPECT_EQ(checked->different_tables, std::vector<std::string>{});
  const auto audit = fleet.store().check_audit(std::nullopt);
  ASSERT_TRUE(audit);
  EXPECT_EQ(audit->broken, std::nullopt);
}

Report with_serials(Laptop& laptop) {
  Report report = laptop.health();
  report.serials = laptop.serials;
  report.serials->battery_serials = {"ACCU-" + laptop.serials.disk_serials.front()};
  report.serials->asset_tag = "RIJK-" + laptop.serials.disk_serials.front();
  return report;
}

// A device with a row in every table that can have one.
Laptop busy_member(Fleet& fleet, const std::string& name) {
  Laptop laptop = fleet.member(name, first_day);
  EXPECT_TRUE(
      fleet.store().import_stock(testing::oin, {{*laptop.serials.system_serial, "TAG-" + name}}));
  laptop.stock.provision.locks.managed = true;
  fleet.send(laptop, with_serials(laptop), first_day);
  fleet.send(laptop, laptop.energy(testing::week_of(last_week)), first_day);
  Laptop again = laptop;  // the same rows once more: held, not counted
  again.row = 0;
  fleet.send(again, again.energy(testing::week_of(last_week)), first_day);
  laptop.sequence = again.sequence;
  fleet.send_bytes(laptop, "garbage of " + name, first_day);
  Report bad = laptop.energy(testing::week_of(last_week));
  bad.summary->first_window = 0;
  fleet.send(laptop, bad, first_day);
  return laptop;
}

AuditEntry entry(AuditAction action, const std::string& object) {
  return {UtcTime{first_day}, "cli:root", action, object, AuditResult::done, "cli"};
}

Result<ErasedDevice> erase(Fleet& fleet, const Laptop& laptop) {
  ErasedDevice erased;
  const Id128& id = laptop.credential.device_id;
  const Done gone =
      fleet.store().audited(entry(AuditAction::device_erase, device_reference(id)), [&]() -> Done {
        const auto result = fleet.store().erase(id, first_day + days(1));
        if (!result) return result.error();
        erased = *result;
        return done();
      });
  if (!gone) return gone.error();
  return erased;
}

TEST_P(BothStores, what_is_told_is_all_there_is) {
  Fleet fleet(1, url());
  const Laptop laptop = busy_member(fleet, "a");
  busy_member(fleet, "b");
  const Id128 id = laptop.credential.device_id;
  EXPECT_EQ(*fleet.store().find_devices(hex_from_bytes(id).substr(0, 8)), std::vector<Id128>{id});
  EXPECT_EQ(*fleet.store().find_devices(*laptop.serials.system_serial), std::vector<Id128>{id});
  EXPECT_EQ(*fleet.store().find_devices("DISK-a"), std::vector<Id128>{id});
  EXPECT_EQ(fleet.store().find_devices(hex_from_bytes(id).substr(0, 7))->size(), 0u);
  ASSERT_TRUE(
      fleet.store().append_audit(entry(AuditAction::enrolment_confirm, device_reference(id))));

  const auto held = fleet.store().held(id);
  ASSERT_TRUE(held) << held.error().text;
  std::map<std::string, std::size_t> rows;
  for (const HeldTable& table : held->tables) rows[table.name] = table.rows.rows.size();
  EXPECT_EQ(rows["report"], 4u);  // one of them refused
  EXPECT_EQ(rows["set_aside"], 1u);
  EXPECT_EQ(rows["serial"], 5u);
  EXPECT_EQ(rows["stock"], 1u);
  EXPECT_EQ(rows["uncounted"], 1u);
  EXPECT_EQ(rows["energy"], 2u);
  EXPECT_EQ(held->reports.size(), 4u);
  EXPECT_EQ(held->set_aside.size(), 1u);
  EXPECT_EQ(held->audit.size(), 1u);
  EXPECT_TRUE(held->provision);
  const std::string text = device_file_json(*held, first_day);
  EXPECT_NE(text.find("PF-a-SYS"), std::string::npos);
  EXPECT_EQ(text.find("PF-b-SYS"), std::string::npos);
  EXPECT_EQ(fleet.store().held(testing::id_of("nobody")).error().cause, Cause::absent);
}

// A table or a column that is added and forgotten here makes this fail.
TEST_P(BothStores, every_table_that_knows_devices_is_in_the_list) {
  Fleet fleet(1, url());
  const Laptop laptop = busy_member(fleet, "a");
  const auto held = fleet.store().held(laptop.credential.device_id);
  std::set<std::string> told = {"report_body"};  // as messages
  // Secrets, and numbers of rows, which lead to what is told beside them.
  std::set<std::string> columns = {"set_aside.body",        "provision.told",
                                   "enrolment.secret_hash", "enrolment.next_secret_hash",
                                   "enrolment.key_hash",    "retired_key.key_hash"};
  for (const HeldTable& table : held->tables) {
    told.insert(table.name);
    for (const char* row :
         {"id", "device", "enrolment", "report", "organisation", "candidate", "operator"}) {
      columns.insert(table.name + "." + row);
    }
    for (const std::string& column : table.rows.columns) columns.insert(table.name + "." + column);
  }
  const auto sql = beside(fleet);
  for (const std::string& table : table_names(*sql)) {
    if (table.starts_with("report_body_")) continue;  // a partition
    for (const std::string& column : columns_of(*sql, table)) {
      const bool of_device = column == "device" || column == "enrolment" || column == "report" ||
                             column == "install_id" || column == "store_id" ||
                             column == "public_id" || column == "serial";
      EXPECT_TRUE(!of_device || told.count(table) > 0) << table << "." << column;
      const bool in_list = table != "report_body" && told.count(table) > 0;
      EXPECT_TRUE(!in_list || columns.count(table + "." + column) > 0) << table << "." << column;
    }
  }
}

TEST_P(BothStores, after_erasing_its_ids_and_serials_are_in_no_table) {
  Fleet fleet(1, url());
  const Laptop laptop = busy_member(fleet, "a");
  const Laptop other = busy_member(fleet, "b");
  const auto sql = beside(fleet);
  // A rebuild that was broken off has copies.
  ASSERT_TRUE(sql->run("CREATE TABLE again_counted AS SELECT * FROM counted"));
  const auto other_before = fleet.store().held(other.credential.device_id);
  const std::string told_before = device_file_json(*other_before, first_day);

  const std::vector<std::string> needles = {laptop.credential.device_id,
                                            laptop.install_id,
                                            laptop.store_id,
                                            *laptop.serials.system_serial,
                                            *laptop.serials.system_uuid,
                                            "DISK-a",
                                            "garbage of a",
                                            "TAG-a"};
  const auto before = everything(*sql);
  for (const std::string& needle : needles) {
    EXPECT_FALSE(tables_with(before, needle).empty()) << needle << ": this test would see nothing";
  }
  EXPECT_TRUE(tables_with(before, laptop.store_id).count("again_counted"));

  const auto erased = erase(fleet, laptop);
  ASSERT_TRUE(erased) << erased.error().text;
  EXPECT_EQ(erased->reports, 5);
  EXPECT_EQ(erased->serials, 5);
  EXPECT_EQ(erased->stock, 1);
  EXPECT_FALSE(erased->rebuild_needed);
  const auto after = everything(*beside(fleet));
  for (const std::string& needle : needles) {
    const auto found = tables_with(after, needle);
    EXPECT_TRUE(found.empty()) << needle << " stands in" << joined(found);
  }
  EXPECT_EQ(fleet.store().audit_entries({})->back().entry.action, AuditAction::device_erase);
  EXPECT_EQ(fleet.store().held(laptop.credential.device_id).error().cause, Cause::absent);

  // The other one did not notice, and everything still follows from the reports.
  EXPECT_EQ(device_file_json(*fleet.store().held(other.credential.device_id), first_day),
            told_before);
  expect_sound(fleet);
  const auto rebuilt = fleet.store().rebuild();
  ASSERT_TRUE(rebuilt);
  EXPECT_TRUE(rebuilt->different_tables.empty());
  const auto twice = erase(fleet, laptop);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().cause, Cause::absent);
  EXPECT_EQ(fleet.store().audit_entries({})->back().entry.result, AuditResult::failed);
}

// Not in the free pages of the file either, nor in its log.
TEST(SqliteRights, after_erasing_the_bytes_are_not_in_the_file) {
  Fleet fleet;
  const Laptop laptop = busy_member(fleet, "a");
  const auto in_files = [&](const std::string& needle) {
    bool found = false;
    for (const auto& file : std::filesystem::directory_iterator(fleet.folder())) {
      std::ifstream stream(file.path(), std::ios::binary);
      std::stringstream bytes;
      bytes << stream.rdbuf();
      found = found || bytes.str().find(needle) != std::string::npos;
    }
    return found;
  };
  for (const std::string& needle : {laptop.install_id, std::string("PF-a-SYS")}) {
    EXPECT_TRUE(in_files(needle)) << needle;
  }
  ASSERT_TRUE(erase(fleet, laptop));
  for (const std::string& needle : {laptop.install_id, std::string("PF-a-SYS")}) {
    EXPECT_FALSE(in_files(needle)) << needle;
  }
}

TEST(SqliteRights, while_somebody_reads_the_log_is_said_to_hold_it_still) {
  Fleet fleet(1);
  Laptop laptop = fleet.member("a", first_day);
  fleet.send(laptop, laptop.health(), first_day);
  const auto reader = beside(fleet);
  const Done read = reader->read_transaction([&]() -> Done {
    if (const auto one = reader->integer("SELECT count(*) FROM device"); !one) return one.error();
    const auto erased = erase(fleet, laptop);
    EXPECT_TRUE(erased && erased->still_in_log);
    return done();
  });
  EXPECT_TRUE(read) << read.error().text;
  Laptop other = fleet.member("b", first_day);
  const auto erased = erase(fleet, other);
  EXPECT_TRUE(erased && !erased->still_in_log);
}

// docs/wire.md: 401 to the old credential, so it enrols again; 400 `erased` to what was erased, so
// it sets that aside and goes on; and its number goes on, so it never thinks that we were restored.
TEST_P(BothStores, what_was_erased_is_not_taken_in_again_and_what_is_new_is) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  const Report first = with_serials(laptop);
  const Report second = laptop.energy(testing::week_of(last_week));
  fleet.send(laptop, first, first_day);
  EXPECT_EQ(fleet.send(laptop, second, first_day).acknowledgement->complete_through, 2);
  ASSERT_TRUE(erase(fleet, laptop));

  EXPECT_EQ(fleet.send(laptop, second, first_day).problem.status, 401);
  const EnrolmentOutcome enrolled = fleet.enrol(laptop, first_day + days(1));
  ASSERT_TRUE(enrolled.answer);
  EXPECT_TRUE(enrolled.answer->pending);
  for (const Report& old : {first, second}) {
    const ReportOutcome outcome = fleet.send(laptop, old, first_day + days(1));
    EXPECT_EQ(outcome.problem.status, 400);
    EXPECT_EQ(outcome.problem.name, "erased");
  }
  const ReportOutcome next = fleet.send(laptop, laptop.health(), first_day + days(1));
  ASSERT_TRUE(next.acknowledgement);
  EXPECT_EQ(next.acknowledgement->complete_through, 3);
  ASSERT_TRUE(fleet.store().confirm(laptop.credential.device_id, false));
  const Report third = laptop.energy(testing::week_of(first_day));
  EXPECT_EQ(fleet.send(laptop, third, first_day + days(6)).acknowledgement->complete_through, 4);
  EXPECT_EQ(fleet.counted_energy(), joules(360'000));
  EXPECT_EQ(fleet.store().set_aside()->size(), 0u);
  expect_sound(fleet);

  // Erased once more: the later number counts.
  ASSERT_TRUE(erase(fleet, laptop));
  fleet.enrol(laptop, first_day + days(7));
  EXPECT_EQ(fleet.send(laptop, third, first_day + days(7)).problem.name, "erased");
}

// Two laptops from one image share a store: what was not counted beside the erased one counts now.
TEST_P(BothStores, rows_that_were_counted_of_the_erased_one_count_of_the_other) {
  Fleet fleet(1, url());
  Laptop one = fleet.member("a", first_day);
  Laptop two = fleet.member("b", first_day);
  two.store_id = one.store_id;
  fleet.send(one, one.energy(testing::week_of(last_week)), first_day);
  fleet.send(two, two.energy(testing::week_of(last_week), 7'000), first_day);
  EXPECT_EQ(fleet.counted_energy(), joules(360'000));
  const auto erased = erase(fleet, one);
  ASSERT_TRUE(erased);
  EXPECT_TRUE(erased->rebuild_needed);
  EXPECT_FALSE(fleet.store().check()->different_tables.empty());
  ASSERT_TRUE(fleet.store().rebuild());
  EXPECT_EQ(fleet.counted_energy(), joules(7'000));
  expect_sound(fleet);
}

// Sums of groups stay, unless the group is so small that its sum tells of one laptop.
TEST_P(BothStores, sums_of_large_groups_stay_and_those_of_small_ones_go) {
  Fleet fleet(1, url());
  const UtcDay early = testing::day("2026-06-10");
  std::vector<Laptop> many;
  std::vector<Laptop> few;
  for (int i = 0; i < smallest_kept_group + 2; ++i) {
    const bool common = i < smallest_kept_group;
    Laptop laptop = testing::laptop("m" + std::to_string(i));
    laptop.stock = testing::inventory("LENOVO", common ? "ThinkPad T480" : "ThinkPad X1");
    fleet.enrol(laptop, early);
    ASSERT_TRUE(fleet.store().confirm(laptop.credential.device_id, false));
    fleet.send(laptop, laptop.health(), early);
    fleet.send(laptop, laptop.energy(testing::week_of(early - days(7))), early);
    (common ? many : few).push_back(laptop);
  }
  ASSERT_TRUE(fleet.store().retain(first_day, 1, true));
  const auto models = [&] {
    std::set<std::string> names;
    const auto months = fleet.store().energy_months();
    for (const EnergyMonth& month : *months) names.insert(month.device_model);
    return names;
  };
  EXPECT_EQ(models(), (std::set<std::string>{"LENOVO ThinkPad T480", "LENOVO ThinkPad X1"}));
  const auto large = erase(fleet, many.front());
  ASSERT_TRUE(large) << large.error().text;
  EXPECT_EQ(large->month_rows, 0);
  EXPECT_EQ(models().size(), 2u);
  const auto small = erase(fleet, few.front());
  ASSERT_TRUE(small);
  EXPECT_GT(small->month_rows, 0);
  EXPECT_EQ(models(), std::set<std::string>{"LENOVO ThinkPad T480"});
  expect_sound(fleet);
}

// Somebody who waits to continue it becomes a device of their own.
TEST_P(BothStores, a_claim_on_the_erased_device_stands_alone) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  fleet.send(laptop, with_serials(laptop), first_day);
  Laptop imaged = laptop;
  imaged.install_id = testing::id_of("install-new");
  imaged.sequence = 0;
  fleet.enrol(imaged, first_day + days(30));
  ASSERT_TRUE(erase(fleet, laptop));
  ASSERT_TRUE(fleet.store().confirm(imaged.credential.device_id, false));
  EXPECT_TRUE(fleet.send(imaged, imaged.health(), first_day + days(31)).acknowledgement);
  EXPECT_EQ(fleet.store().devices()->size(), 1u);
  expect_sound(fleet);
}

}  // namespace
}  // namespace wattlife
