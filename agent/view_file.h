// SPDX-License-Identifier: EUPL-1.2
// public/view.json, read back: the command line and the tray show what the sampler published
// (docs/samples-db.md). The bytes are not trusted: whoever can write the folder can write anything,
// and every text ends up on somebody's terminal. So sizes and numbers are bounded, and control
// characters are gone.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/energy.h"
#include "core/outlook.h"
#include "core/reading.h"
#include "core/result.h"
#include "core/time.h"

namespace wattlife {

inline constexpr std::size_t largest_view_bytes = std::size_t{1} << 20;

inline constexpr std::array all_tiers_shown{Tier::measured, Tier::calibrated_device,
                                            Tier::calibrated_model, Tier::estimated, Tier::unknown};

struct ViewEnergy {
  Energy energy;
  Interval interval;  // holds the truth with 95 %
};

// A day, week, month or year.
struct ViewSpan {
  std::string span;        // "2026-11-23", "2026-11"; of a current span: "day", "week", ...
  std::string from;        // its first day, of current spans only
  Duration time{0};        // watched or accounted for
  Duration known_time{0};  // of that with a figure
  std::optional<ViewEnergy> device;
  std::optional<ViewEnergy> wall;
  // Time by how the figure is known, in the order of all_tiers_shown.
  std::array<Duration, all_tiers_shown.size()> tier_time{};
};

struct ViewBattery {
  std::string name;
  bool present = true;
  std::optional<std::int64_t> health_permille;
  std::optional<std::int64_t> cycles;
  Verdict verdict = Verdict::unknown;
  std::vector<std::string> reasons;
};

// From the history of a pack: the one that needs attention first.
struct ViewOutlook {
  std::string name;
  struct Health {  // permille of new; low and high hold the truth with 95 %
    std::int64_t level = 0;
    std::int64_t low = 0;
    std::int64_t high = 0;
  };
  std::optional<Health> health;
  Verdict battery_class = Verdict::unknown;
  std::vector<std::string> reasons;
  Crossing to_800 = Crossing::refused;
};

struct ViewDisk {
  std::string name;
  std::string model;
  std::optional<std::int64_t> percentage_used;
  Verdict verdict = Verdict::unknown;
  std::vector<std::string> reasons;
};

// Was there, and is gone.
struct ViewGone {
  bool is_drive = false;
  std::string name;
  std::string model;
  std::string since;
};

struct ViewSelf {
  std::string from;
  std::string to;
  std::int64_t days = 1;
  Duration time{0};
  std::int64_t cpu_us = 0;
  std::optional<std::int64_t> wakes;
  std::optional<std::int64_t> written_bytes;
  std::optional<std::int64_t> resident_bytes;
  std::optional<ViewEnergy> energy;
  std::optional<ViewEnergy> laptop;  // of the whole laptop on the same days
};

// What this laptop learned about itself; codes are of agent/learned_view.
struct ViewLearned {
  std::string model;  // "calibrated", "part_calibrated", "model_file", "form_factor"
  std::string doubt;  // "none", or why it is not relied upon
  bool virtual_machine = false;
  std::string form;  // "laptop-14"
  bool prior_from_file = false;
  std::int64_t windows = 0;
  std::int64_t sessions = 0;
  Duration time{0};   // on battery, in quarter hours with a window
  std::string since;  // day of the oldest window; empty without one
  std::optional<std::int64_t> left_out_error_permille;
  std::optional<std::int64_t> mains_error_permille;
  struct Weight {  // in mW, or mW per W
    std::string part;
    std::string unit;
    std::optional<std::int64_t> learned_milli;
    std::optional<std::int64_t> learned_margin_milli;
    std::int64_t prior_milli = 0;
    std::int64_t prior_margin_milli = 0;
  };
  std::vector<Weight> weights;
};

struct ViewFault {
  std::string path;
  std::string cause;
};

struct View {
  std::string version;
  UtcDay today;  // when it was written
  bool simulated = false;
  std::string manufacturer;  // empty: unknown, as the other texts
  std::string model;
  std::string os;
  std::vector<ViewBattery> batteries;
  std::optional<ViewOutlook> battery;
  std::vector<ViewDisk> disks;
  std::vector<ViewGone> gone;
  ViewSpan day, week, month, year;
  std::vector<ViewSpan> days;    // oldest first
  std::vector<ViewSpan> months;  // the same
  std::optional<ViewSelf> self;
  std::optional<ViewLearned> learned;
  std::optional<std::string> collector;  // empty: nothing leaves this laptop
  std::string period;
  std::vector<std::string> contents;
  std::vector<ViewFault> faults;
  std::optional<std::string> store_fault;
};

// Malformed, saying which member, for anything that no sampler of this version writes. `name` is
// what the error calls the file.
Result<View> view_from(std::string_view json, std::string_view name);

// The view in `state_folder`. Absent says what to do; the other errors are those of read_file().
Result<View> read_view(const std::string& state_folder);

// Where it is.
std::string view_path(const std::string& state_folder);

}  // namespace wattlife
