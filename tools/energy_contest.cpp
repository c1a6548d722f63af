// SPDX-License-Identifier: EUPL-1.2
#include "tools/energy_contest.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "agent/sampler.h"
#include "core/calibration.h"
#include "core/energy.h"
#include "core/text.h"
#include "tools/laptop.h"

namespace wattlife {
namespace {

// What a flat figure per laptop gives: 18.8 kWh a year, the median of declared consumption, less
// sleep and off, over the hours that the declaration counts as on.
constexpr double declared_constant_w = 4.6;
// What tools without a counter assume: a tenth of the rating at rest, all of it at full use.
constexpr double rest_share_of_tdp = 0.1;
constexpr Duration least_of_a_day = std::chrono::hours(1);

double joules_of(Energy energy) { return static_cast<double>(energy.milli) / 1000.0; }
double seconds_of(Duration time) { return static_cast<double>(time.count()) / 1000.0; }

// Energy of some spans, and time.
struct Part {
  Duration time{0};
  Estimate device;
};

Part operator-(const Part& a, const Part& b) {
  return {a.time - b.time,
          {a.device.energy - b.device.energy,
           std::max(0.0, a.device.variance_own_j2 - b.device.variance_own_j2),
           std::max(0.0, a.device.deviation_shared_j - b.device.deviation_shared_j)}};
}

void add(Part& part, Duration time, const Estimate& estimate) {
  part.time += time;
  part.device = part.device + estimate;
}

// What windows say, by what the contest judges.
struct Ledger {
  Part mains;       // awake
  Part battery;     // awake
  Part wall;        // awake, on mains: what the socket gave
  Duration own{0};  // of the mains part: by a model that was fitted on this laptop
};

void add(Ledger& ledger, const std::vector<Window>& windows) {
  for (const Window& window : windows) {
    if (window.key.state == UseState::sleep || !window.device) continue;
    if (window.key.supply == Supply::battery) add(ledger.battery, window.time, *window.device);
    if (window.key.supply != Supply::mains) continue;
    add(ledger.mains, window.time, *window.device);
    if (window.wall) add(ledger.wall, window.time, *window.wall);
    if (window.key.tier == Tier::calibrated_device) ledger.own += window.time;
  }
}

// The sampler as it runs: everything through started(), with_inventory(), advance() and written().
class SamplerPath {
 public:
  explicit SamplerPath(const Inventory& inventory)
      : state_(with_inventory(started({}), inventory, {})) {}

  // What the tick added.
  Ledger take(const Tick& tick) {
    state_ = advance(std::move(state_), tick);
    for (const Batch& batch : state_.unwritten) add(closed_, batch.windows);
    state_ = written(std::move(state_), state_.last_batch);
    Ledger all = closed_;
    add(all, state_.open);
    const Ledger before = std::exchange(seen_, all);
    return {all.mains - before.mains, all.battery - before.battery, all.wall - before.wall,
            all.own - before.own};
  }

