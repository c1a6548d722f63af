// SPDX-License-Identifier: EUPL-1.2
#include "agent/view_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "platform/process.h"
#include "tests/agent/example_view.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

TEST(ViewFile, ReadsWhatTheSamplerWrites) {
  const ViewFacts facts = example_facts();
  const View view = shown(facts);
  EXPECT_EQ(view.today, facts.today);
  EXPECT_EQ(view.version, "0.1.0");
  EXPECT_EQ(view.model, "ThinkPad T480");
  ASSERT_EQ(view.days.size(), 16U);
  EXPECT_EQ(view.days.front().span, "2026-11-03");
  ASSERT_EQ(view.months.size(), 1U);
  // The month is the sum of its days: exactly in energy and time, and by variance in its interval.
  Energy energy;
  Duration time{0};
  std::int64_t widths_mj = 0;
  for (const ViewSpan& day : view.days) {
    ASSERT_TRUE(day.device);
    energy += day.device->energy;
    time += day.time;
    widths_mj += day.device->interval.high.milli - day.device->interval.low.milli;
  }
  ASSERT_TRUE(view.month.device);
  EXPECT_EQ(view.month.device->energy, energy);
  EXPECT_EQ(view.month.time, time);
  EXPECT_LT(view.month.device->interval.high.milli - view.month.device->interval.low.milli,
            widths_mj)
      << "intervals were added";
  EXPECT_EQ(view.year.device->energy, energy);
  EXPECT_EQ(view.week.from, "2026-11-23");
  EXPECT_EQ(view.week.device->energy, view.days[14].device->energy + view.days[15].device->energy);
  EXPECT_EQ(view.day.device->energy, view.days[15].device->energy);
  EXPECT_EQ(view.day.tier_time[0], std::chrono::minutes(50));
  ASSERT_TRUE(view.self);
  EXPECT_EQ(view.self->days, 2);
  EXPECT_EQ(view.self->wakes, 992);
  EXPECT_EQ(view.collector, "https://wattlife.voorbeeld.nl");
  EXPECT_EQ(view.disks.at(0).verdict, Verdict::watch);
  ASSERT_TRUE(view.battery && view.battery->health);
  EXPECT_EQ(view.battery->name, "BAT0");
  EXPECT_EQ(view.battery->health->level, 880);
  EXPECT_EQ(view.battery->health->low, 810);
  EXPECT_EQ(view.battery->health->high, 950);
  EXPECT_EQ(view.battery->battery_class, Verdict::good);
  EXPECT_EQ(view.battery->to_800, Crossing::beyond_12_months);
  EXPECT_EQ(view.faults.at(0).cause, "denied");
  ASSERT_TRUE(view.learned);
  EXPECT_EQ(view.learned->model, "calibrated");
  EXPECT_EQ(view.learned->doubt, "none");
  EXPECT_EQ(view.learned->windows, 272);
  EXPECT_EQ(view.learned->sessions, 4);
  EXPECT_EQ(view.learned->time, std::chrono::hours(34));
  EXPECT_EQ(view.learned->since, "2026-09-03");
  EXPECT_EQ(view.learned->left_out_error_permille, 58);
  ASSERT_EQ(view.learned->weights.size(), dimension);
  EXPECT_EQ(view.learned->weights[1].part, "processor");
  EXPECT_EQ(view.learned->weights[1].learned_milli, 1250);
}

