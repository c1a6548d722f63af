// SPDX-License-Identifier: EUPL-1.2
#include "core/time.h"

#include <algorithm>

#include "core/text.h"

namespace wattlife {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::year_month_day;

std::string two_digits(std::int64_t value) {
  std::string text = std::to_string(value);
  return text.size() < 2 ? "0" + text : text;
}

// The number in `text`, which must be digits only: no sign, no space.
std::optional<int> digits(std::string_view text) {
  const bool only_digits = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
  if (!only_digits) return std::nullopt;
  const auto value = integer_from(text);
  return value ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
}

}  // namespace

UtcTime quarter_start(UtcTime t) {
  const Duration since_epoch = t.time_since_epoch();
  Duration into = since_epoch % quarter_hour;
  if (into < Duration{0}) into += quarter_hour;
  return t - into;
}

Period period_of(UtcTime t, PeriodLength length) {
  const UtcDay day = floor<days>(t);
  // 1970-01-05 was a Monday; both lengths count from it, so a period never depends on the year.
  const UtcDay first_monday = std::chrono::sys_days{days{4}};
  const int block = length == PeriodLength::week ? 7 : 28;
  int into = static_cast<int>((day - first_monday).count() % block);
  if (into < 0) into += block;
  const UtcDay block_begin = day - days{into};
  const UtcDay block_end = block_begin + days{block};

  const year_month_day date{day};
  const UtcDay month_begin{date.year() / date.month() / 1};
  const UtcDay month_end{(date.year() / date.month() + std::chrono::months{1}) / 1};
  return {std::max(block_begin, month_begin), std::min(block_end, month_end)};
}

std::string to_iso8601(UtcDay day) {
  const year_month_day date{day};
  std::string year = std::to_string(static_cast<int>(date.year()));
  while (year.size() < 4) year.insert(0, "0");
  return year + "-" + two_digits(static_cast<unsigned>(date.month())) + "-" +
         two_digits(static_cast<unsigned>(date.day()));
}

std::string to_iso8601(UtcTime t) {
  const UtcDay day = floor<days>(t);
  const std::int64_t second = floor<std::chrono::seconds>(t - day).count();
  return to_iso8601(day) + "T" + two_digits(second / 3600) + ":" + two_digits(second / 60 % 60) +
         ":" + two_digits(second % 60) + "Z";
}

std::optional<UtcDay> day_from_iso8601(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(5, 2));
  const auto day = digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const year_month_day date{std::chrono::year{*year},
                            std::chrono::month{static_cast<unsigned>(*month)},
                            std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return UtcDay{date};
}

std::optional<UtcTime> utc_from_iso8601(std::string_view text) {
  const bool with_milliseconds = text.size() == 24;
  if (text.size() != 20 && !with_milliseconds) return std::nullopt;
  if (text[10] != 'T' || text[13] != ':' || text[16] != ':' || text.back() != 'Z') {
    return std::nullopt;
  }
  const auto day = day_from_iso8601(text.substr(0, 10));
  const auto hour = digits(text.substr(11, 2));
  const auto minute = digits(text.substr(14, 2));
  const auto second = digits(text.substr(17, 2));
  if (!day || !hour || !minute || !second) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  Duration milliseconds{0};
  if (with_milliseconds) {
    const auto fraction = digits(text.substr(20, 3));
    if (text[19] != '.' || !fraction) return std::nullopt;
    milliseconds = Duration{*fraction};
  }
  return UtcTime{*day} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second} + milliseconds;
}

}  // namespace wattlife
