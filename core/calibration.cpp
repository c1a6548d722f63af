// SPDX-License-Identifier: EUPL-1.2
#include "core/calibration.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace wattlife {
namespace {

constexpr std::size_t windows_per_fit = 10;
constexpr std::size_t spans_in_window = 2;
constexpr std::size_t spans_looked_at = 4;
// A tick is a minute by default; 20 s to 5 min still make a window.
constexpr Duration shortest_span = std::chrono::seconds(20);
constexpr Duration longest_steady_span = std::chrono::minutes(5);
constexpr double steady_share = 0.25;
constexpr double steady_floor_w = 1.5;
constexpr double steady_brightness = 0.05;
constexpr double least_power_w = 0.5;
constexpr double most_power_w = 150.0;
constexpr double idle_pack_w = 0.1;
constexpr Duration shortest_comparison = std::chrono::minutes(30);
constexpr Duration longest_comparison = std::chrono::hours(2);
constexpr double least_gain = 0.92;
constexpr double largest_gain = 1.08;
constexpr double most_tested_spans = 3000;
constexpr double remembered_mains_spans = 2000;
constexpr double doubt_after_change = 4.0;

double square(double x) { return x * x; }

// --- Is this span on battery as a calibration needs it? ------------------------------------------

// Every pack discharges, or rests beside one that does.
bool packs_discharge(const PowerReading& reading) {
  bool any = false;
  for (const Battery& battery : reading.batteries) {
    if (!battery.present) continue;
    if (battery.status == BatteryStatus::charging) return false;
    const double w = battery.power ? in_watts(*battery.power) : 0.0;
    if (battery.status == BatteryStatus::discharging) {
      any = true;
    } else if (std::abs(w) > idle_pack_w) {
      return false;
    }
  }
  return any;
}

// Between 10 and 98 %, as far as the packs tell; a gauge is not linear at its ends.
bool charge_in_the_middle(const PowerReading& reading) {
  Energy now;
  Energy full;
  for (const Battery& battery : reading.batteries) {
    if (!battery.present) continue;
    if (!battery.now || !battery.full) return true;
    now += *battery.now;
    full += *battery.full;
  }
  return now.milli * 100 >= full.milli * 10 && now.milli * 100 <= full.milli * 98;
}

bool on_battery(const Tick& before, const Tick& after) {
  return supply_of(before, after) == Supply::battery && same_packs(before.reading, after.reading) &&
         packs_discharge(before.reading) && packs_discharge(after.reading);
}

std::optional<SteadySpan> steady_span(const Tick& before, const Tick& after, const Lengths& lengths,
                                      FormFactor form) {
  if (lengths.asleep > Duration{0} || lengths.all < shortest_span ||
      lengths.all > longest_steady_span || !on_battery(before, after)) {
    return std::nullopt;
  }
  if (before.reading.activity.panel_on != after.reading.activity.panel_on) return std::nullopt;
  const auto rate = power_into_packs(after.reading);
  const auto features = features_of(before, after, lengths.awake, form);
  if (!rate || !features || features->graphics_unreadable || !charge_in_the_middle(after.reading)) {
    return std::nullopt;
  }
  SteadySpan span;
  span.x = features->x;
  const auto& first_light = before.reading.activity.brightness;
  const auto& last_light = after.reading.activity.brightness;
  if (first_light && last_light) {
    span.darkest = static_cast<double>(std::min(*first_light, *last_light).milli) / 1000.0;
    span.brightest = static_cast<double>(std::max(*first_light, *last_light).milli) / 1000.0;
  }
  span.seconds = in_seconds(lengths.awake);
  span.rate_w = -in_watts(*rate);
  span.refreshed = !gauge_unchanged(before.reading, after.reading);
  if (span.rate_w <= least_power_w || span.rate_w >= most_power_w) return std::nullopt;
  const auto platform = counter_energy(before, after, Boundary::psys, lengths.awake);
  if (platform) span.platform_w = in_joules(*platform) / span.seconds;
  return span;
}

// --- Is this a steady window? --------------------------------------------------------------------

bool close_to(double a, double b, double level) {
  return std::abs(a - b) < steady_share * std::max(level, steady_floor_w);
}

// Of two spans, weighted by their time.
double mean(double a, double b, const SteadySpan& first, const SteadySpan& second) {
  return (a * first.seconds + b * second.seconds) / (first.seconds + second.seconds);
}

bool steady(const std::vector<SteadySpan>& spans) {
  if (spans.size() != spans_looked_at) return false;
  double darkest = 1;
  double brightest = 0;
  for (const SteadySpan& span : spans) {
    darkest = std::min(darkest, span.darkest);
    brightest = std::max(brightest, span.brightest);
  }
  if (brightest - darkest >= steady_brightness) return false;
  const bool panel_changed = std::any_of(spans.begin(), spans.end(), [&](const SteadySpan& span) {
    return std::abs(span.x[panel_input] - spans.front().x[panel_input]) > 1e-9;
  });
  if (panel_changed) return false;
  for (const std::size_t i : {package_input, graphics_input}) {
    const double before = mean(spans[0].x[i], spans[1].x[i], spans[0], spans[1]);
    const double now = mean(spans[2].x[i], spans[3].x[i], spans[2], spans[3]);
    if (!close_to(spans[2].x[i], spans[3].x[i], now) || !close_to(before, now, now)) return false;
  }
  return spans[2].refreshed || spans[3].refreshed;
}

SteadyWindow window_of(const std::vector<SteadySpan>& spans, const Session& session,
                       const Now& now) {
  const SteadySpan& first = spans[spans_looked_at - 2];
  const SteadySpan& second = spans[spans_looked_at - 1];
  SteadyWindow window;
  for (std::size_t i = 1; i < dimension; ++i) {
    window.inputs[i - 1] = static_cast<float>(mean(first.x[i], second.x[i], first, second));
  }
  // The rate at the begin still speaks of the time before, so it is left out.
  window.target_w = static_cast<float>((first.rate_w + second.rate_w) / 2);
  if (first.platform_w && second.platform_w) {
    window.platform_w =
        static_cast<float>(mean(*first.platform_w, *second.platform_w, first, second));
  }
  window.session = session.number;
  window.quarter = static_cast<std::uint32_t>((now.boot - session.began) / quarter_hour);
  const auto day = std::chrono::floor<std::chrono::days>(now.utc).time_since_epoch().count();
  window.day = static_cast<std::int32_t>(std::clamp<std::int64_t>(day, 0, 200'000));
  return window;
}

// --- The gauge against itself --------------------------------------------------------------------

void test_gauge(GaugeTest& test, const Tick& before, const Tick& after, Duration run) {
  const auto fall = gauge_fall(before, after);
  const auto first = power_into_packs(before.reading);
  const auto last = power_into_packs(after.reading);
  if (!fall || !first || !last) return;
  const double rate = in_watts(*first - *last);  // growth of the discharge
  const double by_rate_mwh = -in_watts(*first + *last) / 2 * in_seconds(run) / 3.6;
  const double excess = in_joules(*fall) / 3.6 - by_rate_mwh;
  if (test.count >= most_tested_spans) {
    for (double* sum : {&test.count, &test.rate, &test.excess, &test.rate_rate, &test.rate_excess})
      *sum /= 2;
  }
  test.count += 1;
  test.rate += rate;
  test.excess += excess;
  test.rate_rate += square(rate);
  test.rate_excess += rate * excess;
}

void restart_comparison(Session& session) {
  session.by_rate = {};
  session.by_charge = {};
  session.compared = Duration{0};
}

// Keeps the ratio of rate and charge when it was long enough to mean something.
void close_comparison(Calibration& calibration) {
  Session& session = *calibration.session;
  const bool told = session.by_rate > Energy{} && session.by_charge > Energy{};
  if (session.compared >= shortest_comparison && told) {
    const double gain = in_joules(session.by_rate) / in_joules(session.by_charge);
    calibration.gains.push_back(static_cast<float>(std::clamp(gain, 0.01, 100.0)));
    if (calibration.gains.size() > most_gains) calibration.gains.erase(calibration.gains.begin());
  }
  restart_comparison(session);
}

void compare_rate_and_charge(Calibration& calibration, const Tick& before, const Tick& after,
                             Duration run) {
  Session& session = *calibration.session;
  const auto fall = gauge_fall(before, after);
  const auto rate = mean_pack_power_w(before, after);
  if (!fall || !rate || is_disbelieved(calibration.frozen)) {
    restart_comparison(session);
    return;
  }
  calibration.gauge_tells_charge = true;
  session.by_rate += energy_from_joules(-*rate * in_seconds(run));
  session.by_charge += *fall;
  session.compared += run;
  if (session.compared >= longest_comparison) close_comparison(calibration);
}

double median_gain(std::vector<float> gains) {
  const auto middle = gains.begin() + static_cast<std::ptrdiff_t>(gains.size() / 2);
  std::nth_element(gains.begin(), middle, gains.end());
  return static_cast<double>(*middle);
}

// --- Judgement -----------------------------------------------------------------------------------

// On mains, does what is not known come from the prior for more than half?
bool prior_carries(const Calibration& calibration) {
  if (calibration.mains_count < 1) return false;
  const Vector& x = calibration.mains_inputs;
  const Fit& fit = *calibration.fit;
  const double shared = quadratic(fit.covariance_shared, x);
  const double rest = quadratic(fit.covariance_own, x) + square(mains_shift_deviation_w) +
                      square(gauge_gain_deviation * dot(fit.weights, x));
  return shared > rest;
}

Doubt doubt_about(const Calibration& calibration) {
  if (!calibration.fit || calibration.windows.size() < least_windows) return Doubt::too_few_windows;
  if (!calibration.gains.empty()) {
    const double gain = median_gain(calibration.gains);
    if (gain < least_gain || gain > largest_gain) return Doubt::gauge_inconsistent;
  }
  if (!has_load_levels(calibration.windows)) return Doubt::too_few_load_levels;
  if (!calibration.left_out) return Doubt::one_session;
  if (*calibration.left_out > largest_left_out_error) return Doubt::poor_prediction;
  if (calibration.gains.empty() && calibration.gauge_tells_charge) return Doubt::gauge_unchecked;
  return prior_carries(calibration) ? Doubt::prior_carries : Doubt::none;
}

void end_session(Calibration& calibration) {
  calibration.recent.clear();
  calibration.fresh = 0;
  if (!calibration.session) return;
  close_comparison(calibration);
  calibration.session.reset();
  if (calibration.unfitted > 0) {
    calibration = refitted(std::move(calibration));
  } else {
    calibration.doubt = doubt_about(calibration);
  }
}

void take_window(Calibration& calibration, const Now& now) {
  add_window(calibration.windows, window_of(calibration.recent, *calibration.session, now));
  calibration.fresh = 0;
  if (++calibration.unfitted >= windows_per_fit) calibration = refitted(std::move(calibration));
}

void observe_battery(Calibration& calibration, const Tick& before, const Tick& after,
                     const Lengths& lengths) {
  if (!calibration.session) {
    calibration.session = Session{++calibration.last_session, before.now.boot, {}, {}, {}};
  }
  if (lengths.asleep > Duration{0}) {
    close_comparison(calibration);
    calibration.recent.clear();
    calibration.fresh = 0;
    return;
  }
  test_gauge(calibration.gauge, before, after, lengths.awake);
  compare_rate_and_charge(calibration, before, after, lengths.awake);
  const auto span = steady_span(before, after, lengths, calibration.prior.form);
  if (!span || is_disbelieved(calibration.frozen)) {
    calibration.recent.clear();
    calibration.fresh = 0;
    return;
  }
  if (calibration.recent.size() == spans_looked_at) {
    calibration.recent.erase(calibration.recent.begin());
  }
  calibration.recent.push_back(*span);
  ++calibration.fresh;
  if (calibration.fresh >= spans_in_window && steady(calibration.recent)) {
    take_window(calibration, after.now);
  }
}

void observe_mains(Calibration& calibration, const Tick& before, const Tick& after,
                   const Lengths& lengths) {
  if (lengths.asleep > Duration{0}) return;
  const auto features = features_of(before, after, lengths.awake, calibration.prior.form);
  if (!features) return;
  calibration.mains_count = std::min(calibration.mains_count + 1, remembered_mains_spans);
  for (std::size_t i = 0; i < dimension; ++i) {
    calibration.mains_inputs[i] +=
        (features->x[i] - calibration.mains_inputs[i]) / calibration.mains_count;
  }
}

// --- Hardware ------------------------------------------------------------------------------------

// FNV-1a, 64 bits, over texts with their lengths.
class Fingerprint {
 public:
  void add(std::string_view text) {
    add_number(text.size());
    for (const char c : text) add_byte(static_cast<unsigned char>(c));
  }
  void add(const std::optional<std::string>& text) {
    add(std::string_view(text ? *text : std::string_view()));
  }
  void add_number(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) {
      add_byte(static_cast<unsigned char>(number >> shift));
    }
  }
  std::uint64_t value() const { return value_; }

 private:
  void add_byte(unsigned char byte) { value_ = (value_ ^ byte) * 1'099'511'628'211U; }
  std::uint64_t value_ = 14'695'981'039'346'656'037U;
};

bool changed(std::optional<std::uint64_t>& known, const std::optional<std::uint64_t>& told) {
  const bool differs = known && told && *known != *told;
  if (told) known = told;
  return differs;
}

void forget_gauge(Calibration& calibration) {
  calibration.gauge = {};
  calibration.gains.clear();
  calibration.gauge_tells_charge = false;
}

// Back to the prior, with nothing learned.
void forget_all(Calibration& calibration) {
  calibration.belief = belief_from(calibration.prior);
  calibration.belief_carried = false;
  calibration.windows.clear();
  calibration.unfitted = 0;
  calibration.mains_inputs = {};
  calibration.mains_count = 0;
  forget_gauge(calibration);
}

// The fit becomes the belief with a quarter of what the windows said: a covariance four times as
// wide where they decided, and the prior's where they did not.
void doubt_fit(Calibration& calibration) {
  if (!calibration.fit || calibration.windows.empty()) return;
  const Fit& fit = *calibration.fit;
  const auto known = Cholesky::of(fit.covariance_own + fit.covariance_shared);
  const auto prior = Cholesky::of(belief_from(calibration.prior).covariance);
  if (!known || !prior) return;
  const double share = 1 / doubt_after_change;
  const auto precision = Cholesky::of(share * known->inverse() + (1 - share) * prior->inverse());
  if (!precision) return;
  calibration.belief = {fit.weights, precision->inverse()};
  calibration.belief_carried = true;
  calibration.windows.clear();
  calibration.unfitted = 0;
}

}  // namespace

const char* name_of(Doubt doubt) {
  switch (doubt) {
    case Doubt::none:
      return "none";
    case Doubt::too_few_windows:
      return "too_few_windows";
    case Doubt::too_few_load_levels:
      return "too_few_load_levels";
    case Doubt::one_session:
      return "one_session";
    case Doubt::gauge_unchecked:
      return "gauge_unchecked";
    case Doubt::gauge_inconsistent:
      return "gauge_inconsistent";
    case Doubt::poor_prediction:
      return "poor_prediction";
    case Doubt::prior_carries:
      return "prior_carries";
  }
  return "unknown";
}

Hardware hardware_of(const Inventory& inventory) {
  Hardware hardware;
  const Identity& identity = inventory.identity;
  if (identity.model) {
    Fingerprint machine;
    machine.add(identity.manufacturer);
    machine.add(identity.model);
    machine.add(identity.cpu);
    hardware.machine = machine.value();
  }
  if (identity.bios_date) {
    Fingerprint firmware;
    firmware.add(std::string_view(to_iso8601(*identity.bios_date)));
    hardware.firmware = firmware.value();
  }
  if (identity.memory_mib) hardware.memory = static_cast<std::uint64_t>(*identity.memory_mib);
  // A drive that could not be read this once is no other drive.
  if (!inventory.disks.empty() && inventory.faults.empty()) {
    Fingerprint disks;
    for (const Disk& disk : inventory.disks) {
      disks.add(disk.model);
      disks.add(disk.serial);
    }
    hardware.disks = disks.value();
  }
  Fingerprint packs;
  bool any = false;
  for (const Battery& battery : inventory.batteries) {
    if (!battery.present) continue;
    any = true;
    packs.add(battery.model);
    packs.add(battery.serial);
  }
  if (any) hardware.packs = packs.value();
  // Maker and type only: what else an EDID tells may be missing now and there the next time, and a
  // panel of the same type takes the same.
  const std::optional<Panel>& panel = inventory.provision.panel;
  if (panel && panel->maker && panel->product) {
    Fingerprint type;
    type.add(panel->maker);
    type.add_number(static_cast<std::uint64_t>(*panel->product));
    hardware.panel = type.value();
  }
  return hardware;
}

std::optional<double> kappa_of(const GaugeTest& test) {
  if (test.count < 20) return std::nullopt;
  const double spread = test.rate_rate - square(test.rate) / test.count;
  if (spread < 0.5 * test.count) return std::nullopt;  // changes of 0.7 W at least
  return (test.rate_excess - test.rate * test.excess / test.count) / spread;
}

Calibration observed(Calibration calibration, const Tick& before, const Tick& after) {
  const auto lengths = lengths_of(before.now, after.now);
  if (!lengths || calibration.virtual_machine) return interrupted(std::move(calibration));
  calibration.frozen = frozen_after(before, after, calibration.frozen);
  if (on_battery(before, after)) {
    observe_battery(calibration, before, after, *lengths);
    return calibration;
  }
  end_session(calibration);
  if (supply_of(before, after) == Supply::mains) {
    observe_mains(calibration, before, after, *lengths);
  }
  return calibration;
}

Calibration interrupted(Calibration calibration) {
  end_session(calibration);
  calibration.frozen = {};
  return calibration;
}

Calibration with_hardware(Calibration calibration, const Inventory& inventory,
                          const std::vector<ModelPrior>& priors) {
  const Hardware told = hardware_of(inventory);
  const ModelPrior* from_file = prior_for(priors, inventory.identity);
  const Prior prior =
      from_file != nullptr ? from_file->prior : prior_of(form_factor_of(inventory.identity));
  const bool other_prior = !(prior == calibration.prior);
  const bool other_form = prior.form != calibration.prior.form;
  calibration.prior = prior;
  calibration.prior_from_file = from_file != nullptr;
  calibration.virtual_machine = inventory.identity.virtual_machine.value_or(false);

  Hardware& known = calibration.hardware;
  const bool machine = changed(known.machine, told.machine);
  const bool firmware = changed(known.firmware, told.firmware);
  const bool memory = changed(known.memory, told.memory);
  const bool disks = changed(known.disks, told.disks);
  const bool packs = changed(known.packs, told.packs);
  const bool panel = changed(known.panel, told.panel);
  if (machine || other_form) {
    forget_all(calibration);
  } else {
    if (other_prior && !calibration.belief_carried) calibration.belief = belief_from(prior);
    if (firmware || memory || disks || panel) doubt_fit(calibration);
    if (packs) forget_gauge(calibration);
  }
  const bool parts = firmware || memory || disks || packs || panel;
  if (!machine && !other_prior && !parts) return calibration;
  if (calibration.session) restart_comparison(*calibration.session);
  calibration.recent.clear();
  calibration.fresh = 0;
  return refitted(std::move(calibration));
}

Calibration refitted(Calibration calibration) {
  calibration.fit = fitted(calibration.belief, calibration.windows);
  calibration.platform = accepted_platform(calibration.windows);
  calibration.left_out = left_out_error(calibration.belief, calibration.windows);
  calibration.unfitted = 0;
  calibration.doubt = doubt_about(calibration);
  return calibration;
}

PowerModel model_of(const Calibration& calibration) {
  PowerModel model =
      model_from(calibration.prior,
                 calibration.prior_from_file ? ModelOrigin::model_file : ModelOrigin::form_factor);
  const bool gauge_is_wrong = calibration.doubt == Doubt::gauge_inconsistent;
  const bool fit_is_wrong = calibration.doubt == Doubt::poor_prediction;
  if (calibration.fit && !calibration.windows.empty() && !gauge_is_wrong && !fit_is_wrong) {
    const Fit& fit = *calibration.fit;
    model.origin =
        calibration.doubt == Doubt::none ? ModelOrigin::calibrated : ModelOrigin::part_calibrated;
    model.weights = fit.weights;
    model.covariance_own = fit.covariance_own;
    model.covariance_shared = fit.covariance_shared;
    model.residual_w = fit.residual_w;
    model.most_seen = fit.most_seen;
  } else if (calibration.belief_carried) {
    model.origin = ModelOrigin::part_calibrated;
    model.weights = calibration.belief.mean;
    model.covariance_shared = calibration.belief.covariance;
    // Nothing was seen since: no input counts as far above.
    model.most_seen.fill(1e9);
  }
  if (!gauge_is_wrong) model.platform = calibration.platform;
  model.frozen = calibration.frozen;
  model.gauge_load_compensated = kappa_of(calibration.gauge).value_or(0.0) > largest_kappa;
  model.virtual_machine = calibration.virtual_machine;
  return model;
}

}  // namespace wattlife