TEST(ViewFile, WhatIsWrongIsNamed) {
  const std::string good = view_json(example_facts());
  struct Case {
    std::string json;
    const char* part;
  };
  const Case cases[] = {
      {"", "is not JSON"},
      {"{", "is not JSON"},
      {"[]", "must be an object"},
      {"{}", "another version"},
      {replaced(good, "\"format\":1", "\"format\":2"), "another version"},
      {replaced(good, "\"format\":1", "\"format\":\"1\""), "\"format\" must be a whole number"},
      {replaced(good, "2026-11-24", "2026-11-31"), "\"today\" must be a day"},
      {replaced(good, "\"simulated\":false", "\"simulated\":0"), "\"simulated\" must be true"},
      {replaced(good, "\"days\":[", "\"days\":[7,"), "\"days[].\" must be an object"},
      {replaced(good, "\"time_ms\":", "\"time_ms\":-"), "time_ms\" must be a whole number"},
      {replaced(good, "\"known_ms\":", "\"known_ms\":9"), "known_ms\" must not be above"},
      {replaced(good, "\"device_low_mj\":", "\"device_low_mj\":9"), "must lie in its interval"},
      {replaced(good, "\"device_high_mj\":", "\"other\":"), "must lie in its interval"},
      {replaced(good, "\"span\":\"week\"", "\"span\":\"fortnight\""),
       "\"current\" must hold day, week, month and year"},
      {replaced(good, "\"health_low_permille\":", "\"health_low_permille\":9"),
       "\"battery.health_permille\" must lie in its interval"},
      {replaced(good, "\"battery\":{", "\"battery\":7,\"x\":{"), "\"battery.\" must be an object"},
      {replaced(good, "\"learned\":{", "\"learned\":7,\"x\":{"), "\"learned.\" must be an object"},
      {replaced(good, "\"windows\":", "\"other\":"), "\"learned.windows\" is missing"},
      {replaced(good, "\"since\":\"2026", "\"since\":\"last"), "\"learned.since\" must be a day"},
      {replaced(good, "\"learned_margin_milli\":", "\"other\":"),
       "\"learned.weights[].learned_margin_milli\" is missing"},
      {replaced(good, "\"tier\":\"measured\"", "\"tier\":\"guessed\""), "is not one of ours"},
      {replaced(good, "\"months\":[", "\"months\":7,\"x\":["), "\"months\" must be a list"},
      {std::string(largest_view_bytes + 1, ' '), "too large"},
      {std::string(200'000, '['), "is not JSON"},
  };
  for (const Case& c : cases) {
    const Result<View> view = view_from(c.json, "view.json");
    ASSERT_FALSE(view) << c.part;
    EXPECT_EQ(view.error().cause, Cause::malformed);
    EXPECT_NE(view.error().text.find(c.part), std::string::npos) << view.error().text;
    EXPECT_TRUE(view.error().text.starts_with("view.json: "));
  }
}

TEST(ViewFile, LongListsAreRefused) {
  std::string many;
  for (int i = 0; i < 1001; ++i) many += std::string(i == 0 ? "" : ",") + "\"x\"";
  const Result<View> view = view_from(
      replaced(view_json(example_facts()), "\"contents\":[", "\"contents\":[" + many + ","),
      "view.json");
  ASSERT_FALSE(view);
  EXPECT_NE(view.error().text.find("is longer than 1000"), std::string::npos) << view.error().text;
}

TEST(ViewFile, NoTextCanMoveTheCursor) {
  ViewFacts facts = example_facts();
  facts.inventory->identity.model =
      "T480\x1B[2J\x7F\xC2\x9B"
      "31m\xE2\x80\xAE"
      "é\n";
  const View view = shown(facts);
  EXPECT_EQ(view.model, "T480?[2J??31m?é?");
  facts.inventory->identity.model = std::string(5000, 'x');
  EXPECT_EQ(shown(facts).model.size(), 1000U);
}

TEST(ViewFile, MembersOfALaterVersionAreIgnored) {
  const std::string json =
      replaced(view_json(example_facts()), "\"format\":1", "\"format\":1,\"colour\":{\"x\":[1]}");
  EXPECT_TRUE(view_from(json, "view.json"));
}

TEST(ViewFile, AViewOfAnEarlierSamplerSaysNothingOfTheHistory) {
  const std::string json =
      replaced(view_json(example_facts()), "\"battery\":{", "\"of_a_later_version\":{");
  const Result<View> view = view_from(json, "view.json");
  ASSERT_TRUE(view) << view.error().text;
  EXPECT_FALSE(view->battery);
}

TEST(ViewFile, WhatIsGoneHasItsDay) {
  ViewFacts facts = example_facts();
  facts.gone = {{true, "nvme1", "ANOTHER", "2026-11-20"}, {false, "BAT1", "", "2026-11-23"}};
  const View view = shown(facts);
  ASSERT_EQ(view.gone.size(), 2U);
  EXPECT_TRUE(view.gone[0].is_drive);
  EXPECT_EQ(view.gone[0].model, "ANOTHER");
  EXPECT_EQ(view.gone[0].since, "2026-11-20");
  EXPECT_FALSE(view.gone[1].is_drive);
  EXPECT_EQ(view.gone[1].name, "BAT1");
  const Result<View> wrong = view_from(
      replaced(view_json(facts), "\"since\":\"2026-11-20\"", "\"since\":\"2026-11\""), "view.json");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().text.find("gone[].since"), std::string::npos) << wrong.error().text;
}

TEST(ViewFile, AViewOfAnEarlierSamplerSaysNothingOfWhatWasLearned) {
  const std::string json =
      replaced(view_json(example_facts()), "\"learned\":{", "\"of_a_later_version\":{");
  const Result<View> view = view_from(json, "view.json");
  ASSERT_TRUE(view) << view.error().text;
  EXPECT_FALSE(view->learned);
}

TEST(ViewFile, AMissingFileSaysWhatToDo) {
  const TemporaryFolder folder;
  const Result<View> none = read_view(folder / "state");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().cause, Cause::absent);
  EXPECT_NE(none.error().text.find("start the service wattlife-sampler"), std::string::npos);
  std::filesystem::create_directories(folder / "state/public");
  ASSERT_TRUE(write_file_atomically(view_path(folder / "state"), view_json(example_facts()), 0644));
  EXPECT_TRUE(read_view(folder / "state"));
}

// What a power cut can leave of a file that is not flushed.
TEST(ViewFile, AnEmptyFileIsAMissingOne) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "state/public");
  ASSERT_TRUE(write_derived_file(view_path(folder / "state"), "", 0644));
  const Result<View> none = read_view(folder / "state");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().cause, Cause::absent);
  ASSERT_TRUE(write_derived_file(view_path(folder / "state"), view_json(example_facts()), 0644));
  EXPECT_TRUE(read_view(folder / "state"));
}

}  // namespace
}  // namespace wattlife
