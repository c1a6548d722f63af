// SPDX-License-Identifier: EUPL-1.2
#include "platform/registry_answers.h"

#include <gtest/gtest.h>

#include <map>

#include "core/reading.h"
#include "platform/sensors/decoders.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

// A registry of a few values; keys and values in `denied` may not be read.
struct Registry {
  std::map<std::string, std::string> values;  // "KEY\VALUE"
  std::vector<std::string> denied;            // beginnings of those

  bool refuses(const std::string& path) const {
    for (const std::string& beginning : denied) {
      if (path.starts_with(beginning)) return true;
    }
    return false;
  }
  RegistryAccess access() const {
    return {[this](std::string_view key, std::string_view value) -> Result<std::string> {
              const std::string path = std::string(key) + "\\" + std::string(value);
              if (refuses(path)) return Error{Cause::denied, path};
              const auto found = values.find(path);
              if (found == values.end()) return Error{Cause::absent, path};
              return found->second;
            },
            [this](std::string_view key) -> Result<std::vector<std::string>> {
              const std::string folder = std::string(key) + "\\";
              if (refuses(folder)) return Error{Cause::denied, folder};
              std::vector<std::string> names;
              for (const auto& [path, value] : values) {
                if (!path.starts_with(folder)) continue;
                const std::string name = path.substr(folder.size());
                names.push_back(name.substr(0, name.find('\\')));
              }
              if (names.empty()) return Error{Cause::absent, folder};
              return names;
            }};
  }
};

using Answer = Result<std::string> (*)(const RegistryAccess&);

const std::string enrolments = R"(SOFTWARE\Microsoft\Enrollments\)";
const std::string joins = R"(SYSTEM\CurrentControlSet\Control\CloudDomainJoin\JoinInfo\)";
const std::string autopilot = R"(SOFTWARE\Microsoft\Provisioning\Diagnostics\Autopilot\)";
const std::string services = R"(SYSTEM\CurrentControlSet\Services\)";

struct Case {
  const char* what;
  Answer answer;
  Registry registry;
  std::optional<std::string> text;  // empty: denied
};

const Case cases[] = {
    {"nobody manages it", enrolments_in, {}, ""},
    {"enrolled",
     enrolments_in,
     {{{enrolments + "A\\ProviderID", "MS DM Server"}, {enrolments + "B\\Other", "x"}}, {}},
     "MS DM Server\n"},
    {"the list is closed", enrolments_in, {{}, {enrolments}}, std::nullopt},
    {"one of the list is closed",
     enrolments_in,
     {{{enrolments + "A\\ProviderID", "MS DM Server"}}, {enrolments + "A"}},
     std::nullopt},
    {"one is closed and another says it",
     enrolments_in,
     {{{enrolments + "A\\ProviderID", "x"}, {enrolments + "B\\ProviderID", "MS DM Server"}},
      {enrolments + "A"}},
     "MS DM Server\n"},
    {"not joined", entra_joins_in, {}, "0"},
    {"joined", entra_joins_in, {{{joins + "0123\\UserEmail", "not read"}}, {}}, "1"},
    {"joins are closed", entra_joins_in, {{}, {joins}}, std::nullopt},
    {"no profile", autopilot_in, {}, "0"},
    {"a profile", autopilot_in, {{{autopilot + "CloudAssignedTenantId", "t"}}, {}}, "1"},
    {"an empty profile", autopilot_in, {{{autopilot + "CloudAssignedTenantId", " "}}, {}}, "0"},
    {"the profile is closed", autopilot_in, {{}, {autopilot}}, std::nullopt},
    {"half of the profile is closed",
     autopilot_in,
     {{{autopilot + "CloudAssignedTenantDomain", "t"}}, {autopilot + "CloudAssignedTenantId"}},
     "1"},
    {"no service", persistence_in, {}, ""},
    {"a service", persistence_in, {{{services + "rpcnet\\ImagePath", "x"}}, {}}, "rpcnet\n"},
    {"services are closed", persistence_in, {{}, {services}}, std::nullopt},
    {"one is closed and another is there",
     persistence_in,
     {{{services + "CtesHostSvc\\ImagePath", "x"}}, {services + "rpcnet\\"}},
     "CtesHostSvc\n"},
};

TEST(RegistryAnswers, WhatMayNotBeReadIsNoEmptyList) {
  for (const Case& c : cases) {
    const Result<std::string> answer = c.answer(c.registry.access());
    ASSERT_EQ(bool{answer}, c.text.has_value()) << c.what;
    if (answer) {
      EXPECT_EQ(*answer, *c.text) << c.what;
    } else {
      EXPECT_EQ(answer.error().cause, Cause::denied) << c.what;
    }
  }
}

// To the reader of locks, denied is a fault and not known.
TEST(RegistryAnswers, WhatMayNotBeReadIsAFaultOfTheInventory) {
  Registry closed;
  closed.denied = {"S"};
  const RegistryAccess access = closed.access();
  Answers answers;
  const std::pair<const char*, Answer> sources[] = {{"management/enrolments", enrolments_in},
                                                    {"management/entra", entra_joins_in},
                                                    {"management/autopilot", autopilot_in},
                                                    {"management/persistence", persistence_in}};
  std::vector<Fault> faults;
  for (const auto& [path, answer] : sources) {
    const Result<std::string> text = answer(access);
    ASSERT_FALSE(text) << path;
    answers.push_back({path, text.error().cause});
    faults.push_back({path, Cause::denied});
  }
  Inventory inventory;
  read_provision_windows(tree_of(answers, Os::windows), inventory);
  EXPECT_EQ(inventory.provision.locks.managed, std::nullopt);
  EXPECT_EQ(inventory.provision.locks.persistence, std::nullopt);
  EXPECT_EQ(inventory.faults, faults);
}

}  // namespace
}  // namespace wattlife
