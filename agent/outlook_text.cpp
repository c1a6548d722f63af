// SPDX-License-Identifier: EUPL-1.2
#include "agent/outlook_text.h"

#include <algorithm>
#include <cmath>

#include "core/table.h"
#include "core/text.h"
#include "platform/sensors/capacity_csv.h"
#include "platform/sensors/powercfg.h"

namespace wattlife {
namespace {

std::string permille(double health) { return std::to_string(std::lround(health * 1000)); }

std::string permille(const std::optional<double>& health) {
  return health ? permille(*health) : "null";
}

std::string percent(double health) { return fixed(health * 100, 0) + " %"; }

template <class T, class ToJson>
std::string array(const std::vector<T>& values, ToJson to_json_of) {
  std::string text;
  for (const T& value : values) text += (text.empty() ? "" : ", ") + to_json_of(value);
  return "[" + text + "]";
}

std::string segment_json(const CapacitySegment& segment) {
  return "{\"from\": " + json_string(to_iso8601(segment.from)) +
         ", \"to\": " + json_string(to_iso8601(segment.to)) +
         ", \"reason\": " + json_string(name_of(segment.start)) + "}";
}

std::string forecast_json(const OutlookAnswer& answer) {
  if (!answer.horizon_days) return "";
  const ForecastAnswer said = forecast_after(answer.outlook, *answer.horizon_days);
  if (!said.forecast) return ", \"refused\": " + json_string(said.refused);
  return ", \"forecast_permille\": " + permille(said.forecast->health) +
         ", \"forecast_low\": " + permille(said.forecast->low) +
         ", \"forecast_high\": " + permille(said.forecast->high);
}

// What a reason code means, for people.
std::string_view meaning_of(std::string_view reason) {
  if (reason == "no_history") return "the file holds no capacity that can be used";
  if (reason == "gauge_suspect") return "the newest reading is impossible";
  if (reason == "unlearned") {
    return "capacity equals design exactly: the gauge never measured it";
  }
  if (reason == "gauge_frozen") return "the gauge has not moved for five weeks or more";
  if (reason == "single_event") return "one reading that nothing has confirmed yet";
  if (reason == "charge_limited") return "charging stops early, so the gauge does not learn";
  if (reason == "below_60_percent") return "nobody can say what a pack does below 60 %";
  return reason;
}

std::string_view sentence_of(Crossing crossing) {
  switch (crossing) {
    case Crossing::already_below:
      return "already below";
    case Crossing::within_12_months:
      return "within 12 months";
    case Crossing::beyond_12_months:
      return "not within 12 months, as far as can be said";
    case Crossing::refused:
      return "cannot be said";
  }
  return "cannot be said";
}

std::string line(std::string_view name, std::string_view value) {
  constexpr std::size_t column = 18;
  std::string text(name);
  text.resize(std::max(column, text.size() + 1), ' ');
  return text.append(value) + "\n";
}

std::string forecast_line(const OutlookAnswer& answer) {
  if (!answer.horizon_days) return "";
  const std::string name = "In " + std::to_string(*answer.horizon_days) + " days";
  const ForecastAnswer said = forecast_after(answer.outlook, *answer.horizon_days);
  if (!said.forecast) {
    return line(name, "no forecast: " + std::string(meaning_of(said.refused)));
  }
  return line(name, percent(said.forecast->health) + "; four times in five between " +
                        percent(said.forecast->low) + " and " + percent(said.forecast->high));
}

}  // namespace

Result<std::vector<CapacityPoint>> capacity_points_in(std::string_view file) {
  const bool wide = file.starts_with("\xFF\xFE");
  std::string_view text = file;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (!wide && !trimmed(text.substr(0, 4096)).starts_with('<')) return parse_capacity_csv(file);
  const auto report = parse_battery_report(file);
  if (!report) return report.error();
  return capacity_points(*report);
}

OutlookAnswer outlook_of(std::vector<CapacityPoint> points, std::optional<int> horizon_days) {
  OutlookAnswer answer{capacity_series(std::move(points)), {}, horizon_days};
  answer.outlook = battery_outlook(answer.series);
  return answer;
}

std::string to_json(const OutlookAnswer& answer) {
  const Outlook& outlook = answer.outlook;
  return "{\"health_permille\": " + permille(outlook.health) +
         ", \"low\": " + permille(outlook.low) + ", \"high\": " + permille(outlook.high) +
         ",\n \"class\": " + json_string(name_of(outlook.battery_class)) + ", \"flags\": " +
         array(outlook.flags, [](const std::string& flag) { return json_string(flag); }) +
         ",\n \"segments\": " + array(answer.series.segments, segment_json) +
         ",\n \"to_800\": " + json_string(name_of(outlook.to_800)) +
         ", \"reason\": " + json_string(outlook.reason) + forecast_json(answer) + "}\n";
}

std::string to_lines(const OutlookAnswer& answer) {
  const Outlook& outlook = answer.outlook;
  std::string text;
  if (outlook.health) {
    text += line("Health", percent(*outlook.health) + " of new (" + percent(*outlook.low) + " to " +
                               percent(*outlook.high) + ")");
  } else {
    text += line("Health", "unknown");
  }
  std::string judgement = name_of(outlook.battery_class);
  if (!outlook.reason.empty()) judgement += ": " + std::string(meaning_of(outlook.reason));
  text += line("Class", judgement);
  for (const std::string& flag : outlook.flags) text += line("Flag", flag);
  text += line("To 80 %", sentence_of(outlook.to_800));
  text += forecast_line(answer);
  for (const CapacitySegment& segment : answer.series.segments) {
    text += line("Stretch", to_iso8601(segment.from) + " to " + to_iso8601(segment.to) + ": " +
                                name_of(segment.start));
  }
  return text;
}

}  // namespace wattlife
