// SPDX-License-Identifier: EUPL-1.2
#include "collector/assessments.h"

#include <gtest/gtest.h>

#include "collector/api_devices.h"
#include "collector/facts_json.h"
#include "collector/page.h"
#include "collector/rules.h"
#include "tests/collector/fleet.h"
#include "tests/places.h"

namespace wattlife {
namespace {

using std::chrono::days;
using testing::battery;
using testing::first_day;

const RuleSet& rules() {
  static const RuleSet set = *built_in_rules();
  return set;
}

TEST(DiskState, the_worst_drive_speaks) {
  Disk good = testing::healthy_disk();
  Disk failing = good;
  failing.critical_warning = 4;
  failing.percentage_used = 80;
  Disk silent;
  silent.name = "nvme1";
  EXPECT_EQ(disk_state({good}).judgement.verdict, Verdict::good);
  EXPECT_EQ(disk_state({good, failing}).judgement.verdict, Verdict::fail);
  EXPECT_EQ(disk_state({good, failing}).percentage_used, 80);
  EXPECT_EQ(disk_state({good, silent}).judgement.verdict, Verdict::unknown);
  EXPECT_FALSE(disk_state({}).present);
}

// --- From device to proposal
// --------------------------------------------------------------------------

FleetDevice device() {
  FleetDevice device;
  device.id = testing::id_of("device");
  device.state = EnrolmentState::confirmed;
  device.first_day = first_day - days(60);
  device.last_day = first_day;
  device.inventory = InventoryOfDay{first_day, testing::inventory("LENOVO", "ThinkPad T480")};
  device.battery_history = {{first_day - days(14), {battery(50'000, 46'500)}},
                            {first_day, device.inventory->inventory.batteries}};
  return device;
}

std::vector<std::string> actions_of(const Assessment& assessment) {
  std::vector<std::string> actions;
  for (const Reason& reason : assessment.reasons) {
    if (!reason.action_en.empty()) actions.push_back(reason.action_en);
  }
  return actions;
}

// --- Locks
// --------------------------------------------------------------------------

TEST(Locks, become_facts_with_the_days_since_they_were_seen) {
  FleetDevice one = device();
  Provision& provision = one.inventory->inventory.provision;
  provision.locks = {true, false, true, std::nullopt, false};
  provision.tpm_version = "2.0";
  provision.secure_boot = SecureBoot::off;
  provision.memory_slots = {2, 1, 8192};
  provision.system = {"Debian GNU/Linux", "12", std::nullopt};
  const Facts facts = facts_of(one, first_day + days(3));
  const auto word = [&](const char* name) {
    const auto found = facts.find(name);
    return found == facts.end() ? std::string("onbekend") : std::get<std::string>(found->second);
  };
  EXPECT_EQ(word("locks_bios_password"), "ja");
  EXPECT_EQ(word("locks_activation"), "nee");
  EXPECT_EQ(word("locks_management"), "ja");
  EXPECT_EQ(word("locks_persistence"), "onbekend");
  EXPECT_EQ(word("disk_encrypted"), "nee");
  EXPECT_EQ(word("tpm"), "2.0");
  EXPECT_EQ(word("secure_boot"), "off");
  EXPECT_EQ(std::get<std::int64_t>(facts.at("locks_seen_days")), 3);
  EXPECT_EQ(std::get<std::int64_t>(facts.at("memory_slots_free")), 1);
  EXPECT_EQ(std::get<std::int64_t>(facts.at("os_support_days")),
            (*day_from_iso8601("2028-06-30") - (first_day + days(3))).count());
}

TEST(Locks, nothing_known_is_no_fact) {
  const Facts facts = facts_of(device(), first_day);
  for (const char* name : {"locks_bios_password", "locks_activation", "locks_management",
                           "locks_persistence", "locks_seen_days", "disk_encrypted", "tpm",
                           "secure_boot", "os_support_days", "memory_slots_free"}) {
    EXPECT_EQ(facts.count(name), 0u) << name;
  }
}

// In use a lock is normal; declared surplus each is a task, and so is each that nobody knows of.
TEST(Locks, are_tasks_only_from_surplus_on) {
  const auto actions = [](Facts facts) {
    const auto rules = built_in_rules();
    EXPECT_TRUE(rules);
    return actions_of(assess(facts, *rules));
  };
  const std::string word_of_check = "Check the BIOS password (administrator)";
  const auto has = [](const std::vector<std::string>& list, const std::string& action) {
    return std::find(list.begin(), list.end(), action) != list.end();
  };
  Facts facts = facts_of(device(), first_day);
  facts["locks_bios_password"] = std::string("ja");
  facts["locks_management"] = std::string("ja");
  EXPECT_TRUE(actions(facts).empty());
  facts["stage"] = std::string("overtollig");
  EXPECT_TRUE(has(actions(facts), "Remove the BIOS password (administrator)"));
  EXPECT_TRUE(has(actions(facts), "Remove the device from management (administrator)"));
  EXPECT_TRUE(has(actions(facts), "Check Absolute in the BIOS (administrator)"));
  EXPECT_FALSE(has(actions(facts), "Check Activation Lock (administrator)")) << "no Mac";
  facts.erase("locks_bios_password");
  facts.erase("locks_management");
  EXPECT_TRUE(has(actions(facts), word_of_check));
  EXPECT_TRUE(has(actions(facts), "Check management: MDM, Autopilot, Apple (administrator)"));
  facts["os"] = std::string("macos");
  EXPECT_TRUE(has(actions(facts), "Check Activation Lock (administrator)"));
  for (const char* lock :
       {"locks_bios_password", "locks_management", "locks_persistence", "locks_activation"}) {
    facts[lock] = std::string("nee");
  }
  EXPECT_TRUE(actions(facts).empty());
}

TEST(Locks, a_system_without_updates_is_a_task_and_no_verdict) {
  FleetDevice one = device();
  one.inventory->inventory.provision.system = {"Windows 10", "22H2", "Professional"};
  const auto rules = built_in_rules();
  ASSERT_TRUE(rules);
  const Assessment assessment = assess(facts_of(one, first_day), *rules);
  EXPECT_EQ(assessment.route, "verlengen");
  EXPECT_EQ(actions_of(assessment),
            std::vector<std::string>{"Install a newer version of the system (administrator)"});
}

TEST(Proposal, table) {
  const auto low_battery = [](FleetDevice& d, int days_between) {
    d.battery_history = {{first_day - days(days_between), {battery(50'000, 31'000)}},
                         {first_day, {battery(50'000, 30'000)}}};
  };
  using Actions = std::vector<std::string>;
  struct Case {
    const char* name;
    std::function<void(FleetDevice&)> change;
    const char* route;
    Actions actions;
  };
  const std::vector<Case> cases = {
      {"healthy", [](FleetDevice&) {}, "verlengen", {}},
      {"battery worn",
       [&](FleetDevice& d) { low_battery(d, 7); },
       "herstellen",
       {"Replace the battery"}},
      {"battery low once",
       [&](FleetDevice& d) { low_battery(d, 1); },
       "verlengen",
       {"Wait for a second measurement of the battery (after a week)"}},
      {"drive failing",
       [](FleetDevice& d) { d.inventory->inventory.disks[0].critical_warning = 4; },
       "herstellen",
       {"Make a backup and replace the drive"}},
      {"both",
       [&](FleetDevice& d) {
         d.inventory->inventory.disks[0].critical_warning = 4;
         low_battery(d, 7);
       },
       "herstellen",
       {"Make a backup and replace the drive", "Replace the battery"}},
      {"drive to watch",
       [](FleetDevice& d) { d.inventory->inventory.disks[0].media_errors = 2; },
       "verlengen",
       {"Watch the drive and make sure there is a backup"}},
      {"drive unknown",
       [](FleetDevice& d) { d.inventory->inventory.disks.clear(); },
       "verlengen",
       {}},
      {"battery unknown",
       [](FleetDevice& d) { d.battery_history.back().batteries[0].full.reset(); },
       "verlengen",
       {}},
      {"nothing known",
       [](FleetDevice& d) {
         d.inventory->inventory.disks.clear();
         d.battery_history.clear();
       },
       "onbekend",
       {"Look at the device yourself first (battery and drive)"}},
      {"no inventory yet",
       [](FleetDevice& d) {
         d.inventory.reset();
         d.battery_history.clear();
       },
       "onbekend",
       {"Look at the device yourself first (battery and drive)"}},
      {"silent for five weeks",
       [](FleetDevice& d) { d.last_day = first_day - days(36); },
       "onbekend",
       {"Ask whether the device is still in use"}},
      {"waits",
       [](FleetDevice& d) { d.state = EnrolmentState::to_confirm; },
       "onbekend",
       {"Confirm the device (administrator)"}},
      {"conflict",
       [](FleetDevice& d) { d.state = EnrolmentState::conflict; },
       "onbekend",
       {"Choose the right installation (administrator)"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    FleetDevice one = device();
    c.change(one);
    const AssessedDevice result = assessed(one, rules(), first_day);
    EXPECT_EQ(result.assessment.route, c.route);
    EXPECT_EQ(actions_of(result.assessment), c.actions);
    EXPECT_FALSE(result.assessment.held);
  }
}

// A device of today with all that decides about Windows 11.
FleetDevice eligible() {
  FleetDevice one = device();
  Provision& provision = one.inventory->inventory.provision;
  provision.processor = {"GenuineIntel", 6, 142, 10, true, 4, true};
  provision.tpm_version = "2.0";
  provision.secure_boot = SecureBoot::off;
  provision.drive_erase = {{"nvme0", true, true, false, true, false, false, false}};
  return one;
}

TEST(Windows11Of, FactsOfTheDeviceAreJudgedHereWithEveryCriterion) {
  using Words = std::vector<std::string>;
  struct Case {
    const char* name;
    void (*change)(Inventory&);
    Known eligible;
    Words failing;
    Words unseen;
  };
  const Case cases[] = {
      {"all", [](Inventory&) {}, Known::yes, {}, {}},
      {"a processor that is not on the list",
       [](Inventory& i) { i.provision.processor.model = 78; },
       Known::no,
       {"processor"},
       {}},
      {"TPM hidden by the firmware",
       [](Inventory& i) { i.provision.tpm_version.reset(); },
       Known::unknown,
       {},
       {"tpm"}},
      {"TPM 1.2 and little memory",
       [](Inventory& i) {
         i.provision.tpm_version = "1.2";
         i.identity.memory_mib = 2048;
       },
       Known::no,
       {"tpm", "memory"},
       {}},
      {"the first list of collected data",
       [](Inventory& i) { i.provision = {}; },
       Known::unknown,
       {},
       {"processor", "64_bit", "cores", "instructions", "tpm", "secure_boot"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    FleetDevice one = eligible();
    c.change(one.inventory->inventory);
    const AssessedDevice result = assessed(one, rules(), first_day);
    ASSERT_TRUE(result.windows11);
    EXPECT_EQ(result.windows11->eligible, c.eligible);
    EXPECT_EQ(result.windows11->failing, c.failing);
    EXPECT_EQ(result.windows11->unseen, c.unseen);
    EXPECT_EQ(result.facts.contains("windows11"), c.eligible != Known::unknown);
  }
  FleetDevice mac = eligible();
  mac.inventory->inventory.os = Os::macos;
  EXPECT_FALSE(assessed(mac, rules(), first_day).windows11);
}

TEST(Windows11Of, PageAndApiSayItWithHowDrivesAreErased) {
  FleetDevice hidden = eligible();
  hidden.inventory->inventory.provision.tpm_version.reset();
  const std::vector<AssessedDevice> devices = {assessed(eligible(), rules(), first_day),
                                               assessed(hidden, rules(), first_day)};
  const std::string json = devices_json(devices, true);
  PageData data;
  data.devices = devices;
  const std::string page = page_html(data);
  for (const char* said :
       {R"("windows11": {"geschikt": "ja", "nietVoldaan": [], "nietTeZien": [])",
        R"("windows11": {"geschikt": "onbekend", "nietVoldaan": [], "nietTeZien": ["tpm"])",
        R"("wissen": {"sanitizeSleutel": true, "sanitizeBlokken": true)",
        R"("naar80Procent": "na-12-maanden")"}) {
    EXPECT_NE(json.find(said), std::string::npos) << said << " is not in\n" << json;
  }
  for (const char* said : {"Windows 11: ja", "Windows 11: onbekend: TPM niet te zien",
                           "wissen: sanitize (sleutel, blokken), wisopdracht",
                           "niet zeker onder 80 % binnen 12 maanden"}) {
    EXPECT_NE(page.find(said), std::string::npos) << said;
  }
}

TEST(Proposal, what_asks_for_action_first_stands_first_and_what_was_withdrawn_is_gone) {
  FleetDevice healthy = device();
  FleetDevice waits = device();
  waits.state = EnrolmentState::to_confirm;
  FleetDevice failing = device();
  failing.inventory->inventory.disks[0].critical_warning = 4;
  FleetDevice withdrawn = device();
  withdrawn.state = EnrolmentState::revoked;
  const auto list = work_list({healthy, waits, failing, withdrawn}, rules(), first_day);
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0].assessment.route, "herstellen");
  EXPECT_EQ(list[1].device.state, EnrolmentState::to_confirm);
  EXPECT_EQ(list[2].assessment.route, "verlengen");
  const auto counts = action_counts(list, rules());
  ASSERT_EQ(counts.size(), 2u);
  EXPECT_EQ(counts[0].rule, "schijf-vervangen");
  EXPECT_EQ(counts[1].rule, "bevestigen");
}

TEST(Rules, holds_and_locks_from_a_file_of_facts) {
  struct Case {
    const char* name;
    const char* json;
    bool held;
    const char* reason;  // a rule that must be among the reasons
  };
  const Case cases[] = {
      {"not released", R"({"reuse_allowed": "nee", "in_use": "ja"})", true, "niet-vrijgegeven"},
      {"release unknown at intake", R"({"stage": "ingenomen"})", true, "vrijgave-onbekend"},
      {"recalled battery", R"({"battery_recalled": "ja"})", true, "accu-onveilig"},
      {"BIOS password", R"({"stage": "overtollig", "locks_bios_password": "ja"})", false,
       "bios-wachtwoord"},
      {"BIOS password unknown", R"({"stage": "overtollig"})", false, "bios-wachtwoord-onbekend"},
      {"in use, locks are normal", R"({"in_use": "ja", "locks_bios_password": "ja"})", false,
       "eerst-bekijken"},
      {"nothing at all", "{}", false, "eerst-bekijken"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto facts = facts_from_json(c.json, "facts.json");
    ASSERT_TRUE(facts) << facts.error().text;
    const Assessment assessment = assess(*facts, rules());
    EXPECT_EQ(assessment.held, c.held);
    const auto& reasons = assessment.reasons;
    EXPECT_TRUE(std::any_of(reasons.begin(), reasons.end(),
                            [&](const Reason& reason) { return reason.rule == c.reason; }));
  }
}

TEST(Rules, facts_must_be_flat) {
  EXPECT_FALSE(facts_from_json("", "f"));
  EXPECT_FALSE(facts_from_json("[1]", "f"));
  EXPECT_FALSE(facts_from_json("{\"a\": {}}", "f"));
  EXPECT_FALSE(facts_from_json("{\"a\": 1.5}", "f"));
  EXPECT_FALSE(facts_from_json("{\"a\": true}", "f"));
  EXPECT_EQ(facts_from_json("{\"a\": null}", "f")->size(), 0u);
  EXPECT_FALSE(facts_from_json(std::string(100'000, '['), "f"));
}

TEST(Rules, a_file_is_refused_with_the_rule_and_the_reason) {
  const std::string good =
      "version = \"1\"\n[[rule]]\nid = \"a\"\nkind = \"route\"\nroute = \"verlengen\"\n"
      "condition = \"x = ja\"\nreason_nl = \"n\"\nreason_en = \"e\"\nsource = \"s\"\n";
  ASSERT_TRUE(rules_from(good, "r.toml"));
  struct Case {
    const char* name;
    const char* from;
    const char* to;
    const char* error;
  };
  const Case cases[] = {
      {"no version", "version = \"1\"\n", "", "version"},
      {"unknown kind", "kind = \"route\"", "kind = \"rout\"", "goes with kind"},
      {"unknown route", "\"verlengen\"", "\"weggooien\"", "route \"weggooien\" is not known"},
      {"one language", "reason_en = \"e\"\n", "", "\"reason_en\" is missing"},
      {"no source", "source = \"s\"\n", "", "\"source\" is missing"},
      {"condition", "x = ja", "x ~ ja", "is not 'fact operator value'"},
      {"unknown key", "source = \"s\"\n", "source = \"s\"\nprioriteit = \"1\"\n",
       "key \"prioriteit\" is not known"},
      {"half an action", "source = \"s\"\n", "source = \"s\"\naction_nl = \"doe\"\n",
       "both languages"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::string spoiled = good;
    const std::size_t at = spoiled.find(c.from);
    ASSERT_NE(at, std::string::npos);
    spoiled.replace(at, std::string_view(c.from).size(), c.to);
    const auto set = rules_from(spoiled, "r.toml");
    if (set) {
      ADD_FAILURE() << "accepted";
      continue;
    }
    EXPECT_NE(set.error().text.find(c.error), std::string::npos) << set.error().text;
  }
  const std::string twice = good + good.substr(good.find("[[rule]]"));
  EXPECT_FALSE(rules_from(twice, "r.toml"));
  EXPECT_FALSE(rules_from("version = \"1\"\n", "r.toml"));
  EXPECT_FALSE(rules_from("not toml", "r.toml"));
}

TEST(Rules, every_fact_that_a_rule_names_is_documented) {
  std::ifstream stream(places::sources() + "/docs/collector.md");
  std::stringstream document;
  document << stream.rdbuf();
  for (const Rule& rule : rules().rules) {
    for (const Comparison& comparison : rule.condition) {
      EXPECT_NE(document.str().find("`" + comparison.fact + "`"), std::string::npos)
          << comparison.fact << " is not in docs/collector.md";
    }
  }
}

}  // namespace
}  // namespace wattlife
