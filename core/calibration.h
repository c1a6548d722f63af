// SPDX-License-Identifier: EUPL-1.2
// A laptop that measures itself: on battery its gauge tells what it consumes, and the power model
// is fitted to that, so that the same model can be trusted on mains. All of it is one value,
// changed by pure functions from tick to tick. Sources: 3-measurement 9.3 to 9.7,
// docs/measurement.md.
//
// What enters a fit is a steady window: two spans on battery, and two before them, with the same
// load, no sleep, no change of supply or packs, a gauge that measured anew, and a charge between
// 10 and 98 %. In such a window smoothing and delay of the gauge do no harm.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/power_fit.h"
#include "core/power_model.h"
#include "core/reading.h"
#include "core/span.h"
#include "core/time.h"

namespace wattlife {

// Why a device is not calibrated (yet).
enum class Doubt {
  none,                 // it is
  too_few_windows,      // fewer than 20
  too_few_load_levels,  // the load was always about the same
  one_session,          // nothing to test against
  gauge_unchecked,      // no half hour on battery in which rate and charge could be compared
  gauge_inconsistent,   // rate and charge of the gauge disagree by more than 8 %
  poor_prediction,      // sessions that were left out are predicted worse than 15 %
  prior_carries,        // on mains it works in a way that was never seen on battery
};
const char* name_of(Doubt doubt);

// What the parts of a machine are, as numbers that differ when the parts do; empty: not told.
struct Hardware {
  std::optional<std::uint64_t> machine;  // maker, model, processor, board
  std::optional<std::uint64_t> firmware;
  std::optional<std::uint64_t> memory;
  std::optional<std::uint64_t> disks;
  std::optional<std::uint64_t> packs;
  std::optional<std::uint64_t> panel;  // the internal one: its maker and type
  friend bool operator==(const Hardware&, const Hardware&) = default;
};
Hardware hardware_of(const Inventory& inventory);

// Is the charge of the gauge re-predicted when the load changes? Sums over spans on battery of the
// change of the rate (W) and of what the charge fell more than the rate says (mWh).
struct GaugeTest {
  double count = 0;
  double rate = 0;
  double excess = 0;
  double rate_rate = 0;
  double rate_excess = 0;
  friend bool operator==(const GaugeTest&, const GaugeTest&) = default;
};
// mWh per W; empty while the rate hardly changed yet.
std::optional<double> kappa_of(const GaugeTest& test);
// Above this (mWh/W) differences of charge over minutes say nothing.
inline constexpr double largest_kappa = 5.0;

// A span that may become part of a window.
struct SteadySpan {
  Vector x{};
  double darkest = 0;  // brightness at its two ends
  double brightest = 0;
  double seconds = 0;
  double rate_w = 0;  // at its end
  std::optional<double> platform_w;
  bool refreshed = false;  // the gauge measured anew
  friend bool operator==(const SteadySpan&, const SteadySpan&) = default;
};

// Contiguous time on battery.
struct Session {
  std::uint32_t number = 0;
  BootTime began;
  // For the comparison of rate and charge; begins anew after sleep.
  Energy by_rate;
  Energy by_charge;
  Duration compared{0};
  friend bool operator==(const Session&, const Session&) = default;
};

struct Calibration {
  // What is kept over a restart.
  Prior prior = prior_of(FormFactor::laptop_14);  // of this form or model, before any window
  bool prior_from_file = false;
  Belief belief = belief_from(prior);  // what the fit starts from: the prior, or an earlier fit
  bool belief_carried = false;         // it is an earlier fit, doubted since the hardware changed
  Hardware hardware;
  bool virtual_machine = false;
  std::vector<SteadyWindow> windows;
  std::uint32_t last_session = 0;
  GaugeTest gauge;
  bool gauge_tells_charge = false;
  std::vector<float> gains;  // rate over charge, of the last sessions
  Vector mains_inputs{};     // mean inputs on mains
  double mains_count = 0;

  // What follows from the above.
  std::optional<Fit> fit;
  std::optional<PlatformFit> platform;
  std::optional<double> left_out;  // error of sessions that were left out, as a share
  Doubt doubt = Doubt::too_few_windows;

  // What a restart forgets.
  std::size_t unfitted = 0;  // windows since the last fit
  std::optional<Session> session;
  std::vector<SteadySpan> recent;  // at most four
  std::size_t fresh = 0;           // of those, how many are in no window yet
  FrozenRate frozen;

  friend bool operator==(const Calibration&, const Calibration&) = default;
};

// Takes in the span between two ticks of one run of the machine.
Calibration observed(Calibration calibration, const Tick& before, const Tick& after);
// The machine was restarted, or was not watched: what was open is not continued.
Calibration interrupted(Calibration calibration);

// Takes in what the machine is. Another machine: nothing that was learned holds. Other firmware,
// memory, drives or panel: the fit becomes what is believed, with a covariance four times as wide,
// and the windows go. Other packs: the fit stays, the checks of the gauge begin anew. What the
// inventory does not tell counts as unchanged.
Calibration with_hardware(Calibration calibration, const Inventory& inventory,
                          const std::vector<ModelPrior>& priors);

// Fits anew; after reading a calibration from bytes, and when windows were added.
Calibration refitted(Calibration calibration);

// The model to explain the next span with.
PowerModel model_of(const Calibration& calibration);

inline constexpr std::size_t least_windows = 20;
inline constexpr double largest_left_out_error = 0.15;
inline constexpr std::size_t most_gains = 15;

}  // namespace wattlife
