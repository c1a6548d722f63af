// SPDX-License-Identifier: EUPL-1.2
// The model that says what a whole laptop consumes when no sensor does: a weighted sum of what its
// parts did. Seven weights with a covariance; what is believed of them before anything was measured
// depends on the shape of the machine. Pure. Sources: 3-measurement 9.2 and 9.5,
// docs/measurement.md.
//
//   P = t1 awake + t2 package + t3 panel + t4 panel x light + t5 disk + t6 network + t7
//   graphics
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/linear_algebra.h"
#include "core/reading.h"
#include "core/span.h"

namespace wattlife {

// Places in a vector of inputs or weights.
enum Input : std::size_t {
  awake_input,      // 1; weight in W
  package_input,    // W of all processor packages; weight in W/W
  panel_input,      // share of the time that the internal panel was on; weight in W
  backlight_input,  // the same times light, which is brightness 0..1 to the power 1.5; weight in W
  disk_input,       // share of the time that a drive was busy; weight in W
  network_input,    // Mbit/s over 100, at most 1; weight in W
  graphics_input,   // W of discrete graphics; weight in W/W
};

enum class FormFactor { laptop_14, laptop_16, all_in_one, desktop };
const char* name_of(FormFactor form);  // "laptop-14"
std::optional<FormFactor> form_factor_from(std::string_view name);
// By the chassis, and for a laptop by a size in the name of the model ("ThinkPad L15"). A machine
// that does not tell is taken for a laptop of 13 or 14 inch.
FormFactor form_factor_of(const Identity& identity);

// What is believed of the weights: mean and standard deviation, independent of each other.
struct Prior {
  FormFactor form = FormFactor::laptop_14;
  Vector mean{};
  Vector deviation{};
  friend bool operator==(const Prior&, const Prior&) = default;
};
const Prior& prior_of(FormFactor form);

// A prior of one model, from a file of an administrator: laptops of it that were measured well say
// more than the shape. An empty manufacturer fits all.
struct ModelPrior {
  std::string manufacturer;
  std::string model;
  Prior prior;
  friend bool operator==(const ModelPrior&, const ModelPrior&) = default;
};
// The first that fits, or null. Upper and lower case are the same.
const ModelPrior* prior_for(const std::vector<ModelPrior>& priors, const Identity& identity);

// The inputs over one span. What the machine does not tell is stood in for by what is usual, with
// a deviation; an input that was read has none.
struct Features {
  Vector x{};
  Vector deviation{};
  double panel_light = 0;  // of `backlight_input` without the panel's share
  double extra_w = 0;      // of graphics that are awake and cannot be read: 10 +- 8 W
  double extra_deviation_w = 0;
  bool graphics_unreadable = false;
  friend bool operator==(const Features&, const Features&) = default;
};
// Empty when the package counter tells nothing: without it there is no figure.
std::optional<Features> features_of(const Tick& before, const Tick& after, Duration run,
                                    FormFactor form);

// The same where no counter tells what the processor took: how busy it was stands in for that, as
// for a processor that is usual in the form, with a wide deviation. To predict with, never to learn
// from. Empty when nobody tells how busy it was, and when a counter does tell in one of the ticks:
// then the next span has a better figure.
std::optional<Features> features_of_use(const Tick& before, const Tick& after, Duration run,
                                        FormFactor form);

// Where the weights come from.
enum class ModelOrigin {
  form_factor,      // the shape of the machine
  model_file,       // the file of priors per model
  part_calibrated,  // this device, with too little evidence to rely on it
  calibrated,       // this device
};

// A straight line from a platform counter to the laptop's power, fitted and accepted on battery.
struct PlatformFit {
  double slope = 1;
  double intercept_w = 0;
  double deviation_w = 0;
  friend bool operator==(const PlatformFit&, const PlatformFit&) = default;
};

// How readings of one device become power.
struct PowerModel {
  ModelOrigin origin = ModelOrigin::form_factor;
  FormFactor form = FormFactor::laptop_14;
  Vector weights = prior_of(FormFactor::laptop_14).mean;
  // Error of the weights, in the part that windows of this device caused, which is its own, and
  // the part that the prior still carries, which all devices with this prior share.
  Symmetric covariance_own;
  Symmetric covariance_shared;
  double residual_w = 1.0;  // standard deviation of one span around the model
  Vector most_seen{};       // largest inputs in the windows; all zero before there were any
  std::optional<PlatformFit> platform;
  FrozenRate frozen;
  Standstill standstill;
  bool gauge_load_compensated = false;
  bool virtual_machine = false;  // a guest has no power of its own
  friend bool operator==(const PowerModel&, const PowerModel&) = default;
  PowerModel();
};
// The model before anything was learned.
PowerModel model_from(const Prior& prior, ModelOrigin origin);

struct PredictedPower {
  double watts = 0;
  double variance_own_w2 = 0;     // of one span, independent of the next
  double variance_device_w2 = 0;  // the same error in every span of this device, and of no other
  double variance_shared_w2 = 0;  // the same error in every span of every device of its kind
  bool extrapolated = false;      // an input is far above everything that was calibrated on
};
PredictedPower predict(const PowerModel& model, const Features& features, Supply supply);

// On mains the firmware saves less than on battery. It cannot be learned on battery.
inline constexpr double mains_shift_w = 0.5;
inline constexpr double mains_shift_deviation_w = 0.7;
// A laptop on mains mostly stands on a desk and feeds a keyboard, a mouse, a receiver, sometimes a
// bus-powered dock: 0 to 0.5 W. Our assumption, as the shift is.
inline constexpr double desk_w = 0.25;
inline constexpr double desk_deviation_w = 0.2;
// Rate and charge of a gauge disagree by 1 to 3 %, and neither is a reference.
inline constexpr double gauge_gain_deviation = 0.03;

}  // namespace wattlife
