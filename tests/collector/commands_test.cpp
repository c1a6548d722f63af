// SPDX-License-Identifier: EUPL-1.2
#include "collector/commands.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "collector/fleet_store.h"
#include "core/text.h"
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

// systemd hands the password of the database over as a file; libpq looks for it in a variable.
TEST_F(CommandsTest, a_password_that_is_a_credential_goes_where_libpq_looks) {
  ASSERT_EQ(migrate(options_).code, exit_ok);
  EXPECT_EQ(std::getenv("PGPASSWORD"), nullptr);
  write("database.password", "correct horse\n");
  ASSERT_EQ(::setenv("CREDENTIALS_DIRECTORY", folder_.path().c_str(), 1), 0);
  const CommandResult listed = organisation_list(options_);
  ASSERT_EQ(::unsetenv("CREDENTIALS_DIRECTORY"), 0);
  EXPECT_EQ(listed.code, exit_ok) << listed.error;
  EXPECT_EQ(std::string(std::getenv("PGPASSWORD")), "correct horse");
  ::unsetenv("PGPASSWORD");
}

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

TEST_F(CommandsTest, a_token_whose_file_cannot_be_written_is_not_made) {
  ASSERT_EQ(migrate(options_).code, exit_ok);
  ASSERT_EQ(organisation_add(options_).code, exit_ok);
  options_.file = folder_.path() + "/not/there/token";
  const CommandResult outcome = token_create(options_);
  EXPECT_EQ(outcome.code, exit_cannot_create) << outcome.error;
  EXPECT_EQ(outcome.out, "");
  options_.json = true;
  EXPECT_EQ(token_list(options_).out, "[]\n");
}

TEST_F(CommandsTest, a_token_that_is_not_kept_leaves_no_file) {
  ASSERT_EQ(migrate(options_).code, exit_ok);
  options_.file = folder_.path() + "/token";
  EXPECT_EQ(token_create(options_).code, exit_no_input);  // no such organisation
  EXPECT_FALSE(read_file(options_.file, 1000));
}

TEST_F(CommandsTest, one_wrong_id_among_many_changes_none) {
  begin();
  options_.devices = {id_, "0000000000"};
  EXPECT_EQ(device_confirm(options_).code, exit_no_input);
  options_.json = true;
  EXPECT_NE(device_list(options_).out.find("\"te-bevestigen\""), std::string::npos);
  options_.devices = {id_};
  ASSERT_EQ(device_confirm(options_).code, exit_ok);
  options_.devices = {id_, "0000000000"};
  EXPECT_EQ(device_revoke(options_).code, exit_no_input);
  EXPECT_NE(device_list(options_).out.find("\"bevestigd\""), std::string::npos);
}

TEST_F(CommandsTest, a_device_is_revoked_for_a_reason_of_the_list) {
  begin();
  options_.devices = {id_};
  options_.reason = "zomaar";
  const CommandResult refused = device_revoke(options_);
  EXPECT_EQ(refused.code, exit_data);
  EXPECT_NE(refused.error.find("kwijt"), std::string::npos) << refused.error;
  options_.reason = "kwijt";
  EXPECT_EQ(device_revoke(options_).code, exit_ok);
  EXPECT_NE(device_list(options_).out.find("Gestolen of kwijt"), std::string::npos);
}

TEST_F(CommandsTest, the_operator_is_set_of_some_or_of_all_of_an_owner) {
  begin();
  options_.oin = testing::other_oin;
  options_.name = "Dienst Proef";
  ASSERT_EQ(organisation_add(options_).code, exit_ok);
  options_.oin.clear();
  options_.devices = {id_};
  EXPECT_EQ(device_operator(options_).code, exit_usage);  // who?
  options_.operator_oin = testing::other_oin;
  EXPECT_EQ(device_operator(options_).code, exit_ok);
  options_.json = true;
  const std::string set = "\"operator_oin\": \"" + testing::other_oin + "\"";
  EXPECT_NE(device_list(options_).out.find(set), std::string::npos) << device_list(options_).out;
  options_.oin = testing::oin;
  EXPECT_EQ(device_operator(options_).code, exit_usage);  // ids, or all
  options_.devices.clear();
  options_.operator_oin.clear();
  options_.by_owner = true;
  EXPECT_EQ(device_operator(options_).out, "1 devices: operated by owner.\n");
  EXPECT_NE(device_list(options_).out.find("\"operator_oin\": null"), std::string::npos);
  const auto store =
      open_fleet_store(options_.database, StoreOpen::existing, testing::repeatable_random(3));
  int noted = 0;
  for (const ChainedEntry& one : *(*store)->audit_entries({})) {
    noted += one.entry.action == AuditAction::device_operator ? 1 : 0;
  }
  EXPECT_EQ(noted, 2);
}

