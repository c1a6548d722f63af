// SPDX-License-Identifier: EUPL-1.2
#include "core/capacity_series.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace wattlife {
namespace {

using std::chrono::days;

// 3-measurement 11.2 to 11.4.
constexpr double suspect_below = 0.20;
constexpr double suspect_above = 1.20;
constexpr double event_size = 0.006;
constexpr double step_size = 0.04;
constexpr double jump_size = 0.08;
constexpr double frozen_range = 0.002;
constexpr days frozen_after{35};
constexpr std::int64_t unlearned_cycles = 50;
constexpr days unlearned_after{365};
// Another design value than this much away is another pack.
constexpr double design_change = 0.05;
// Smaller movements of a design value that equals the capacity are a firmware's habit.
constexpr double design_drift = 0.005;

// A pack of a laptop holds between 2 and 300 Wh; outside, a thousand times more or less is tried.
constexpr Energy smallest_pack = milliwatt_hours(2'000);
constexpr Energy largest_pack = milliwatt_hours(300'000);

struct Reading {
  UtcDay day;
  double health = 0;  // of the first design value of the pack
  bool at_design = false;
  std::optional<std::int64_t> cycles;
  std::size_t pack = 0;
};

struct Group {  // one week of one pack
  CapacityWeek week;
  std::size_t pack = 0;
  bool suspect = false;
};

UtcDay monday_of(UtcDay day) { return day - (std::chrono::weekday(day) - std::chrono::Monday); }

bool is_pack(Energy design) { return design >= smallest_pack && design <= largest_pack; }

// Some firmware says 60 mWh of a pack of 60 Wh; a driver that mixes units says 60 kWh.
bool repair_unit(CapacityPoint& point) {
  if (is_pack(point.design)) return false;
  const Energy more{point.design.milli * 1000};
  const Energy less{point.design.milli / 1000};
  if (point.design < smallest_pack && is_pack(more)) {
    point.full.milli *= 1000;
    point.design = more;
    return true;
  }
  if (point.design > largest_pack && is_pack(less)) {
    point.full.milli /= 1000;
    point.design = less;
    return true;
  }
  return false;
}

// In order of day, each with a full and a design value that can be divided.
std::vector<CapacityPoint> usable(std::vector<CapacityPoint> points, bool& unit_repaired) {
  constexpr Energy beyond_all = milliwatt_hours(std::int64_t{1} << 40);
  std::erase_if(points, [&](const CapacityPoint& p) {
    return p.full <= Energy{} || p.design <= Energy{} || p.full > beyond_all ||
           p.design > beyond_all;
  });
  for (CapacityPoint& point : points) unit_repaired = repair_unit(point) || unit_repaired;
  std::stable_sort(points.begin(), points.end(),
                   [](const CapacityPoint& a, const CapacityPoint& b) { return a.day < b.day; });
  return points;
}

double ratio(Energy part, Energy whole) {
  return static_cast<double>(part.milli) / static_cast<double>(whole.milli);
}

bool equals_design(const CapacityPoint& point) { return point.full == point.design; }

// What makes `point` the first of another pack than `before`; `first` when nothing does.
SegmentStart change_between(const CapacityPoint& before, const CapacityPoint& point) {
  if (point.new_pack) return SegmentStart::pack_changed;
  const bool moved = std::abs(ratio(point.design, before.design) - 1) > design_change;
  const bool follows = equals_design(before) && equals_design(point);
  return moved && !follows ? SegmentStart::design_changed : SegmentStart::first;
}

std::vector<Reading> readings_of(const std::vector<CapacityPoint>& points,
                                 std::vector<SegmentStart>& pack_starts) {
  std::vector<Reading> readings;
  Energy reference;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const SegmentStart change =
        i == 0 ? SegmentStart::first : change_between(points[i - 1], points[i]);
    if (i == 0 || change != SegmentStart::first) {
      pack_starts.push_back(change);
      reference = points[i].design;
    }
    readings.push_back({points[i].day, ratio(points[i].full, reference), equals_design(points[i]),
                        points[i].cycles, pack_starts.size() - 1});
  }
  return readings;
}

std::vector<Group> weeks_of(const std::vector<Reading>& readings) {
  std::vector<Group> groups;
  std::vector<double> values;
  UtcDay first_day;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    if (values.empty()) first_day = readings[i].day;
    values.push_back(readings[i].health);
    const UtcDay monday = monday_of(readings[i].day);
    const bool last = i + 1 == readings.size() || monday_of(readings[i + 1].day) != monday ||
                      readings[i + 1].pack != readings[i].pack;
    if (!last) continue;
    const double health = median_of(values);
    groups.push_back({{monday, first_day, readings[i].day, health},
                      readings[i].pack,
                      health < suspect_below || health > suspect_above});
    values.clear();
  }
  return groups;
}

double median_between(const std::vector<CapacityWeek>& weeks, std::size_t from, std::size_t to) {
  std::vector<double> values;
  for (std::size_t i = from; i < to; ++i) values.push_back(weeks[i].health);
  return median_of(std::move(values));
}

// What begins at week `i` of a pack that began at `pack`; `first` when nothing does.
// `end` is where the next pack begins.
SegmentStart step_at(const std::vector<CapacityWeek>& weeks, std::size_t pack, std::size_t i,
                     std::size_t end) {
  const double level = median_between(weeks, std::max(pack, i < 3 ? 0 : i - 3), i);
  const bool stays = i + 1 < end && weeks[i + 1].health - level > jump_size;
  if (weeks[i].health - level > jump_size && stays) return SegmentStart::jump_up;
  const double step = weeks[i].health - weeks[i - 1].health;
  const double before = median_between(weeks, std::max(pack, i < 2 ? 0 : i - 2), i);
  const double after = median_between(weeks, i, std::min(i + 2, end));
  if (std::abs(step) <= step_size || std::abs(after - before) <= step_size) {
    return SegmentStart::first;
  }
  // Up after a dip of one week, or down into one: what follows decides, not the dip.
  if ((step > 0) != (after > before)) return SegmentStart::first;
  return step > 0 ? SegmentStart::step_up : SegmentStart::step_down;
}

void find_segments(const std::vector<std::size_t>& pack_of_week,
                   const std::vector<SegmentStart>& pack_starts, CapacitySeries& series) {
  std::size_t end = 0;  // where the next pack begins
  for (std::size_t i = 0; i < series.weeks.size(); ++i) {
    SegmentStart start = SegmentStart::first;
    const bool new_pack = i == 0 || pack_of_week[i] != pack_of_week[i - 1];
    if (new_pack) {
      start = i == 0 ? SegmentStart::first : pack_starts[pack_of_week[i]];
      end = i + 1;
      while (end < series.weeks.size() && pack_of_week[end] == pack_of_week[i]) ++end;
    } else {
      start = step_at(series.weeks, series.pack_begin, i, end);
    }
    if (new_pack || start == SegmentStart::jump_up) series.pack_begin = i;
    if (new_pack || start != SegmentStart::first) {
      series.segments.push_back({series.weeks[i].first_day, {}, start, i, 0});
    }
    series.segments.back().to = series.weeks[i].last_day;
    ++series.segments.back().weeks;
  }
}

// What the readings of today's pack say about its gauge.
struct Gauge {
  int events = 0;
  std::set<double> values;  // at most three are kept
  double lowest = 0;
  double highest = 0;
  UtcDay first;
  UtcDay last;
  bool at_design_now = false;
  bool always_at_design = true;
  UtcDay at_design_since;
  std::optional<std::int64_t> cycles;
};

void add(Gauge& gauge, const Reading& reading, double& last_event) {
  if (gauge.events == 0) {
    gauge.lowest = gauge.highest = last_event = reading.health;
    gauge.first = reading.day;
    gauge.events = 1;
  } else if (std::abs(reading.health - last_event) > event_size) {
    last_event = reading.health;
    ++gauge.events;
  }
  if (gauge.values.size() < 3) gauge.values.insert(reading.health);
  gauge.lowest = std::min(gauge.lowest, reading.health);
  gauge.highest = std::max(gauge.highest, reading.health);
  gauge.last = reading.day;
  if (reading.at_design && !gauge.at_design_now) gauge.at_design_since = reading.day;
  gauge.at_design_now = reading.at_design;
  gauge.always_at_design = gauge.always_at_design && reading.at_design;
  if (reading.cycles) gauge.cycles = reading.cycles;
}

GaugeDoubt doubt_of(const Gauge& gauge, bool follows) {
  const bool frozen =
      gauge.highest - gauge.lowest < frozen_range && gauge.last - gauge.first >= frozen_after;
  if (gauge.at_design_now) {
    const bool worn = gauge.cycles && *gauge.cycles >= unlearned_cycles;
    const bool old = gauge.last - gauge.at_design_since > unlearned_after;
    if (worn || old || frozen || follows) return GaugeDoubt::unlearned;
  }
  if (frozen) return GaugeDoubt::gauge_frozen;
  if (gauge.events < 2 && gauge.values.size() < 3) return GaugeDoubt::single_event;
  return GaugeDoubt::none;
}

}  // namespace

