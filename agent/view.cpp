// SPDX-License-Identifier: EUPL-1.2
#include "agent/view.h"

#include <map>
#include <utility>

#include "core/health.h"
#include "core/summary.h"
#include "core/table.h"

namespace wattlife {
namespace {

// --- A little JSON: objects and arrays of ready-made texts
// ----------------------------------------

template <class T>
Cell known(const std::optional<T>& value) {
  return value ? Cell(*value) : Cell();
}

class Members {
 public:
  Members& add(std::string_view name, const Cell& value) { return raw(name, json_cell(value)); }
  // A value that is JSON already.
  Members& raw(std::string_view name, std::string_view json) {
    text_ += (text_.empty() ? "" : ",") + json_string(name) + ":" + std::string(json);
    return *this;
  }
  std::string object() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

template <class Items, class TextOf>
std::string array(const Items& items, TextOf text_of, const char* separator = ",") {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : separator) + text_of(item);
  return "[" + text + "]";
}

std::string texts(const std::vector<std::string>& items) {
  return array(items, [](const std::string& item) { return json_string(item); });
}

// --- Energy of a span ----------------------------------------------------------------------------

// Time and energy of several rows. `time` is all time, `known` the part with an energy.
struct Total {
  Duration time{0};
  Duration known{0};
  std::optional<Estimate> device;
  std::optional<Estimate> wall;

  void add(const DayRow& row) {
    time += row.time;
    if (row.device) known += row.time;
    if (row.device) device = device ? *device + *row.device : *row.device;
    if (row.wall) wall = wall ? *wall + *row.wall : *row.wall;
  }
};

void add_estimate(Members& members, const std::string& name, const std::optional<Estimate>& value) {
  Cell energy_mj, low_mj, high_mj;
  if (value) {
    const Interval interval = interval_95(*value);
    energy_mj = value->energy.milli;
    low_mj = interval.low.milli;
    high_mj = interval.high.milli;
  }
  members.add(name + "_mj", energy_mj)
      .add(name + "_low_mj", low_mj)
      .add(name + "_high_mj", high_mj);
}

std::string part_json(const char* kind, const char* name, const Total& total) {
  Members members;
  members.add(kind, name).add("time_ms", total.time.count());
  members.add("device_mj", total.device ? Cell(total.device->energy.milli) : Cell());
  return members.object();
}

struct Span {
  Total all;
  std::map<Tier, Total> by_tier;
  std::map<UseState, Total> by_state;
};

std::string span_json(const std::string& name, const Span& span) {
  const Total& all = span.all;
  Members members;
  members.add("span", name).add("time_ms", all.time.count()).add("known_ms", all.known.count());
  members.add("coverage_permille",
              all.time > Duration{0} ? Cell(all.known.count() * 1000 / all.time.count()) : Cell());
  add_estimate(members, "device", all.device);
  add_estimate(members, "wall", all.wall);
  members.raw("tiers", array(span.by_tier, [](const auto& part) {
                return part_json("tier", name_of(part.first), part.second);
              }));
  members.raw("states", array(span.by_state, [](const auto& part) {
                return part_json("state", name_of(part.first), part.second);
              }));
  return members.object();
}

std::string spans_json(const std::vector<DayRow>& rows) {
  std::map<std::string, Span> spans;
  for (const DayRow& row : rows) {
    Span& span = spans[row.span];
    span.all.add(row);
    span.by_tier[row.tier].add(row);
    span.by_state[row.state].add(row);
  }
  return array(
      spans, [](const auto& span) { return span_json(span.first, span.second); }, ",\n");
}

// --- Health --------------------------------------------------------------------------------------

void add_judgement(Members& members, const Judgement& judgement) {
  members.add("verdict", name_of(judgement.verdict)).raw("reasons", texts(judgement.reasons));
}

Cell milliwatt_hours_known(const std::optional<Energy>& energy) {
  return energy ? Cell(to_milliwatt_hours(*energy)) : Cell();
}

std::string battery_json(const Battery& battery) {
  const std::optional<Ratio> health = battery_health(battery);
  Members members;
  members.add("name", battery.name).add("present", battery.present);
  members.add("design_mwh", milliwatt_hours_known(battery.design));
  members.add("full_mwh", milliwatt_hours_known(battery.full));
  members.add("cycles", known(battery.cycles));
  members.add("health_permille", health ? Cell(health->milli) : Cell());
  add_judgement(members, judge_battery(battery));
  return members.object();
}

std::string disk_json(const Disk& disk) {
  Members members;
  members.add("name", disk.name).add("kind", name_of(disk.kind)).add("model", known(disk.model));
  members.add("size_bytes", known(disk.size_bytes));
  members.add("percentage_used", known(disk.percentage_used));
  members.add("power_on_hours", known(disk.power_on_hours));
  add_judgement(members, judge_disk(disk));
  return members.object();
}

std::string fault_json(const Fault& fault) {
  return Members().add("path", fault.path).add("cause", name_of(fault.cause)).object();
}

// What goes to the collector, in the words of the data list; "nothing" is a full answer.
std::string leaves_json(const ViewFacts& facts) {
  const bool sends = !facts.collector_url.empty();
  Members members;
  members.add("collector", sends ? Cell(facts.collector_url) : Cell()).add("period", facts.period);
  members.raw("contents", sends ? texts({"energy_per_period", "inventory", "battery_health",
                                         "disk_health", "serials_at_enrolment"})
                                : "[]");
  return members.object();
}

std::string device_json(const std::optional<Inventory>& inventory) {
  if (!inventory) return "null";
  const Identity& identity = inventory->identity;
  Members members;
  members.add("os", name_of(inventory->os)).add("manufacturer", known(identity.manufacturer));
  members.add("model", known(identity.model)).add("cpu", known(identity.cpu));
  return members.add("memory_mib", known(identity.memory_mib)).object();
}

}  // namespace

void add_settings(ViewFacts& facts, const Settings& settings) {
  facts.collector_url = settings.text("CollectorUrl");
  facts.period = settings.text("UploadPeriod");
}

std::string view_json(const ViewFacts& facts) {
  const Inventory nothing;
  const Inventory& inventory = facts.inventory ? *facts.inventory : nothing;
  std::string json = "{\"format\":1";
  const auto line = [&](std::string_view name, const std::string& value) {
    json += ",\n" + json_string(name) + ":" + value;
  };
  line("version", json_string(facts.version));
  line("today", json_string(to_iso8601(facts.today)));
  line("simulated", inventory.simulated ? "true" : "false");
  line("device", device_json(facts.inventory));
  line("batteries", array(inventory.batteries, battery_json));
  line("disks", array(inventory.disks, disk_json));
  line("days", spans_json(facts.days));
  line("months", spans_json(facts.months));
  line("leaves_device", leaves_json(facts));
  line("faults", array(facts.faults, fault_json));
  line("store_fault", facts.store_fault ? json_string(*facts.store_fault) : "null");
  return json + "\n}\n";
}

}  // namespace wattlife
