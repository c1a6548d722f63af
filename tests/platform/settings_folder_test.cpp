// SPDX-License-Identifier: EUPL-1.2
#include "platform/settings_folder.h"

#include <gtest/gtest.h>

#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using Files = Answers;

// A folder that stands in the test.
SettingsAccess access_to(const Files& files) {
  return {[files](const std::string& path) -> Result<std::string> {
            for (const auto& [name, value] : files) {
              if (name != path) continue;
              if (const auto* text = std::get_if<std::string>(&value)) return *text;
              return Error{std::get<Cause>(value), path};
            }
            return Error{Cause::absent, path};
          },
          [files](const std::string& folder) -> Result<std::vector<std::string>> {
            std::vector<std::string> names;
            for (const auto& [path, value] : files) {
              if (path.starts_with(folder + "/")) names.push_back(path.substr(folder.size() + 1));
            }
            if (names.empty()) return Error{Cause::absent, folder};
            return names;
          }};
}

TEST(SettingsFolder, TheStrongestFileWins) {
  struct Case {
    const char* name;
    Files files;
    std::string text;
    std::string origin;
  };
  const Case cases[] = {
      {"one file", {{"c/agent.toml", "A = \"1\""}}, "1", "c/agent.toml"},
      {"a part after the file",
       {{"c/agent.toml", "A = \"1\""}, {"c/agent.d/10.toml", "A = \"2\""}},
       "2",
       "c/agent.d/10.toml"},
      {"the last part",
       {{"c/agent.d/10.toml", "A = \"2\""}, {"c/agent.d/20.toml", "A = \"3\""}},
       "3",
       "c/agent.d/20.toml"},
      {"managed before all",
       {{"c/agent.d/99.toml", "A = \"3\""}, {"c/managed.d/00.toml", "A = \"4\""}},
       "4",
       "c/managed.d/00.toml (locked)"},
      {"a weaker file has it alone",
       {{"c/agent.toml", "A = \"1\""}, {"c/managed.d/00.toml", "B = \"4\""}},
       "1",
       "c/agent.toml"},
      {"other files are not read",
       {{"c/agent.toml", "A = \"1\""}, {"c/agent.d/readme.txt", "A = \"5\""}},
       "1",
       "c/agent.toml"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto found = setting_in_folder("c", "A", access_to(c.files));
    ASSERT_TRUE(found) << found.error().text;
    EXPECT_EQ(found->text, c.text);
    EXPECT_EQ(found->origin, c.origin);
  }
}

TEST(SettingsFolder, NotConfiguredIsAbsent) {
  EXPECT_EQ(setting_in_folder("c", "A", access_to({})).error().cause, Cause::absent);
  EXPECT_EQ(setting_in_folder("c", "A", access_to({{"c/agent.toml", "B = 1"}})).error().cause,
            Cause::absent);
}

TEST(SettingsFolder, ABrokenStrongerFileIsNotPassedOver) {
  const std::string weak = "A = \"1\"";
  const auto broken = setting_in_folder(
      "c", "A", access_to({{"c/agent.toml", weak}, {"c/managed.d/00.toml", "A = "}}));
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().cause, Cause::malformed);
  EXPECT_NE(broken.error().text.find("c/managed.d/00.toml:1"), std::string::npos)
      << broken.error().text;
  const auto denied = setting_in_folder(
      "c", "A", access_to({{"c/agent.toml", weak}, {"c/agent.d/1.toml", Cause::denied}}));
  EXPECT_EQ(denied.error().cause, Cause::denied);
}

TEST(SettingsFolder, NamesOfAllFilesThatCanBeRead) {
  EXPECT_EQ(settings_in_folder("c", access_to({{"c/agent.toml", "B = 1\nA = 2"},
                                               {"c/agent.d/1.toml", "A = 3"},
                                               {"c/agent.d/2.toml", "="}})),
            (std::vector<std::string>{"A", "B"}));
}

}  // namespace
}  // namespace wattlife