TEST_F(CommandsTest, the_first_enrolment_of_a_device_cannot_be_taken_apart) {
  begin();
  options_.devices = {id_};
  const CommandResult outcome = device_separate(options_);
  EXPECT_EQ(outcome.code, exit_permission);
  EXPECT_NE(outcome.error.find("first enrolment"), std::string::npos);
}

TEST_F(CommandsTest, certificates_of_devices_need_their_authorities) {
  begin();
  options_.certificate_folder = folder_.path();
  options_.config = write("collector.toml",
                          "[certificates.a]\nissuer = \"CN=x\"\nsubject = \"*\"\n"
                          "organisation = \"" +
                              testing::oin + "\"\n");
  const CommandResult outcome = serve(options_);
  EXPECT_EQ(outcome.code, exit_configuration);
  EXPECT_NE(outcome.error.find("--client-ca"), std::string::npos) << outcome.error;
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
  EXPECT_NE(outcome.error.find("nobody signs in"), std::string::npos);
}

TEST_F(CommandsTest, serve_stops_at_wrong_settings_of_sign_in) {
  begin();
  options_.listen = "127.0.0.1:0";
  const struct {
    const char* name;
    std::string text;
    const char* part;
  } cases[] = {
      {"mistyped", "[sign_in]\nway = \"openld\"\n", "sign_in.way"},
      {"no secret",
       "[sign_in]\nway = \"openid\"\npublic_url = \"https://w.example\"\n"
       "issuer = \"https://idp.example\"\nclient_id = \"w\"\nclient_key_file = \"none.jwk\"\n"
       "[sign_in.roles]\na = \"auditor\"\n",
       "none.jwk"},
      {"a bad key of sessions", "[sign_in]\nway = \"local\"\nsession_key_file = \"short.key\"\n",
       "short.key: is no key"},
      {"users that others can read", "[sign_in]\nway = \"local\"\nusers_file = \"open.toml\"\n",
       "open.toml: others can read it"},
  };
  ASSERT_TRUE(write_file_atomically(folder_.path() + "/short.key", "00ff\n", 0600));
  ASSERT_TRUE(write_file_atomically(folder_.path() + "/open.toml", "", 0644));
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    options_.config = write("collector.toml", c.text);
    const CommandResult outcome = serve(options_);
    EXPECT_EQ(outcome.code, exit_configuration);
    EXPECT_NE(outcome.error.find(c.part), std::string::npos) << outcome.error;
  }
  options_.config = folder_.path() + "/absent.toml";
  EXPECT_EQ(serve(options_).code, exit_configuration);
}

TEST_F(CommandsTest, local_users_do_not_go_beyond_this_machine) {
  begin();
  options_.config = write("collector.toml", "[sign_in]\nway = \"local\"\n");
  options_.listen = "0.0.0.0:0";
  const CommandResult outcome = serve(options_);
  EXPECT_EQ(outcome.code, exit_configuration);
  EXPECT_NE(outcome.error.find("for this machine only"), std::string::npos) << outcome.error;
}

TEST_F(CommandsTest, users_of_a_file) {
  ASSERT_EQ(migrate(options_).code, exit_ok);
  options_.config = write("collector.toml", "[sign_in]\nway = \"local\"\n");
  options_.user = "jan";
  options_.roles = {"beheerder", "auditor"};
  options_.oins = {testing::oin};
  options_.password_file = write("password", "correct horse battery\n");
  ASSERT_EQ(user_add(options_).code, exit_ok) << user_add(options_).error;
  EXPECT_EQ(user_add(options_).code, exit_cannot_create);
  EXPECT_EQ(user_list(options_).out,
            "NAME  ROLES              ORGANISATIONS\n"
            "jan   beheerder,auditor  00000001003214345000\n");
  const std::string path = folder_.path() + "/users.toml";
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const std::string before = *read_file(path, 10000);
  EXPECT_EQ(before.find("correct"), std::string::npos);
  EXPECT_EQ(user_passwd(options_).code, exit_ok);
  EXPECT_NE(*read_file(path, 10000), before);  // another salt
  options_.json = true;
  EXPECT_NE(user_list(options_).out.find("\"name\": \"jan\""), std::string::npos);
  EXPECT_EQ(user_list(options_).out.find("scrypt"), std::string::npos);
  EXPECT_EQ(user_remove(options_).code, exit_ok);
  EXPECT_EQ(user_remove(options_).code, exit_no_input);
  EXPECT_EQ(user_passwd(options_).code, exit_no_input);
}