 private:
  SamplerState state_;
  Ledger closed_;
  Ledger seen_;
};

// One method on one day.
struct Score {
  Part part;
  double truth_j = 0;
};

struct Day {
  Score ours;
  Score prior;
  Score activity;
  Score package;
  Score utilisation;
  Score declared;
  Score battery;
  Score wall;
  Duration own{0};
  Duration mains{0};  // true time awake on mains
};

void add_flat(Score& score, Duration time, double energy_j, double truth_j) {
  add(score.part, time, {Energy{std::llround(energy_j * 1000.0)}, 0, 0});
  score.truth_j += truth_j;
}

// What peers say of the same span.
void add_peers(Day& day, const LaptopSpec& spec, const Tick& before, const LaptopTick& after,
               Duration time) {
  const double truth_j = after.truth.awake_j;
  const PowerReading& first = before.reading;
  const PowerReading& last = after.tick.reading;
  if (!first.counters.empty() && !last.counters.empty()) {
    const auto package =
        counted(first.counters[0].energy_uj, last.counters[0].energy_uj, last.counters[0].range_uj,
                after.tick.now.awake - before.now.awake, package_ceiling);
    if (package) add_flat(day.package, time, joules_of(*package), truth_j);
  }
  const auto total =
      static_cast<double>(*last.activity.cpu_total_ticks - *first.activity.cpu_total_ticks);
  const auto busy =
      static_cast<double>(*last.activity.cpu_busy_ticks - *first.activity.cpu_busy_ticks);
  const double share = total > 0 ? busy / total : 0.0;
  const double power_w = spec.tdp_w * (rest_share_of_tdp + (1.0 - rest_share_of_tdp) * share);
  add_flat(day.utilisation, time, power_w * seconds_of(time), truth_j);
  add_flat(day.declared, time, declared_constant_w * seconds_of(time), truth_j);
}

// The same laptop if nothing counted what its processor takes.
Tick without_counters(Tick tick) {
  tick.reading.counters.clear();
  return tick;
}

void add_score(Score& score, const Part& part, double truth_j) {
  if (part.time <= Duration{0}) return;
  add(score.part, part.time, part.device);
  score.truth_j += truth_j;
}

bool on_mains(const Tick& tick) {
  return std::any_of(tick.reading.adapters.begin(), tick.reading.adapters.end(),
                     [](const Adapter& adapter) { return adapter.online == true; });
}

std::vector<Day> live(const LaptopSpec& spec, const ContestOptions& options) {
  const UtcTime begin{options.first_day};
  Laptop laptop(spec, begin, working_days(spec, options.first_day, options.days));
  const Inventory inventory = inventory_of(spec);
  SamplerPath sampler(inventory);
  const PowerModel nothing_learned = model_of(with_hardware({}, inventory, {}));
  std::map<UtcDay, Day> days;
  std::optional<Tick> before;
  while (auto now = laptop.next()) {
    Day& day = days[std::chrono::floor<std::chrono::days>(now->tick.now.utc)];
    const Ledger ours = sampler.take(now->tick);
    if (before && !now->after_boot) {
      const double truth_j = now->truth.awake_j;
      Ledger prior;
      add(prior, explain(*before, now->tick, nothing_learned));
      add_score(day.ours, ours.mains, truth_j);
      add_score(day.battery, ours.battery, truth_j);
      add_score(day.wall, ours.wall, now->truth.awake_wall_j);
      add_score(day.prior, prior.mains, truth_j);
      Ledger activity;
      add(activity,
          explain(without_counters(*before), without_counters(now->tick), nothing_learned));
      add_score(day.activity, activity.mains, truth_j);
      day.own += ours.own;
      if (on_mains(*before) || on_mains(now->tick)) {
        day.mains += now->tick.now.awake - before->now.awake;
      }
      if (prior.mains.time > Duration{0}) {
        add_peers(day, spec, *before, *now, prior.mains.time);
      }
    }
    before = now->tick;
  }
  std::vector<Day> list;
  for (const auto& [date, day] : days) list.push_back(day);
  return list;
}

// --- Judging -------------------------------------------------------------------------------------

double at_share(std::vector<double> values, double share) {
  if (values.empty()) return 0.0;
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

bool holds(const Estimate& estimate, double truth_j) {
  const Interval interval = interval_95(estimate);
  return joules_of(interval.low) <= truth_j && truth_j <= joules_of(interval.high);
}

ContestRow row(std::string method, const std::vector<Day>& days, Score Day::*which,
               bool has_interval, double scale = 1.0) {
  ContestRow result;
  result.method = std::move(method);
  std::vector<double> errors;
  double sum_j = 0;
  double truth_j = 0;
  int covered = 0;
  for (const Day& day : days) {
    const Score& score = day.*which;
    if (score.part.time < least_of_a_day || score.truth_j <= 0) continue;
    const double estimate_j = scale * joules_of(score.part.device.energy);
    errors.push_back(std::fabs(estimate_j / score.truth_j - 1.0));
    sum_j += estimate_j;
    truth_j += score.truth_j;
    covered += holds(score.part.device, score.truth_j) ? 1 : 0;
  }
  result.device_days = static_cast<int>(errors.size());
  if (errors.empty()) return result;
  result.median_error = at_share(errors, 0.5);
  result.p90_error = at_share(errors, 0.9);
  result.bias = sum_j / truth_j - 1.0;
  if (has_interval) result.coverage = covered / static_cast<double>(errors.size());
  return result;
}

// What the declared constant would have to be multiplied with to be right on the whole.
double best_scale(const std::vector<Day>& days) {
  double truth_j = 0;
  double declared_j = 0;
  for (const Day& day : days) {
    truth_j += day.declared.truth_j;
    declared_j += joules_of(day.declared.part.device.energy);
  }
  return declared_j > 0 ? truth_j / declared_j : 1.0;
}

ContestTable mains_table(std::string title, const std::vector<Day>& days) {
  const double scale = best_scale(days);
  return {std::move(title),
          {row("Wattlife, as the sampler runs", days, &Day::ours, true),
           row("Wattlife, prior only", days, &Day::prior, true),
           row("Wattlife, no counter (activity only)", days, &Day::activity, true),
           row("package counter only", days, &Day::package, false),
           row("processor use x rating (TDP)", days, &Day::utilisation, false),
           row("constant, declared (4.6 W)", days, &Day::declared, false),
           row("constant, best possible (" + fixed(declared_constant_w * scale, 1) + " W)", days,
               &Day::declared, false, scale)}};
}

std::string percent(double share) { return fixed(100.0 * share, 1) + " %"; }

ContestGoal coverage_goal(const std::string& text, const ContestRow& row, double low, double high) {
  if (row.device_days == 0) return {text, "no such day", false};
  return {text, percent(*row.coverage), *row.coverage >= low && *row.coverage <= high};
}

std::vector<ContestGoal> goals(const ContestTable& calibrated, const ContestTable& all) {
  const ContestRow& ours = calibrated.rows[0];
  ContestGoal error{"after calibration: median daily error at most 6 %", "no such day", false};
  if (ours.device_days > 0) {
    error.seen = percent(ours.median_error);
    error.met = ours.median_error <= 0.06;
  }
  return {
      error,
      coverage_goal("after calibration: 95 % interval holds 90 to 99 % of days", ours, 0.90, 0.99),
      coverage_goal("prior only: 95 % interval holds at least 90 % of days", all.rows[1], 0.90,
                    1.0),
      coverage_goal("activity only: 95 % interval holds at least 90 % of days", all.rows[2], 0.90,
                    1.0)};
}

bool is_own(const Day& day) { return day.own * 2 > day.ours.part.time; }

}  // namespace

ContestResult energy_contest(const ContestOptions& options) {
  Dice dice(options.seed);
  std::vector<Day> all;
  std::vector<Day> calibrated;
  std::vector<double> days_before;
  ContestResult result;
  result.laptops = options.laptops;
  Duration mains{0};
  Duration with_figure{0};
  for (int i = 0; i < options.laptops; ++i) {
    const std::vector<Day> days = live(random_laptop(dice.seed()), options);
    int mains_days = 0;
    std::optional<int> first_own;
    for (const Day& day : days) {
      if (day.mains >= least_of_a_day) ++mains_days;
      if (is_own(day) && !first_own) first_own = mains_days - 1;
      if (is_own(day)) calibrated.push_back(day);
      all.push_back(day);
      mains += day.mains;
      with_figure += day.ours.part.time;
    }
    if (first_own) days_before.push_back(*first_own);
  }
  result.laptops_calibrated = static_cast<int>(days_before.size());
  result.days_before = at_share(days_before, 0.5);
  result.share_without_figure =
      mains > Duration{0} ? 1.0 - seconds_of(with_figure) / seconds_of(mains) : 0.0;
  result.tables.push_back(mains_table("All days, on mains, awake", all));
  result.tables.push_back(
      mains_table("Days on which the sampler used a model of its own", calibrated));
  result.tables.push_back({"All days, other figures of Wattlife",
                           {row("on battery, awake", all, &Day::battery, true),
                            row("from the socket, awake", all, &Day::wall, true)}});
  result.goals = goals(result.tables[1], result.tables[0]);
  return result;
}

namespace {

std::string padded(std::string text, std::size_t width, bool left) {
  if (text.size() >= width) return text;
  return left ? text + std::string(width - text.size(), ' ')
              : std::string(width - text.size(), ' ') + text;
}

std::string line(const std::vector<std::string>& cells) {
  std::string text = padded(cells[0], 40, true);
  for (std::size_t i = 1; i < cells.size(); ++i) text += padded(cells[i], 13, false);
  return text + "\n";
}

}  // namespace

std::string to_text(const ContestResult& result) {
  std::string text = std::to_string(result.laptops) + " simulated laptops; " +
                     std::to_string(result.laptops_calibrated) +
                     " came to a model of their own, the median after " +
                     fixed(result.days_before, 0) +
                     " days on mains. Without a figure: " + percent(result.share_without_figure) +
                     " of the time awake on mains.\n";
  for (const ContestTable& table : result.tables) {
    text += "\n" + table.title + "\n";
    text += line({"", "median error", "p90 error", "bias", "in 95 %", "device-days"});
    for (const ContestRow& row : table.rows) {
      if (row.device_days == 0) {
        text += line({row.method, "-", "-", "-", "-", "0"});
        continue;
      }
      text +=
          line({row.method, percent(row.median_error), percent(row.p90_error), percent(row.bias),
                row.coverage ? percent(*row.coverage) : "-", std::to_string(row.device_days)});
    }
  }
  text += "\nGoals\n";
  for (const ContestGoal& goal : result.goals) {
    text += padded(goal.text, 62, true) + padded(goal.seen, 12, false) +
            (goal.met ? "  met\n" : "  not met\n");
  }
  return text;
}

}  // namespace wattlife
