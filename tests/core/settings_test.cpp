// SPDX-License-Identifier: EUPL-1.2
#include "core/settings.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace wattlife {
namespace {

// Settings read from a list of values, as a machine tree would answer.
class Policies {
 public:
  void set(const std::string& path, Result<std::string> answer) {
    answers_.insert_or_assign(path, std::move(answer));
  }
  Settings settings() const {
    return Settings::from([this](std::string_view path) -> Result<std::string> {
      const auto found = answers_.find(std::string(path));
      if (found == answers_.end()) return Error{Cause::absent, std::string(path)};
      return found->second;
    });
  }

 private:
  std::map<std::string, Result<std::string>> answers_;
};

bool is_valid(std::string_view key, std::string_view text) {
  return static_cast<bool>(valid(*setting(key), text));
}

TEST(Settings, rows_are_fit_for_templates) {
  std::set<std::string_view> keys;
  for (const Setting& row : settings()) {
    SCOPED_TRACE(std::string(row.key));
    EXPECT_TRUE(keys.insert(row.key).second) << "twice";
    EXPECT_EQ(
        row.key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
        std::string_view::npos);
    EXPECT_FALSE(row.since.empty());
    EXPECT_TRUE(row.english.ends_with('.') && row.dutch.ends_with('.'));
    // The limit of registry templates.
    EXPECT_TRUE(row.kind != SettingKind::text || row.high < 1024);
    // An empty default means that "not configured" has a meaning of its own.
    EXPECT_TRUE(row.default_text.empty() || valid(row, row.default_text));
    EXPECT_EQ(setting(row.key)->key, row.key);
  }
  EXPECT_EQ(setting("NoSuchSetting"), nullptr);
  EXPECT_EQ(setting(""), nullptr);
  EXPECT_EQ(setting("collectorurl"), nullptr);
}

// The privacy ceiling is compiled in: no value makes a period finer than a week.
TEST(Settings, no_period_is_finer_than_a_week) {
  EXPECT_EQ(setting("UploadPeriod")->choices, "week|four-weeks");
  for (const char* finer : {"day", "hour", "daily", "1", "", "WEEK", "week|four-weeks"}) {
    EXPECT_FALSE(is_valid("UploadPeriod", finer)) << finer;
  }
}

TEST(Settings, valid_by_kind) {
  EXPECT_TRUE(is_valid("SampleIntervalSeconds", "10"));
  EXPECT_TRUE(is_valid("SampleIntervalSeconds", "540"));
  for (const char* text : {"9", "541", "", "60s", "6 0", "-60", "1e2"}) {
    EXPECT_FALSE(is_valid("SampleIntervalSeconds", text)) << text;
  }
  for (const char* text : {"true", "false", "1", "0"})
    EXPECT_TRUE(is_valid("UploadOnMetered", text));
  for (const char* text : {"yes", "True", "", "2"})
    EXPECT_FALSE(is_valid("UploadOnMetered", text)) << text;
  EXPECT_TRUE(is_valid("AcquisitionDate", "2024-02-29"));
  EXPECT_FALSE(is_valid("AcquisitionDate", "2023-02-29"));
  EXPECT_FALSE(is_valid("AcquisitionDate", "29-02-2024"));
  EXPECT_TRUE(is_valid("ReuseAllowed", "zonder-schijf"));
  EXPECT_FALSE(is_valid("ReuseAllowed", "ja|nee"));
  EXPECT_TRUE(is_valid("OrganizationUnit", "Directie \xC3\x89\xC3\xA9n"));
  EXPECT_FALSE(is_valid("OrganizationUnit", "line\nbreak"));
  EXPECT_FALSE(is_valid("OrganizationUnit", "latin \xE9"));
  EXPECT_TRUE(is_valid("OrganizationUnit", std::string(128, 'x')));
  EXPECT_FALSE(is_valid("OrganizationUnit", std::string(129, 'x')));
}

TEST(Settings, the_collector_is_reached_by_https_only) {
  EXPECT_TRUE(is_valid("CollectorUrl", "https://collector.example"));
  for (const char* url :
       {"http://collector.example", "collector.example", "HTTPS://x", "file:///x"}) {
    EXPECT_FALSE(is_valid("CollectorUrl", url)) << url;
  }
}

TEST(Settings, not_configured_gives_defaults_and_no_problem) {
  const Settings settings = Policies().settings();
  EXPECT_TRUE(settings.problems().empty());
  EXPECT_EQ(settings.integer("SampleIntervalSeconds"), 60);
  EXPECT_FALSE(settings.boolean("UploadOnMetered"));
  EXPECT_EQ(settings.text("CollectorUrl"), "");
  EXPECT_FALSE(settings.configured("CollectorUrl"));
  EXPECT_EQ(settings.value("UploadPeriod").origin, "default");
}

TEST(Settings, configured_with_its_origin) {
  Policies policies;
  policies.set("policy/SampleIntervalSeconds", std::string(" 120\n"));
  policies.set("policy-origin/SampleIntervalSeconds", std::string("group policy (locked)"));
  policies.set("policy/UploadOnMetered", std::string("1"));
  const Settings settings = policies.settings();
  EXPECT_TRUE(settings.problems().empty());
  EXPECT_EQ(settings.integer("SampleIntervalSeconds"), 120);
  EXPECT_TRUE(settings.configured("SampleIntervalSeconds"));
  EXPECT_EQ(settings.value("SampleIntervalSeconds").origin, "group policy (locked)");
  EXPECT_TRUE(settings.boolean("UploadOnMetered"));
  EXPECT_EQ(settings.value("UploadOnMetered").origin, "policy");
}

TEST(Settings, invalid_gives_the_default_and_a_problem_that_says_what_was_expected) {
  Policies policies;
  policies.set("policy/SampleIntervalSeconds", std::string("5"));
  const Settings settings = policies.settings();
  EXPECT_EQ(settings.integer("SampleIntervalSeconds"), 60);
  EXPECT_FALSE(settings.configured("SampleIntervalSeconds"));
  ASSERT_EQ(settings.problems().size(), 1U);
  EXPECT_EQ(settings.problems()[0],
            (Error{Cause::malformed,
                   "SampleIntervalSeconds: \"5\" is not a whole number from 10 to 540"}));
}

TEST(Settings, unreadable_is_a_problem_of_its_own_kind) {
  Policies policies;
  policies.set("policy/CollectorUrl", Error{Cause::denied, "agent.toml may be read by root only"});
  const Settings settings = policies.settings();
  EXPECT_FALSE(settings.configured("CollectorUrl"));
  ASSERT_EQ(settings.problems().size(), 1U);
  EXPECT_EQ(settings.problems()[0].cause, Cause::denied);
  EXPECT_NE(settings.problems()[0].text.find("CollectorUrl"), std::string::npos);
  EXPECT_NE(settings.problems()[0].text.find("root only"), std::string::npos);
}

TEST(Settings, a_secret_is_never_repeated_in_a_problem) {
  EXPECT_TRUE(setting("EnrollmentToken")->secret);
  Policies policies;
  policies.set("policy/EnrollmentToken", "SECRET" + std::string(300, 'x'));
  const Settings settings = policies.settings();
  ASSERT_EQ(settings.problems().size(), 1U);
  EXPECT_EQ(settings.problems()[0].text.find("SECRET"), std::string::npos)
      << settings.problems()[0].text;
}

}  // namespace
}  // namespace wattlife