// The entry comes before the file, and a change that did not happen is told as well.
TEST_F(CommandsTest, every_change_of_a_local_user_is_in_the_audit_log) {
  options_.config = write("collector.toml", "[sign_in]\nway = \"local\"\n");
  options_.user = "jan";
  options_.roles = {"beheerder", "auditor"};
  options_.oins = {testing::oin};
  options_.password_file = write("password", "correct horse battery\n");
  const CommandResult alone = user_add(options_);
  EXPECT_EQ(alone.code, exit_no_input) << "without a database nothing can be noted";
  EXPECT_NE(alone.error.find("wattlife-collector migrate"), std::string::npos) << alone.error;
  EXPECT_NE(alone.error.find("No user was changed"), std::string::npos) << alone.error;
  EXPECT_FALSE(std::filesystem::exists(folder_.path() + "/users.toml"));
  ASSERT_EQ(migrate(options_).code, exit_ok);
  EXPECT_EQ(user_add(options_).code, exit_ok);
  EXPECT_EQ(user_add(options_).code, exit_cannot_create);
  EXPECT_EQ(user_passwd(options_).code, exit_ok);
  EXPECT_EQ(user_remove(options_).code, exit_ok);
  EXPECT_EQ(user_remove(options_).code, exit_no_input);
  EXPECT_EQ(user_passwd(options_).code, exit_no_input);
  // A file that cannot be written: a folder stands in its place.
  std::filesystem::remove(folder_.path() + "/users.toml");
  options_.config =
      write("collector.toml", "[sign_in]\nway = \"local\"\nusers_file = \"none/users.toml\"\n");
  EXPECT_EQ(user_add(options_).code, exit_cannot_create);
  const std::string added = "user jan, beheerder,auditor of " + testing::oin;
  const std::vector<std::string> expected = {
      "user.add done " + added,    "user.add failed " + added,    "user.password done user jan",
      "user.remove done user jan", "user.remove failed user jan", "user.password failed user jan",
      "user.add done " + added,    "user.add failed " + added};
  std::vector<std::string> told;
  auto store =
      open_fleet_store(options_.database, StoreOpen::existing, testing::repeatable_random(3));
  for (const ChainedEntry& one : *(*store)->audit_entries({})) {
    told.push_back(std::string(name_of(one.entry.action)) + " " + name_of(one.entry.result) + " " +
                   one.entry.object);
    EXPECT_EQ(one.entry.object.find("horse"), std::string::npos);
    EXPECT_EQ(one.entry.origin, "cli");
  }
  EXPECT_EQ(told, expected);
}

// Two devices of which the ids begin with the same digits.
TEST_F(CommandsTest, an_id_that_begins_two_devices_is_refused_by_every_command) {
  begin();
  int made = 0;
  const RandomBytes alike = [&](std::size_t count) {
    std::string bytes(count, 'a');
    bytes.back() = static_cast<char>(++made);
    return bytes;
  };
  auto store = open_fleet_store(options_.database, StoreOpen::existing, alike);
  const UtcDay today = std::chrono::floor<std::chrono::days>(now().utc);
  const std::string token =
      *(*store)->create_token(testing::oin, "alike", today, today + std::chrono::days(3));
  std::vector<std::string> ids;
  for (const char* name : {"b", "c"}) {
    const auto outcome =
        (*store)->enrol({{token, to_bytes(testing::laptop(name).enrolment()), true}}, today);
    ASSERT_TRUE(outcome->front().answer);
    ids.push_back(hex_from_bytes(outcome->front().answer->device_id));
  }
  ASSERT_EQ(ids[0].substr(0, 8), ids[1].substr(0, 8));
  options_.file = ids[0].substr(0, 8);
  options_.devices = {options_.file};
  for (const auto& command :
       {explain_device, device_export, device_erase, device_confirm, device_revoke}) {
    const CommandResult outcome = command(options_);
    EXPECT_EQ(outcome.code, exit_data) << outcome.out;
    EXPECT_NE(outcome.error.find("several devices"), std::string::npos) << outcome.error;
  }
  options_.file = ids[0];
  EXPECT_EQ(explain_device(options_).code, exit_ok);
  options_.file = ids[0].substr(0, 7);
  EXPECT_EQ(explain_device(options_).code, exit_no_input) << "too short to be sure";
}

