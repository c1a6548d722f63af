// SPDX-License-Identifier: EUPL-1.2
#include "collector/commands.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "collector/fleet_store.h"
#include "platform/database.h"
#include "platform/process.h"
#include "tests/collector/both_stores.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using testing::Laptop;

class CommandsTest : public ::testing::Test {
 protected:
  CommandsTest() {
    options_.database = "sqlite://" + folder_.path() + "/fleet.db";
    options_.oin = testing::oin;
    options_.name = "Ministerie van Voorbeelden";
  }
  std::string write(const std::string& name, const std::string& text) {
    const std::string path = folder_.path() + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  // An organisation with one device that waits.
  void begin() {
    ASSERT_EQ(migrate(options_).code, exit_ok);
    ASSERT_EQ(organisation_add(options_).code, exit_ok);
    const CommandResult token = token_create(options_);
    ASSERT_EQ(token.code, exit_ok) << token.error;
    auto store =
        open_fleet_store(options_.database, StoreOpen::existing, testing::repeatable_random(3));
    Laptop laptop = testing::laptop("a");
    const UtcDay today = std::chrono::floor<std::chrono::days>(now().utc);
    const auto outcome = (*store)->enrol(
        {{std::string(trimmed(token.out)), to_bytes(laptop.enrolment()), true}}, today);
    ASSERT_TRUE(outcome->front().answer);
    laptop.credential = {outcome->front().answer->device_id, outcome->front().answer->secret};
    id_ = hex_from_bytes(laptop.credential.device_id);
    ASSERT_TRUE((*store)
                    ->receive({{laptop.credential, to_bytes(laptop.health())}}, today)
                    ->front()
                    .acknowledgement);
  }
  TemporaryFolder folder_;
  CommandOptions options_;
  std::string id_;
};

TEST_F(CommandsTest, without_a_database_they_say_how_to_make_one) {
  for (const auto& command : {organisation_list, token_list, device_list, check, rebuild}) {
    const CommandResult outcome = command(options_);
    EXPECT_EQ(outcome.code, exit_no_input);
    EXPECT_NE(outcome.error.find("wattlife-collector migrate"), std::string::npos);
    EXPECT_EQ(outcome.out, "");
  }
  EXPECT_EQ(migrate(options_).code, exit_ok);
  EXPECT_EQ(migrate(options_).code, exit_ok);
  EXPECT_EQ(check(options_).code, exit_ok);
}

TEST_F(CommandsTest, a_token_is_shown_once_or_written_to_a_closed_file) {
  begin();
  options_.file = folder_.path() + "/token";
  const CommandResult outcome = token_create(options_);
  EXPECT_EQ(outcome.code, exit_ok);
  EXPECT_EQ(outcome.out, "");
  struct stat status {};
  ASSERT_EQ(::stat(options_.file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const std::string token(trimmed(*read_file(options_.file, 1000)));
  EXPECT_EQ(token.size(), 4 + 2 * secret_bytes);
  EXPECT_EQ(token_list(options_).out.find(token), std::string::npos);
  EXPECT_EQ(read_file(folder_.path() + "/fleet.db", 1 << 24)->find(token), std::string::npos);
  options_.days = 0;
  EXPECT_EQ(token_create(options_).code, exit_usage);
  options_.days = 30;
  options_.oin = "00000000000000000000";
  EXPECT_EQ(token_create(options_).code, exit_no_input);
}

TEST_F(CommandsTest, devices_are_confirmed_by_the_beginning_of_their_id) {
  begin();
  EXPECT_NE(device_list(options_).out.find("te-bevestigen"), std::string::npos);
  options_.devices = {id_.substr(0, 7)};
  EXPECT_EQ(device_confirm(options_).code, exit_no_input);  // too short to be sure
  options_.devices = {id_.substr(0, 8)};
  EXPECT_EQ(device_confirm(options_).code, exit_ok);
  EXPECT_NE(device_list(options_).out.find("bevestigd"), std::string::npos);
  options_.file = id_.substr(0, 10);
  const CommandResult explained = explain_device(options_);
  EXPECT_EQ(explained.code, exit_ok);
  EXPECT_NE(explained.out.find("bestemming: verlengen"), std::string::npos) << explained.out;
  EXPECT_NE(explained.out.find("battery_permille"), std::string::npos);
  EXPECT_NE(work_list_text(options_).out.find("LENOVO ThinkPad T480"), std::string::npos);
  EXPECT_EQ(device_revoke(options_).code, exit_ok);
  EXPECT_NE(device_list(options_).out.find("ingetrokken"), std::string::npos);
  EXPECT_EQ(device_confirm(options_).code, exit_permission);
  EXPECT_EQ(check(options_).code, exit_ok);
}

TEST_F(CommandsTest, confirm_needs_ids_or_all) {
  begin();
  EXPECT_EQ(device_confirm(options_).code, exit_usage);
  options_.devices = {id_};
  options_.all_pending = true;
  EXPECT_EQ(device_confirm(options_).code, exit_usage);
  options_.devices.clear();
  EXPECT_EQ(device_confirm(options_).out, "1 confirmed.\n");
  EXPECT_EQ(device_confirm(options_).out, "0 confirmed.\n");
}

TEST_F(CommandsTest, inventory_is_imported_whole_or_not_at_all) {
  begin();
  options_.file = write("good.csv", "serienummer;merk\r\nPF1ABCDE;Lenovo\r\n");
  options_.dry_run = true;
  EXPECT_NE(import_inventory(options_).out.find("nothing was imported"), std::string::npos);
  options_.dry_run = false;
  EXPECT_EQ(import_inventory(options_).out, "1 rows, 1 of them new.\n");
  EXPECT_EQ(import_inventory(options_).out, "1 rows, 0 of them new.\n");
  options_.file = write("bad.csv", "serienummer\nPF2ABCDE\n0000\n");
  const CommandResult bad = import_inventory(options_);
  EXPECT_EQ(bad.code, exit_data);
  EXPECT_NE(bad.error.find("bad.csv:3: "), std::string::npos);
  options_.file = folder_.path() + "/none.csv";
  EXPECT_EQ(import_inventory(options_).code, exit_no_input);
}

TEST_F(CommandsTest, facts_in_a_file_are_assessed_as_on_the_server) {
  options_.json = true;
  options_.file = write("facts.json", R"({"in_use": "ja", "battery_verdict": "replace",
                                          "battery_percent": 62, "disk_verdict": "good"})");
  testing::expect_golden("assess.json", assess_file(options_).out);
  options_.json = false;
  EXPECT_NE(assess_file(options_).out.find("bestemming: herstellen"), std::string::npos);
  options_.file = write("not.json", "{");
  EXPECT_EQ(assess_file(options_).code, exit_data);
  options_.file = folder_.path() + "/facts.json";
  options_.rules = write("rules.toml", "version = 1\n");
  EXPECT_EQ(assess_file(options_).code, exit_configuration);
}

TEST_F(CommandsTest, a_table_that_does_not_follow_from_the_reports_is_found_and_made_again) {
  begin();
  options_.all_pending = true;
  ASSERT_EQ(device_confirm(options_).code, exit_ok);
  {
    auto database = Database::open(folder_.path() + "/fleet.db",
                                   {.mode = OpenMode::write_ahead_log, .lock_wait_ms = 100});
    ASSERT_TRUE(database->run("UPDATE battery SET full_mwh = full_mwh + 1"));
  }
  const CommandResult found = check(options_);
  EXPECT_EQ(found.code, exit_negative);
  EXPECT_NE(found.error.find("battery"), std::string::npos);
  EXPECT_NE(rebuild(options_).out.find("changed: battery"), std::string::npos);
  EXPECT_EQ(check(options_).code, exit_ok);
}

TEST_F(CommandsTest, serve_explains_what_it_needs) {
  begin();
  options_.listen = "8443";
  EXPECT_EQ(serve(options_).code, exit_usage);
  options_.listen = "127.0.0.1:0";
  options_.certificate_folder = folder_.path();
  CommandResult outcome = serve(options_);
  EXPECT_EQ(outcome.code, exit_configuration);
  EXPECT_NE(outcome.error.find("wattlife-collector certificate"), std::string::npos);
  options_.file = folder_.path() + "/tls";
  EXPECT_EQ(make_certificate(options_).code, exit_ok);
  EXPECT_EQ(make_certificate(options_).code, exit_cannot_create);
  options_.certificate_folder = options_.file;
  options_.listen = "0.0.0.0:0";
  outcome = serve(options_);
  EXPECT_EQ(outcome.code, exit_configuration);
  EXPECT_NE(outcome.error.find("no login"), std::string::npos);
}

TEST_F(CommandsTest, retention_counts_or_does_it_and_says_which) {
  begin();
  EXPECT_EQ(retention(options_).code, exit_usage);
  options_.dry_run = true;
  const CommandResult would = retention(options_);
  EXPECT_EQ(would.code, exit_ok);
  EXPECT_NE(would.out.find("would go: 0 reports"), std::string::npos) << would.out;
  options_.apply = true;
  EXPECT_EQ(retention(options_).code, exit_usage);
  options_.dry_run = false;
  EXPECT_NE(retention(options_).out.find("gone: 0 reports"), std::string::npos);
  options_.months = 26;
  EXPECT_EQ(retention(options_).code, exit_usage);
}

// The same commands over a server, end to end.
TEST_F(CommandsTest, all_of_it_over_postgresql) {
  testing::skip_without(testing::Kind::postgres);
  if (IsSkipped()) return;
  options_.database = testing::PostgresServer::shared().new_database();
  const CommandResult before = check(options_);
  EXPECT_EQ(before.code, exit_no_input);
  EXPECT_NE(before.error.find("wattlife-collector migrate"), std::string::npos);
  begin();
  options_.devices = {id_};
  EXPECT_EQ(device_confirm(options_).code, exit_ok);
  EXPECT_EQ(rebuild(options_).code, exit_ok);
  const CommandResult checked = check(options_);
  EXPECT_EQ(checked.code, exit_ok) << checked.error;
  EXPECT_NE(checked.out.find("1 reports"), std::string::npos) << checked.out;
  options_.apply = true;
  EXPECT_EQ(retention(options_).code, exit_ok);
  options_.file = folder_.path() + "/copy.dump";
  const CommandResult copied = backup(options_);
  EXPECT_EQ(copied.code, exit_unavailable);
  EXPECT_NE(copied.error.find("pg_dump"), std::string::npos);
  EXPECT_EQ(work_list_text(options_).code, exit_ok);
}

}  // namespace
}  // namespace wattlife
