// SPDX-License-Identifier: EUPL-1.2
// A laptop whose true energy is known: it lives a working month and tells what a sampler would read
// from it, once a minute, and beside that what it really used. Estimators are judged against it.
//
// On purpose its law of power is not the estimator's: the panel is not linear in its setting, a fan
// switches with temperature, losses grow with the square of the load, the gauge has a gain error,
// steps, smoothing and (on some) remaining charge that is predicted again with the load, and on
// mains the firmware saves less. Where the shapes come from: docs/measurement-calibration.md.
//
// Units: watt, joule, second, milliwatt-hour, degree Celsius. Pure: the same spec and days give the
// same ticks.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/energy.h"
#include "core/reading.h"
#include "core/time.h"
#include "tools/dice.h"

namespace wattlife {

// What a pack is, and how its gauge errs.
struct PackSpec {
  double design_mwh = 50'000;
  double full_mwh = 45'000;
  double step_mwh = 10;            // the gauge reports multiples of it
  double rate_gain = 1.0;          // reported power over true power
  double charge_gain = 1.0;        // reported charge over true charge
  double smoothing_s = 30;         // the rate is an exponential mean over this time
  double refresh_s = 10;           // and is refreshed this often, as all fields are
  double predicted_mwh_per_w = 0;  // remaining charge falls by this with each watt of load
  double charge_w = 40;            // most that it takes
  double stored_share = 0.97;      // of what goes in, what can come out
  double limit = 1.0;              // the firmware stops charging here
};

struct LaptopSpec {
  std::uint64_t seed = 1;  // of everything that happens to it
  double inch = 14.0;

  // Board: awake, without package, panel, fan, drive and network.
  double base_w = 1.9;
  double package_gain = 1.1;      // losses on the way to the package, linear part
  double package_square = 0.004;  // per W: losses that grow with the load
  double mains_shift_w = 0.5;     // on mains the firmware saves less, or more
  double docked_w = 0.2;          // keyboard, mouse and network of the desk
  double wander_w = 0.2;          // what nothing explains: slow and random

  double panel_w = 0.9;  // panel electronics
  double backlight_w = 2.5;
  double panel_gamma = 1.5;  // light over setting

  double warmth_c_per_w = 2.6;  // degrees above the room at rest, for each watt
  double warmth_s = 400;
  double fan_on_c = 54;
  double fan_off_c = 46;
  double fan_w = 0.8;

  double package_idle_w = 0.9;
  double package_peak_w = 20;
  double package_curve = 0.75;  // power over utilisation: rises steeply at first
  double tdp_w = 15;            // what the box of the processor says
  int processors = 8;

  double gpu_w = 0;  // discrete graphics at work; 0: there is none
  double disk_w = 1.0;
  double network_w = 0.8;  // at 100 Mbit/s and above

  std::vector<PackSpec> packs;
  double charger_efficiency = 0.95;
  double adapter_rated_w = 65;
  double adapter_offset = 0;      // against the usual efficiency
  double adapter_low_offset = 0;  // more of it towards no load
  double sleep_w = 0.6;
  double sleep_mains_w = 0.8;

  // What the system tells of all this.
  bool tells_package = true;
  bool tells_panel = true;
  bool tells_brightness = true;
  bool tells_rated = true;
  bool tells_disk = true;
  bool tells_network = true;
  bool tells_gpu_power = true;
  bool tells_inch = true;  // in the name of its model
  Os os = Os::linux_os;

