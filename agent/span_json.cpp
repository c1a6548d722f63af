// SPDX-License-Identifier: EUPL-1.2
#include "agent/span_json.h"

#include "agent/json_members.h"

namespace wattlife {
namespace {

void add_energy(Members& members, const std::string& name, const std::optional<ViewEnergy>& value) {
  members.add(name + "_mj", value ? Cell(value->energy.milli) : Cell());
  members.add(name + "_low_mj", value ? Cell(value->interval.low.milli) : Cell());
  members.add(name + "_high_mj", value ? Cell(value->interval.high.milli) : Cell());
}

}  // namespace

std::string span_json(const ViewSpan& span) {
  Members members;
  if (!span.from.empty()) members.add("from", span.from);
  members.add("span", span.span).add("time_ms", span.time.count());
  members.add("known_ms", span.known_time.count());
  members.add("coverage_permille", span.time > Duration{0}
                                       ? Cell(span.known_time.count() * 1000 / span.time.count())
                                       : Cell());
  add_energy(members, "device", span.device);
  add_energy(members, "wall", span.wall);
  Members tiers;
  for (std::size_t i = 0; i < all_tiers_shown.size(); ++i) {
    tiers.add(name_of(all_tiers_shown[i]), span.tier_time[i].count());
  }
  return members.raw("tier_time_ms", tiers.object()).object();
}

std::string spans_json(const std::vector<ViewSpan>& spans) {
  return json_array(spans, span_json, ",\n");
}

std::string current_json(const View& view) {
  return Members()
      .raw("day", span_json(view.day))
      .raw("week", span_json(view.week))
      .raw("month", span_json(view.month))
      .raw("year", span_json(view.year))
      .object();
}

}  // namespace wattlife
