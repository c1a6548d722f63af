// SPDX-License-Identifier: EUPL-1.2
#include "agent/view.h"

#include <cmath>
#include <map>

#include "agent/json_members.h"
#include "agent/learned_view.h"
#include "core/hardware_watts.h"
#include "core/health.h"
#include "core/summary.h"
#include "core/table.h"

namespace wattlife {
namespace {

// --- Energy of a span ----------------------------------------------------------------------------

// Time and energy of several rows. `time` is the time that counts for coverage, `known` the part of
// it with an energy.
struct Total {
  Duration all_time{0};  // that of a laptop that was off too
  Duration time{0};
  Duration known{0};
  std::optional<Estimate> device;
  std::optional<Estimate> wall;

  void add(const DayRow& row) {
    all_time += row.time;
    if (counts_for_coverage(row.state, row.device)) time += row.time;
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

std::string part_json(const char* kind, const char* name, const Total& total, Duration time) {
  Members members;
  members.add(kind, name).add("time_ms", time.count());
  members.add("device_mj", total.device ? Cell(total.device->energy.milli) : Cell());
  return members.object();
}

struct Span {
  Total all;
  std::map<Tier, Total> by_tier;
  std::map<UseState, Total> by_state;

  void add(const DayRow& row) {
    all.add(row);
    by_tier[row.tier].add(row);
    by_state[row.state].add(row);
  }
};

std::string span_json(const std::string& name, const Span& span, Members members = {}) {
  const Total& all = span.all;
  members.add("span", name).add("time_ms", all.time.count()).add("known_ms", all.known.count());
  members.add("coverage_permille",
              all.time > Duration{0} ? Cell(all.known.count() * 1000 / all.time.count()) : Cell());
  add_estimate(members, "device", all.device);
  add_estimate(members, "wall", all.wall);
  members.raw("tiers", json_array(span.by_tier, [](const auto& part) {
                return part_json("tier", name_of(part.first), part.second, part.second.time);
              }));
  members.raw("states", json_array(span.by_state, [](const auto& part) {
                return part_json("state", name_of(part.first), part.second, part.second.all_time);
              }));
  return members.object();
}

std::string spans_json(const std::vector<DayRow>& rows) {
  std::map<std::string, Span> spans;
  for (const DayRow& row : rows) spans[row.span].add(row);
  return json_array(
      spans, [](const auto& span) { return span_json(span.first, span.second); }, ",\n");
}

// Rows whose span is `from` or later, up to `to`, as texts: ISO 8601 sorts by time.
Span sum_of(const std::vector<DayRow>& rows, const std::string& from, const std::string& to) {
  Span sum;
  for (const DayRow& row : rows) {
    if (row.span >= from && row.span <= to) sum.add(row);
  }
  return sum;
}

// The running day, ISO week, month and year, added up from rows and not from intervals: what is
// shared by the days does not average out, what is each day's own does.
std::string current_json(const ViewFacts& facts) {
  const std::string today = to_iso8601(facts.today);
  const std::chrono::weekday weekday{facts.today};
  const UtcDay monday = facts.today - std::chrono::days(weekday.iso_encoding() - 1);
  const std::string month = today.substr(0, 7);
  const std::string january = today.substr(0, 4) + "-01";
  struct Row {
    const char* name;
    std::string from;
    Span span;
  };
  const Row rows[] = {
      {"day", today, sum_of(facts.days, today, today)},
      {"week", to_iso8601(monday), sum_of(facts.days, to_iso8601(monday), today)},
      {"month", month + "-01", sum_of(facts.months, month, month)},
      {"year", january + "-01", sum_of(facts.months, january, month)},
  };
  return json_array(
      rows,
      [](const Row& row) {
        Members members;
        members.add("from", row.from);
        return span_json(row.name, row.span, members);
      },
      ",\n");
}

// --- What measuring costs ------------------------------------------------------------------------

std::string self_json(const ViewFacts& facts) {
  if (facts.self.empty()) return "null";
  SelfCost cost;
  Total laptop;
  for (const SelfDay& day : facts.self) {
    cost = cost + day.cost;
    for (const DayRow& row : facts.days) {
      if (row.span == day.day) laptop.add(row);
    }
  }
  Members members;
  members.add("from", facts.self.front().day).add("to", facts.self.back().day);
  members.add("days", static_cast<std::int64_t>(facts.self.size()));
  members.add("time_ms", cost.time.count()).add("cpu_us", cost.cpu.count());
  members.add("wakes", known(cost.wakes)).add("written_bytes", known(cost.written_bytes));
  members.add("resident_bytes", known(cost.resident_bytes));
  add_estimate(members, "energy", cost.energy);
  add_estimate(members, "laptop", laptop.device);
  return members.object();
}

// --- At rest -------------------------------------------------------------------------------------

void add_watts(Members& members, const std::string& name, const std::optional<StateWatts>& value) {
  const auto milliwatts = [&](double StateWatts::*member) {
    return value ? Cell(std::int64_t{std::llround(*value.*member * 1000)}) : Cell();
  };
  members.add(name + "_mw", milliwatts(&StateWatts::watts))
      .add(name + "_low_mw", milliwatts(&StateWatts::low_w))
      .add(name + "_high_mw", milliwatts(&StateWatts::high_w))
      .add(name + "_time_ms", value ? Cell(value->time.count()) : Cell());
}

// What this laptop draws at rest, of all months that are shown.
std::string hardware_json(const ViewFacts& facts) {
  std::vector<EnergyRow> rows;
  for (const DayRow& row : facts.months) {
    rows.push_back({row.state, row.supply, row.tier, row.method, row.time, row.device, row.wall});
  }
  const HardwareWatts watts = hardware_watts(rows);
  if (!watts.idle && !watts.sleep) return "null";
  Members members;
  members.add("method", std::string(hardware_watts_method));
  add_watts(members, "idle", watts.idle);
  add_watts(members, "sleep", watts.sleep);
  return members.object();
}

// --- Health --------------------------------------------------------------------------------------

void add_judgement(Members& members, const Judgement& judgement) {
  members.add("verdict", name_of(judgement.verdict)).raw("reasons", json_texts(judgement.reasons));
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

std::string gone_json(const GonePart& part) {
  return Members()
      .add("kind", part.is_drive ? "drive" : "battery")
      .add("name", part.name)
      .add("model", part.model.empty() ? Cell() : Cell(part.model))
      .add("since", part.since)
      .object();
}

// What goes to the collector, in the words of the data list; "nothing" is a full answer.
std::string leaves_json(const ViewFacts& facts) {
  const bool sends = !facts.collector_url.empty();
  Members members;
  members.add("collector", sends ? Cell(facts.collector_url) : Cell()).add("period", facts.period);
  members.raw("contents", sends ? json_texts({"energy_per_period", "inventory", "battery_health",
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
  std::string json = "{\"format\":" + std::to_string(view_format);
  const auto line = [&](std::string_view name, const std::string& value) {
    json += ",\n" + json_string(name) + ":" + value;
  };
  line("version", json_string(facts.version));
  line("today", json_string(to_iso8601(facts.today)));
  line("simulated", inventory.simulated ? "true" : "false");
  line("device", device_json(facts.inventory));
  line("batteries", json_array(inventory.batteries, battery_json));
  line("battery", battery_outlook_json(facts.packs));
  line("disks", json_array(inventory.disks, disk_json));
  line("gone", json_array(facts.gone, gone_json));
  line("current", current_json(facts));
  line("days", spans_json(facts.days));
  line("months", spans_json(facts.months));
  line("self", self_json(facts));
  line("hardware", hardware_json(facts));
  line("learned", learned_json(facts.learned));
  line("leaves_device", leaves_json(facts));
  line("faults", json_array(facts.faults, fault_json));
  line("store_fault", facts.store_fault ? json_string(*facts.store_fault) : "null");
  return json + "\n}\n";
}

}  // namespace wattlife
