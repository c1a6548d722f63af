// SPDX-License-Identifier: EUPL-1.2
#include "agent/view_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/view.h"
#include "core/text.h"
#include "platform/process.h"

namespace wattlife {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t largest_number = std::int64_t{1} << 53;  // exact in every JSON reader
constexpr std::size_t most_items = 1000;
constexpr std::size_t longest_text = 1000;

// The members of one object. The first thing that is wrong is kept in `problem`, which all readers
// of one file share; what is read after that does not matter.
class Object {
 public:
  Object(const Json& json, std::string where, std::string& problem)
      : json_(json), where_(std::move(where)), problem_(problem) {
    if (!json_.is_object()) wrong("", "must be an object");
  }

  std::optional<std::int64_t> number(const char* name) {
    const Json* value = member(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (!value->is_number_integer() || *value < 0 || *value > largest_number) {
      wrong(name, "must be a whole number, not below 0");
      return std::nullopt;
    }
    return value->get<std::int64_t>();
  }
  std::int64_t needed_number(const char* name) {
    const auto value = number(name);
    if (!value) wrong(name, "is missing");
    return value.value_or(0);
  }
  std::optional<std::string> optional_text(const char* name) {
    const Json* value = member(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (!value->is_string()) {
      wrong(name, "must be a text");
      return std::nullopt;
    }
    return shown_safely(value->get_ref<const std::string&>(), longest_text);
  }
  std::string text(const char* name) { return optional_text(name).value_or(""); }
  std::string day(const char* name) {
    const std::string value = text(name);
    if (!day_from_iso8601(value)) wrong(name, "must be a day such as 2026-01-05");
    return value;
  }
  bool truth(const char* name) {
    const Json* value = member(name);
    if (value == nullptr || !value->is_boolean()) {
      wrong(name, "must be true or false");
      return false;
    }
    return value->get<bool>();
  }
  // Calls `each` with the object at `name`; not at all when it is null or missing.
  template <class Each>
  void object(const char* name, Each each) {
    const Json* value = member(name);
    if (value == nullptr || value->is_null()) return;
    Object inner(*value, where_ + name + ".", problem_);
    if (value->is_object()) each(inner);
  }
  template <class Each>
  void objects(const char* name, Each each) {
    for (const Json& item : items(name)) {
      Object inner(item, where_ + name + "[].", problem_);
      if (!problem_.empty()) return;
      each(inner);
    }
  }
  std::vector<std::string> texts(const char* name) {
    std::vector<std::string> all;
    for (const Json& item : items(name)) {
      if (!item.is_string()) {
        wrong(name, "must hold texts only");
        break;
      }
      all.push_back(shown_safely(item.get_ref<const std::string&>(), longest_text));
    }
    return all;
  }
  void wrong(const std::string& name, const std::string& what) {
    if (problem_.empty()) problem_ = "\"" + where_ + name + "\" " + what;
  }

 private:
  const Json* member(const char* name) const {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(name);
    return found == json_.end() ? nullptr : &*found;
  }
  const Json& items(const char* name) {
    static const Json none = Json::array();
    const Json* value = member(name);
    if (value == nullptr || !value->is_array()) {
      wrong(name, "must be a list");
      return none;
    }
    if (value->size() > most_items) {
      wrong(name, "is longer than " + std::to_string(most_items));
      return none;
    }
    return *value;
  }

  const Json& json_;
  std::string where_;
  std::string& problem_;
};

std::optional<ViewEnergy> energy_from(Object& object, const std::string& name) {
  const auto energy = object.number((name + "_mj").c_str());
  const auto low = object.number((name + "_low_mj").c_str());
  const auto high = object.number((name + "_high_mj").c_str());
  if (!energy) return std::nullopt;
  // A figure without its interval is not shown to anybody.
  if (!low || !high || *low > *energy || *energy > *high) {
    object.wrong(name + "_mj", "must lie in its interval");
    return std::nullopt;
  }
  return ViewEnergy{Energy{*energy}, {Energy{*low}, Energy{*high}}};
}

ViewSpan span_from(Object& object, bool current) {
  ViewSpan span;
  span.span = object.text("span");
  if (current) {
    span.from = object.day("from");
  } else if (!day_from_iso8601(span.span.size() == 7 ? span.span + "-01" : span.span)) {
    object.wrong("span", "must be a day or a month");
  }
  span.time = Duration{object.needed_number("time_ms")};
  span.known_time = Duration{object.needed_number("known_ms")};
  if (span.known_time > span.time) object.wrong("known_ms", "must not be above time_ms");
  span.device = energy_from(object, "device");
  span.wall = energy_from(object, "wall");
  object.objects("tiers", [&](Object& part) {
    const std::string tier = part.text("tier");
    const auto found = std::find_if(all_tiers_shown.begin(), all_tiers_shown.end(),
                                    [&](Tier known) { return tier == name_of(known); });
    if (found == all_tiers_shown.end()) return part.wrong("tier", "is not one of ours");
    span.tier_time[static_cast<std::size_t>(found - all_tiers_shown.begin())] =
        Duration{part.needed_number("time_ms")};
  });
  return span;
}

Verdict verdict_from(Object& object, const char* name = "verdict") {
  const std::string text = object.text(name);
  for (const Verdict verdict : {Verdict::good, Verdict::watch, Verdict::replace, Verdict::fail}) {
    if (text == name_of(verdict)) return verdict;
  }
  return Verdict::unknown;
}

ViewBattery battery_from(Object& object) {
  ViewBattery battery;
  battery.name = object.text("name");
  battery.present = object.truth("present");
  battery.health_permille = object.number("health_permille");
  battery.cycles = object.number("cycles");
  battery.verdict = verdict_from(object);
  battery.reasons = object.texts("reasons");
  return battery;
}

ViewOutlook outlook_from(Object& object) {
  ViewOutlook outlook;
  outlook.name = object.text("name");
  const auto level = object.number("health_permille");
  const auto low = object.number("health_low_permille");
  const auto high = object.number("health_high_permille");
  if (level && low && high && *low <= *level && *level <= *high) {
    outlook.health = {*level, *low, *high};
  } else if (level) {
    object.wrong("health_permille", "must lie in its interval");
  }
  outlook.battery_class = verdict_from(object, "class");
  outlook.reasons = object.texts("reasons");
  const std::string crossing = object.text("to_800");
  for (const Crossing known :
       {Crossing::already_below, Crossing::within_12_months, Crossing::beyond_12_months}) {
    if (crossing == name_of(known)) outlook.to_800 = known;
  }
  return outlook;
}

ViewDisk disk_from(Object& object) {
  ViewDisk disk;
  disk.name = object.text("name");
  disk.model = object.text("model");
  disk.percentage_used = object.number("percentage_used");
  disk.verdict = verdict_from(object);
  disk.reasons = object.texts("reasons");
  return disk;
}

ViewSelf self_from(Object& object) {
  ViewSelf self;
  self.from = object.day("from");
  self.to = object.day("to");
  self.days = std::max<std::int64_t>(object.needed_number("days"), 1);
  self.time = Duration{object.needed_number("time_ms")};
  self.cpu_us = object.needed_number("cpu_us");
  self.wakes = object.number("wakes");
  self.written_bytes = object.number("written_bytes");
  self.resident_bytes = object.number("resident_bytes");
  self.energy = energy_from(object, "energy");
  self.laptop = energy_from(object, "laptop");
  return self;
}

ViewLearned learned_from(Object& object) {
  ViewLearned learned;
  learned.model = object.text("model");
  learned.doubt = object.text("doubt");
  learned.virtual_machine = object.truth("virtual_machine");
  learned.form = object.text("form");
  learned.prior_from_file = object.truth("prior_from_file");
  learned.windows = object.needed_number("windows");
  learned.sessions = object.needed_number("sessions");
  learned.time = Duration{object.needed_number("time_ms")};
  learned.since = object.text("since");
  if (!learned.since.empty()) learned.since = object.day("since");
  learned.left_out_error_permille = object.number("left_out_error_permille");
  learned.mains_error_permille = object.number("mains_error_permille");
  object.objects("weights", [&](Object& part) {
    ViewLearned::Weight weight;
    weight.part = part.text("part");
    weight.unit = part.text("unit");
    weight.learned_milli = part.number("learned_milli");
    weight.learned_margin_milli = part.number("learned_margin_milli");
    weight.prior_milli = part.needed_number("prior_milli");
    weight.prior_margin_milli = part.needed_number("prior_margin_milli");
    // A figure without its margin is not shown to anybody.
    if (weight.learned_milli && !weight.learned_margin_milli) {
      part.wrong("learned_margin_milli", "is missing");
    }
    learned.weights.push_back(std::move(weight));
  });
  return learned;
}

void read_spans(Object& root, View& view) {
  root.objects("current", [&](Object& object) {
    const ViewSpan span = span_from(object, true);
    if (span.span == "day") view.day = span;
    if (span.span == "week") view.week = span;
    if (span.span == "month") view.month = span;
    if (span.span == "year") view.year = span;
  });
  root.objects("days", [&](Object& day) { view.days.push_back(span_from(day, false)); });
  root.objects("months", [&](Object& month) { view.months.push_back(span_from(month, false)); });
  for (const ViewSpan* span : {&view.day, &view.week, &view.month, &view.year}) {
    if (span->span.empty()) root.wrong("current", "must hold day, week, month and year");
  }
}

View view_from(Object& root) {
  View view;
  view.version = root.text("version");
  view.today = day_from_iso8601(root.day("today")).value_or(UtcDay{});
  view.simulated = root.truth("simulated");
  root.object("device", [&](Object& device) {
    view.os = device.text("os");
    view.manufacturer = device.text("manufacturer");
    view.model = device.text("model");
  });
  root.objects("batteries", [&](Object& o) { view.batteries.push_back(battery_from(o)); });
  root.object("battery", [&](Object& outlook) { view.battery = outlook_from(outlook); });
  root.objects("disks", [&](Object& o) { view.disks.push_back(disk_from(o)); });
  root.objects("gone", [&](Object& part) {
    view.gone.push_back(
        {part.text("kind") == "drive", part.text("name"), part.text("model"), part.day("since")});
  });
  read_spans(root, view);
  root.object("self", [&](Object& self) { view.self = self_from(self); });
  root.object("learned", [&](Object& learned) { view.learned = learned_from(learned); });
  root.object("leaves_device", [&](Object& leaves) {
    view.collector = leaves.optional_text("collector");
    view.period = leaves.text("period");
    view.contents = leaves.texts("contents");
  });
  root.objects("faults", [&](Object& fault) {
    view.faults.push_back({fault.text("path"), fault.text("cause")});
  });
  view.store_fault = root.optional_text("store_fault");
  return view;
}

}  // namespace

Result<View> view_from(std::string_view json, std::string_view name) {
  const std::string file(name);
  if (json.size() > largest_view_bytes) return Error{Cause::malformed, file + ": is too large"};
  // Without exceptions: what could not be read is "discarded".
  const Json parsed = Json::parse(json, nullptr, false);
  if (parsed.is_discarded()) {
    return Error{
        Cause::malformed,
        file + ": is not JSON; wattlife-sampler writes it anew within a quarter of an hour"};
  }
  std::string problem;
  Object root(parsed, "", problem);
  const auto format = root.number("format");
  if (problem.empty() && format != view_format) {
    return Error{Cause::malformed,
                 file +
                     ": was written by another version of wattlife-sampler; this program knows "
                     "format " +
                     std::to_string(view_format) + ": install both of one version"};
  }
  View view = view_from(root);
  if (!problem.empty()) return Error{Cause::malformed, file + ": " + problem};
  return view;
}

std::string view_path(const std::string& state_folder) {
  return state_folder + "/public/view.json";
}

Result<View> read_view(const std::string& state_folder) {
  const std::string path = view_path(state_folder);
  const Result<std::string> json = read_file(path, largest_view_bytes);
  // Empty: the power went while it was written (write_derived_file); the sampler does it again.
  if (json ? json->empty() : json.error().cause == Cause::absent) {
    return Error{Cause::absent, path +
                                    ": is not there: nothing is measured on this laptop yet. "
                                    "Install Wattlife, or start the service wattlife-sampler; it "
                                    "writes this file within a minute"};
  }
  if (!json) return json.error();
  return view_from(*json, path);
}

}  // namespace wattlife