TEST_F(CommandsTest, users_that_cannot_be) {
  ASSERT_EQ(migrate(options_).code, exit_ok);
  options_.config = write("collector.toml", "[sign_in]\nway = \"local\"\n");
  options_.user = "jan";
  options_.password_file = write("password", "short\n");
  EXPECT_EQ(user_add(options_).code, exit_data);
  options_.password_file = write("password", "my name is jan, really\n");
  EXPECT_EQ(user_add(options_).code, exit_data);
  options_.password_file = write("password", "correct horse battery\n");
  options_.user = "Jan";
  EXPECT_EQ(user_add(options_).code, exit_usage);
  options_.user = "jan";
  options_.roles = {"baas"};
  EXPECT_EQ(user_add(options_).code, exit_usage);
  options_.roles = {"auditor"};
  options_.oins = {"123"};
  EXPECT_EQ(user_add(options_).code, exit_usage);
  options_.oins = {};
  options_.config = write("other.toml", "");
  EXPECT_EQ(user_add(options_).code, exit_data);
}

TEST_F(CommandsTest, keys_are_made_once_and_closed) {
  options_.file = folder_.path() + "/client.jwk";
  const CommandResult made = sign_in_client_key(options_);
  ASSERT_EQ(made.code, exit_ok) << made.error;
  EXPECT_EQ(made.out.rfind("{\"keys\":[{", 0), 0u);
  EXPECT_EQ(made.out.find("\"d\""), std::string::npos);
  struct stat status {};
  ASSERT_EQ(::stat(options_.file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(sign_in_client_key(options_).code, exit_cannot_create);
  options_.file = folder_.path() + "/session.key";
  EXPECT_EQ(sign_in_session_key(options_).code, exit_ok);
  EXPECT_EQ(sign_in_session_key(options_).code, exit_cannot_create);
  EXPECT_EQ(read_file(options_.file, 100)->size(), 65u);
  options_.config = write("collector.toml", "[sign_in]\nway = \"local\"\n");
  EXPECT_EQ(sign_in_check(options_).code, exit_ok);
  options_.config = write("collector.toml", "[sign_in]\nway = \"none\"\n");
  EXPECT_EQ(sign_in_check(options_).code, exit_configuration);
}

// Whoever changes something is written down, and what they did not manage to do as well.
TEST_F(CommandsTest, every_change_of_people_is_in_the_audit_log) {
  begin();
  options_.devices = {id_};
  EXPECT_EQ(device_confirm(options_).code, exit_ok);
  EXPECT_EQ(device_revoke(options_).code, exit_ok);
  EXPECT_EQ(device_confirm(options_).code, exit_permission);
  options_.number = 1;
  EXPECT_EQ(token_revoke(options_).code, exit_ok);
  options_.number = 7;
  EXPECT_EQ(token_revoke(options_).code, exit_no_input);
  options_.file = write("stock.csv", "serienummer\nPF1ABCDE\n");
  EXPECT_EQ(import_inventory(options_).code, exit_ok);
  EXPECT_EQ(rebuild(options_).code, exit_ok);
  options_.dry_run = true;
  EXPECT_EQ(retention(options_).code, exit_ok);  // looking changes nothing
  options_.dry_run = false;
  options_.apply = true;
  EXPECT_EQ(retention(options_).code, exit_ok);
  options_.file = folder_.path() + "/copy.db";
  EXPECT_EQ(backup(options_).code, exit_ok);
  options_.file.clear();

  const std::string reference = device_reference(*bytes_from_hex(id_));
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"organisation.add done", "organisation " + testing::oin},
      {"token.create done", "token 1 of organisation " + testing::oin},
      {"enrolment.confirm done", reference},
      {"enrolment.revoke done", reference},
      {"enrolment.confirm denied", reference},
      {"token.revoke done", "token 1"},
      {"token.revoke failed", "token 7"},
      {"inventory.import done", "1 rows of organisation " + testing::oin},
      {"derived.rebuild done", "derived tables"},
      {"retention.apply done", ""},
      {"database.backup done", "database"}};
  auto store =
      open_fleet_store(options_.database, StoreOpen::existing, testing::repeatable_random(3));
  const auto entries = *(*store)->audit_entries({});
  ASSERT_EQ(entries.size(), expected.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const AuditEntry& entry = entries[i].entry;
    EXPECT_EQ(std::string(name_of(entry.action)) + " " + name_of(entry.result), expected[i].first);
    if (entry.action == AuditAction::retention_apply) {
      EXPECT_EQ(entry.object.rfind("reports before 20", 0), 0u) << entry.object;
    } else {
      EXPECT_EQ(entry.object, expected[i].second);
    }
    EXPECT_EQ(entry.actor.rfind("cli:", 0), 0u) << entry.actor;
    EXPECT_EQ(entry.origin, "cli");
  }
  EXPECT_EQ(check(options_).code, exit_ok);
}

