// SPDX-License-Identifier: EUPL-1.2
#include "core/time.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>

namespace wattlife {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

template <class A, class B>
concept can_be_subtracted = requires(A a, B b) {
  a - b;
};

// The clocks cannot be mixed: these are promises of the compiler.
static_assert(can_be_subtracted<BootTime, BootTime>);
static_assert(can_be_subtracted<UtcTime, UtcTime>);
static_assert(!can_be_subtracted<BootTime, AwakeTime>);
static_assert(!can_be_subtracted<BootTime, UtcTime>);
static_assert(!can_be_subtracted<AwakeTime, UtcTime>);

UtcTime utc(const std::string& text) { return utc_from_iso8601(text).value(); }
UtcDay day(const std::string& text) { return day_from_iso8601(text).value(); }

// Any moment between the years 1902 and 2138, to the millisecond; the same ones in each run.
UtcTime any_time(std::mt19937_64& chance) {
  std::uniform_int_distribution<std::int64_t> ms(-2'145'916'800'000, 5'301'504'000'000);
  return UtcTime{milliseconds{ms(chance)}};
}

TEST(Time, quarter_start) {
  const struct {
    const char* time;
    const char* start;
  } cases[] = {
      {"2026-01-05T08:00:00Z", "2026-01-05T08:00:00Z"},
      {"2026-01-05T08:14:59.999Z", "2026-01-05T08:00:00Z"},
      {"2026-01-05T08:15:00Z", "2026-01-05T08:15:00Z"},
      {"2026-01-05T23:59:59Z", "2026-01-05T23:45:00Z"},
      {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
      {"1969-12-31T23:59:59Z", "1969-12-31T23:45:00Z"},
  };
  for (const auto& c : cases) EXPECT_EQ(quarter_start(utc(c.time)), utc(c.start)) << c.time;
}

TEST(Time, quarter_start_law) {
  std::mt19937_64 chance(1);
  for (int i = 0; i < 10'000; ++i) {
    const UtcTime t = any_time(chance);
    const UtcTime start = quarter_start(t);
    EXPECT_LE(start, t);
    EXPECT_LT(t - start, quarter_hour);
    EXPECT_EQ(quarter_start(start), start);
  }
}

struct PeriodCase {
  const char* name;
  const char* time;
  PeriodLength length;
  const char* begin;
  const char* end;
};

TEST(Time, period_of) {
  constexpr auto week = PeriodLength::week;
  constexpr auto four = PeriodLength::four_weeks;
  const PeriodCase cases[] = {
      {"monday 00:00", "2026-01-05T00:00:00Z", week, "2026-01-05", "2026-01-12"},
      {"sunday 23:59", "2026-01-11T23:59:59.999Z", week, "2026-01-05", "2026-01-12"},
      {"iso week 1 of 2026, its part in 2025", "2025-12-30T12:00:00Z", week, "2025-12-29",
       "2026-01-01"},
      {"iso week 1 of 2026, its part in 2026", "2026-01-01T00:00:00Z", week, "2026-01-01",
       "2026-01-05"},
      {"iso week 53 of 2020", "2020-12-31T12:00:00Z", week, "2020-12-28", "2021-01-01"},
      {"end of March on a Tuesday", "2026-03-31T12:00:00Z", week, "2026-03-30", "2026-04-01"},
      {"month that ends on a Sunday", "2026-05-31T12:00:00Z", week, "2026-05-25", "2026-06-01"},
      {"month that begins on a Monday", "2026-06-01T12:00:00Z", week, "2026-06-01", "2026-06-08"},
      {"leap day", "2024-02-29T12:00:00Z", week, "2024-02-26", "2024-03-01"},
      {"no leap day", "2026-02-28T12:00:00Z", week, "2026-02-23", "2026-03-01"},
      {"period of a single day", "2026-11-01T12:00:00Z", week, "2026-11-01", "2026-11-02"},
      {"before 1970", "1969-12-31T12:00:00Z", week, "1969-12-29", "1970-01-01"},
      {"four weeks from the first Monday", "1970-01-05T00:00:00Z", four, "1970-01-05",
       "1970-02-01"},
      {"their rest in February", "1970-02-01T23:00:00Z", four, "1970-02-01", "1970-02-02"},
      {"the next four", "1970-02-02T00:00:00Z", four, "1970-02-02", "1970-03-01"},
      {"over new year", "2026-01-05T08:00:00Z", four, "2026-01-01", "2026-01-19"},
      {"before new year", "2025-12-31T08:00:00Z", four, "2025-12-22", "2026-01-01"},
      {"before 1970, four", "1970-01-04T00:00:00Z", four, "1970-01-01", "1970-01-05"},
  };
  for (const PeriodCase& c : cases) {
    SCOPED_TRACE(c.name);
    const Period period = period_of(utc(c.time), c.length);
    EXPECT_EQ(to_iso8601(period.begin), c.begin);
    EXPECT_EQ(to_iso8601(period.end), c.end);
  }
}

// Periods tile time: each moment is in exactly one, and months can be added up from them.
TEST(Time, period_law) {
  std::mt19937_64 chance(2);
  for (int i = 0; i < 10'000; ++i) {
    const PeriodLength length = i % 2 == 0 ? PeriodLength::week : PeriodLength::four_weeks;
    const UtcTime t = any_time(chance);
    const Period period = period_of(t, length);
    SCOPED_TRACE(to_iso8601(t));
    EXPECT_LE(UtcTime{period.begin}, t);
    EXPECT_LT(t, UtcTime{period.end});
    EXPECT_LE(period.end - period.begin, days{length == PeriodLength::week ? 7 : 28});
    EXPECT_EQ(period_of(UtcTime{period.begin}, length), period);
    EXPECT_EQ(period_of(UtcTime{period.end} - milliseconds{1}, length), period);
    EXPECT_EQ(period_of(UtcTime{period.end}, length).begin, period.end);
    const std::chrono::year_month_day first{period.begin};
    const std::chrono::year_month_day last{period.end - days{1}};
    EXPECT_EQ(first.month(), last.month());
    const bool is_monday = std::chrono::weekday{period.begin} == std::chrono::Monday;
    EXPECT_TRUE(is_monday || first.day() == std::chrono::day{1});
  }
}

TEST(Time, iso8601_text_law) {
  std::mt19937_64 chance(3);
  for (int i = 0; i < 10'000; ++i) {
    const UtcTime t = std::chrono::floor<std::chrono::seconds>(any_time(chance));
    const auto read = utc_from_iso8601(to_iso8601(t));
    ASSERT_TRUE(read) << to_iso8601(t);
    EXPECT_EQ(*read, t);
    const UtcDay d = std::chrono::floor<days>(t);
    EXPECT_EQ(day_from_iso8601(to_iso8601(d)), d);
  }
}

TEST(Time, iso8601_text) {
  EXPECT_EQ(to_iso8601(UtcTime{milliseconds{0}}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_iso8601(UtcTime{milliseconds{-1}}), "1969-12-31T23:59:59Z");
  EXPECT_EQ(to_iso8601(utc("2026-01-05T08:00:00.999Z")), "2026-01-05T08:00:00Z");
  EXPECT_EQ(to_iso8601(day("2026-01-05")), "2026-01-05");
}

TEST(Time, reads_milliseconds) {
  EXPECT_EQ(utc("2026-01-05T08:00:00.007Z") - utc("2026-01-05T08:00:00Z"), milliseconds{7});
  EXPECT_EQ(utc("2024-02-29T00:00:00Z") - utc("2024-02-28T00:00:00Z"), hours{24});
}

TEST(Time, refuses_what_is_not_exactly_the_form_or_does_not_exist) {
  for (const char* text : {"",
                           "2026",
                           "2026-01-05",
                           "2026-01-05T08:00:00",
                           "2026-01-05 08:00:00Z",
                           "2026-01-05t08:00:00Z",
                           "2026-01-05T08:00:00z",
                           "2026-01-05T08:00:00+00:00",
                           "2026-1-05T08:00:00Z",
                           "2026-01-5T008:00:00Z",
                           "2026-13-05T08:00:00Z",
                           "2026-00-05T08:00:00Z",
                           "2026-01-00T08:00:00Z",
                           "2026-01-32T08:00:00Z",
                           "2026-02-29T08:00:00Z",
                           "2026-04-31T08:00:00Z",
                           "2026-01-05T24:00:00Z",
                           "2026-01-05T08:60:00Z",
                           "2026-01-05T08:00:60Z",
                           "2026-01-05T08:00:00.1Z",
                           "2026-01-05T08:00:00.12Z",
                           "2026-01-05T08:00:00,123Z",
                           "2026-01-05T08:00:00.1234Z",
                           "-026-01-05T08:00:00Z",
                           "+026-01-05T08:00:00Z",
                           "2026-01-05T-8:00:00Z",
                           "2026-01-05T08:00:00.-12Z",
                           " 2026-01-05T08:00:00Z",
                           "2026-01-05T08:00:00Z ",
                           "2026/01/05T08:00:00Z",
                           "2026-01-05T08.00.00Z",
                           "yyyy-mm-ddThh:mm:ssZ"}) {
    EXPECT_FALSE(utc_from_iso8601(text)) << text;
  }
  for (const char* text : {"", "2026-01", "2026-1-5", "2026-02-29", "05-01-2026", "2026-01-05T",
                           "20260105", "1980-00-00", "2026-01-0x", "-026-01-05"}) {
    EXPECT_FALSE(day_from_iso8601(text)) << text;
  }
}

TEST(Time, a_text_with_nul_is_refused) {
  EXPECT_FALSE(day_from_iso8601(std::string("2026-01-05\0", 11)));
  EXPECT_FALSE(
      day_from_iso8601(std::string("2026-01-\0"
                                   "5",
                                   10)));
}

TEST(Time, clocks_measure_their_own_growth) {
  const BootTime boot_before{minutes(10)};
  const BootTime boot_after{minutes(491)};
  EXPECT_EQ(boot_after - boot_before, minutes(481));
  EXPECT_EQ(AwakeTime{minutes(11)} - AwakeTime{minutes(10)}, minutes(1));
}

}  // namespace
}  // namespace wattlife