double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::optional<CapacityPoint> capacity_note(const Battery& battery, UtcDay day,
                                           const std::optional<std::string>& before) {
  if (!battery.present || !battery.full || !battery.design) return std::nullopt;
  if (*battery.full <= Energy{} || *battery.design <= Energy{}) return std::nullopt;
  // A serial number that is not told says nothing about the pack.
  const bool other = before && battery.serial && *battery.serial != *before;
  return CapacityPoint{
      day, *battery.full, *battery.design, battery.cycles, CapacityOrigin::own_reading, other};
}

CapacitySeries capacity_series(std::vector<CapacityPoint> points) {
  CapacitySeries series;
  points = usable(std::move(points), series.unit_repaired);
  if (points.empty()) return series;

  std::vector<SegmentStart> pack_starts;
  const std::vector<Reading> readings = readings_of(points, pack_starts);
  const std::vector<Group> groups = weeks_of(readings);
  std::vector<std::size_t> pack_of_week;
  for (const Group& group : groups) {
    if (group.suspect) continue;
    series.weeks.push_back(group.week);
    pack_of_week.push_back(group.pack);
  }
  const auto lately = groups.end() - std::min<std::ptrdiff_t>(std::ssize(groups), 3);
  series.suspect_lately =
      std::any_of(lately, groups.end(), [](const Group& g) { return g.suspect; });
  find_segments(pack_of_week, pack_starts, series);
  if (groups.back().suspect) {
    series.doubt = GaugeDoubt::gauge_suspect;
    return series;
  }

  const UtcDay since = series.weeks[series.pack_begin].monday;
  Gauge gauge;
  double last_event = 0;
  bool follows = true;
  Energy least = points.back().design;
  Energy most = least;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const Reading& reading = readings[i];
    if (reading.pack != readings.back().pack) continue;
    follows = follows && reading.at_design;
    least = std::min(least, points[i].design);
    most = std::max(most, points[i].design);
    const bool suspect = reading.health < suspect_below || reading.health > suspect_above;
    if (reading.day >= since && !suspect) add(gauge, reading, last_event);
  }
  series.design_follows_full = follows && ratio(most, least) - 1 > design_drift;
  series.learning_events = gauge.events;
  series.doubt = doubt_of(gauge, series.design_follows_full);
  return series;
}

const char* name_of(CapacityOrigin origin) {
  return origin == CapacityOrigin::own_reading ? "own_reading" : "os_history";
}

const char* name_of(SegmentStart start) {
  switch (start) {
    case SegmentStart::first:
      return "first";
    case SegmentStart::pack_changed:
      return "pack_changed";
    case SegmentStart::design_changed:
      return "design_changed";
    case SegmentStart::jump_up:
      return "recalibrated_or_replaced";
    case SegmentStart::step_up:
      return "recalibrated";
    case SegmentStart::step_down:
      return "fall";
  }
  return "first";
}

const char* name_of(GaugeDoubt doubt) {
  switch (doubt) {
    case GaugeDoubt::none:
      return "";
    case GaugeDoubt::no_history:
      return "no_history";
    case GaugeDoubt::gauge_suspect:
      return "gauge_suspect";
    case GaugeDoubt::unlearned:
      return "unlearned";
    case GaugeDoubt::gauge_frozen:
      return "gauge_frozen";
    case GaugeDoubt::single_event:
      return "single_event";
  }
  return "no_history";
}

}  // namespace wattlife