TEST_F(CommandsTest, the_audit_log_is_listed_held_against_its_head_and_closed) {
  begin();
  const CommandResult head = audit_head(options_);
  EXPECT_EQ(head.out.rfind("2:", 0), 0u) << head.out;
  options_.audit_head = std::string(trimmed(head.out));
  EXPECT_EQ(check(options_).code, exit_ok);
  options_.audit_head = "2:" + std::string(64, '0');
  const CommandResult other = check(options_);
  EXPECT_EQ(other.code, exit_negative);
  EXPECT_NE(other.error.find("entry 2 "), std::string::npos) << other.error;
  options_.audit_head = "2";
  EXPECT_EQ(check(options_).code, exit_usage);
  options_.audit_head.clear();

  EXPECT_NE(audit_list(options_).out.find("organisation.add"), std::string::npos);
  options_.from = "2999-01-01";
  options_.json = true;
  EXPECT_EQ(audit_list(options_).out, "[]\n");
  options_.json = false;
  options_.from = "soon";
  EXPECT_EQ(audit_list(options_).code, exit_usage);
  options_.from.clear();

  options_.before = "2999-01-01";
  EXPECT_NE(audit_close(options_).out.find("nothing was closed"), std::string::npos);
  EXPECT_NE(audit_list(options_).out.find("organisation.add"), std::string::npos);
  options_.apply = true;
  EXPECT_EQ(audit_close(options_).code, exit_ok);
  EXPECT_EQ(audit_list(options_).out.find("organisation.add"), std::string::npos);
  EXPECT_NE(audit_list(options_).out.find("segment.close"), std::string::npos);
  options_.before.clear();
  EXPECT_NE(audit_close(options_).out.find("There is nothing before"), std::string::npos);
  EXPECT_EQ(check(options_).code, exit_ok);
  // The entry that was seen is closed: what was asked cannot be answered, so it is not "yes".
  options_.audit_head = "1:" + std::string(64, '0');
  const CommandResult closed = check(options_);
  EXPECT_EQ(closed.code, exit_negative);
  EXPECT_NE(closed.error.find("give a head that was written down later"), std::string::npos);
}

TEST_F(CommandsTest, a_device_is_told_in_full_and_erased_only_when_said_twice) {
  begin();
  options_.file = "PF-a-SYS";
  const CommandResult told = device_export(options_);
  EXPECT_EQ(told.code, exit_ok) << told.error;
  EXPECT_NE(told.out.find("\"PF-a-SYS\""), std::string::npos);
  EXPECT_NE(told.out.find("device.export"), std::string::npos);  // it tells of itself
  options_.out = folder_.path() + "/device.json";
  EXPECT_EQ(device_export(options_).out, "");
  struct stat status {};
  ASSERT_EQ(::stat(options_.out.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);

  const CommandResult looked = device_erase(options_);
  EXPECT_EQ(looked.code, exit_usage);
  EXPECT_NE(looked.out.find("serial 3"), std::string::npos) << looked.out;
  EXPECT_NE(device_list(options_).out.find(id_), std::string::npos);
  options_.yes = true;
  options_.file = id_.substr(0, 8);
  const CommandResult erased = device_erase(options_);
  EXPECT_EQ(erased.code, exit_ok) << erased.error;
  EXPECT_NE(erased.out.find("1 reports, 3 serial numbers"), std::string::npos) << erased.out;
  EXPECT_EQ(device_list(options_).out.find(id_), std::string::npos);
  EXPECT_EQ(device_erase(options_).code, exit_no_input);
  EXPECT_EQ(device_export(options_).code, exit_no_input);
  EXPECT_EQ(check(options_).code, exit_ok);
}

TEST_F(CommandsTest, retention_counts_or_does_it_and_says_which) {
  begin();
  EXPECT_EQ(retention(options_).code, exit_usage);
  options_.dry_run = true;
  const CommandResult would = retention(options_);
  EXPECT_EQ(would.code, exit_ok);
  EXPECT_NE(would.out.find("would go: 0 reports"), std::string::npos) << would.out;
  const auto noted = [&] {
    const auto store =
        open_fleet_store(options_.database, StoreOpen::existing, testing::repeatable_random(3));
    const auto last = (*store)->duty_done(retention_duty);
    return last && last->has_value();
  };
  EXPECT_FALSE(noted());
  options_.apply = true;
  EXPECT_EQ(retention(options_).code, exit_usage);
  options_.dry_run = false;
  EXPECT_NE(retention(options_).out.find("gone: 0 reports"), std::string::npos);
  EXPECT_TRUE(noted()) << "or the alert that asks for it goes on";
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