  // What its owner does.
  double office_share = 0.6;        // of working days; the others at home
  double commute_share = 0.5;       // of office days: works on the train
  double battery_meeting = 0.5;     // share of meetings without a socket
  double battery_at_home = 0.2;     // share of blocks at home without one
  double busy = 1.0;                // how hard it works
  double lid_closed_at_desk = 0.4;  // share of docked blocks with the internal panel off
  double off_at_night = 0.3;
  double asleep_on_battery = 0.2;
  double brightness = 0.6;
};

// A laptop of a government fleet: 12 to 16 inch, with or without discrete graphics, one or two
// packs.
LaptopSpec random_laptop(std::uint64_t seed);

// What a sampler reads rarely: it says that the machine is simulated.
Inventory inventory_of(const LaptopSpec& spec);

// The efficiency of its adapter at `output_w`.
double adapter_efficiency_of(const LaptopSpec& spec, double output_w);

// What really happened since the tick before.
struct Truth {
  double awake_j = 0;  // system DC energy: what the laptop consumed
  double asleep_j = 0;
  double off_j = 0;         // between switching off and on: no sampler can know it
  double awake_wall_j = 0;  // from the socket, charging and losses included
  double asleep_wall_j = 0;
  double off_wall_j = 0;
  double stored_j = 0;  // change of the charge of the packs, true
  friend bool operator==(const Truth&, const Truth&) = default;
};

struct LaptopTick {
  Tick tick;
  Truth truth;
  bool after_boot = false;  // switched on since the tick before
  friend bool operator==(const LaptopTick& a, const LaptopTick& b) {
    return a.tick.now == b.tick.now && a.tick.reading == b.tick.reading && a.truth == b.truth &&
           a.after_boot == b.after_boot;
  }
};

// One stretch of a laptop's life.
struct LaptopBlock {
  enum class Use { off, asleep, awake };
  enum class Work { away, office, call };
  Duration length{0};
  Use use = Use::awake;
  Work work = Work::office;
  bool mains = true;
  bool docked = false;
  bool panel_on = true;
};

// Working weeks of this owner from midnight of `first` on: commutes on battery, days at the desk
// and at home, meetings, lunch, nights asleep or off, weekends.
std::vector<LaptopBlock> working_days(const LaptopSpec& spec, UtcDay first, int days);

class Laptop {
 public:
  // Lives `blocks` from `begin` on; ticks are on whole minutes of its boot clock and after waking
  // up.
  Laptop(const LaptopSpec& spec, UtcTime begin, std::vector<LaptopBlock> blocks);

  // The next tick; empty when the blocks are over.
  std::optional<LaptopTick> next();

 private:
  struct PackState {
    double stored_mwh = 0;
    double power_w = 0;     // into it, now
    double smoothed_w = 0;  // the exponential mean
    double slow_w = 0;      // a slower one, which the prediction of charge follows
    double shown_w = 0;     // as of the last refresh
    double shown_mwh = 0;
    double since_refresh_s = 0;
    bool charging = false;
  };
  enum class Mode { idle, office, call, heavy };

  bool enter_block();
  void step(Duration length);
  void run_awake(double s);
  void run_resting(double s, LaptopBlock::Use use);
  void choose_mode();
  void work(double s);
  double system_power_w(double s);
  double run_packs(double load_w, bool mains, double s);
  void charge_packs(double room_w, double s);
  void discharge_packs(double load_w, double s);
  void refresh_gauges(double s);
  bool on_mains() const;
  double stored_share() const;
  LaptopTick tick_now();
  PowerReading reading() const;
  void append_batteries(PowerReading& reading) const;

  LaptopSpec spec_;
  std::vector<LaptopBlock> blocks_;
  Dice dice_;
  Now now_;
  std::size_t block_ = 0;
  Duration left_{0};          // of the block
  Duration until_minute_{0};  // until the owner does something else, perhaps
  bool entered_ = false;
  bool tick_due_ = false;
  bool after_boot_ = true;
  bool socket_found_ = false;  // in a block on battery, when the charge ended
  Mode mode_ = Mode::office;
  double idle_s_ = 0;
  double burst_s_ = 0;
  double restlessness_ = 0;  // logarithm of load over what is usual
  double wander_ = 0;
  double temperature_c_ = 25;
  bool fan_ = false;
  bool panel_on_ = true;
  double brightness_ = 0.6;
  double utilisation_ = 0;
  double package_w_ = 0;
  double gpu_now_w_ = 0;
  double disk_busy_ = 0;
  double network_mbit_ = 0;
  double package_uj_ = 0;
  double busy_ticks_ = 0;
  double total_ticks_ = 0;
  double disk_ms_ = 0;
  double network_bytes_ = 0;
  std::vector<PackState> packs_;
  Truth truth_;
};

}  // namespace wattlife
