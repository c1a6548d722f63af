// SPDX-License-Identifier: EUPL-1.2
// A laptop for tests, whose true power follows the model exactly, second by second, and whose gauge
// errs as told: smoothing, refresh, steps, and a charge that is predicted again with the load.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/span.h"

namespace wattlife {

struct ExampleGauge {
  double kappa_mwh_per_w = 0;  // remaining charge falls by this with each watt of load
  double smoothing_s = 30;
  int refresh_s = 8;
  double step_mwh = 10;
  double rate_gain = 1.0;  // reported rate over the true one
};

class ExampleLaptop {
 public:
  // W awake, W/W package, W backlight at full, W of everything else at work.
  double base = 3.2;
  double package = 1.12;
  double backlight = 2.6;
  double activity = 0.9;
  double shift_on_mains = 0.5;
  double brightness = 0.6;
  double noise_w = 0.3;
  double mean_load_s = 400;  // how long one load lasts
  bool mains = false;
  double charge_mwh = 60'000;
  double full_mwh = 66'000;
  bool platform_counter = false;
  double true_j = 0;  // system energy awake so far
  std::string pack_serial = "1";

  explicit ExampleLaptop(unsigned seed, ExampleGauge gauge = {})
      : gauge_(gauge), chance_(seed), utc_(*utc_from_iso8601("2026-11-23T08:00:00Z")) {}

  // Lives for a minute; the tick at its end.
  Tick minute() {
    for (int second = 0; second < 60; ++second) live_a_second();
    return tick();
  }
  Tick tick() const { return {{BootTime{boot_}, AwakeTime{awake_}, utc_}, reading()}; }

  void sleep(Duration time, double power_w = 0.6) {
    boot_ += time;
    utc_ += time;
    const double s = static_cast<double>(time.count()) / 1000.0;
    if (!mains) charge_mwh -= power_w * s / 3.6;
    refresh();
  }
  // Off and on again; the wall clock goes on.
  void reboot(Duration off) {
    utc_ += off;
    boot_ = awake_ = std::chrono::seconds(40);
    package_uj_ = platform_uj_ = 0;
  }
  // Goes on battery with this charge.
  void unplug(double mwh) {
    mains = false;
    charge_mwh = mwh;
    refresh();
  }
  void set_clock(Duration by) { utc_ += by; }
  double load_w() const { return power_w_; }

 private:
  double uniform() { return std::uniform_real_distribution<double>(0, 1)(chance_); }

  void live_a_second() {
    if (left_s_ <= 0) {
      const double loads[] = {1.2, 1.5, 2.0, 2.5, 4.0, 8.0, 14.0};
      load_ = loads[chance_() % 7];
      left_s_ = 5 - mean_load_s * std::log(1 - uniform());
    }
    --left_s_;
    const double noise = noise_w * (uniform() + uniform() + uniform() - 1.5) * 2;
    package_w_ = std::max(0.6, package_w_ + (load_ - package_w_) * 0.3 + noise * 0.5);
    if (chance_() % 50 == 0) busy_ = std::pow(uniform(), 3);
    power_w_ = base + package * package_w_ + backlight * brightness + activity * busy_ +
               (mains ? shift_on_mains : 0.0) + noise;
    true_j += power_w_;
    package_uj_ += package_w_ * 1e6;
    platform_uj_ += power_w_ / 1.05 * 1e6;
    disk_ms_ += busy_ * 1000;
    if (!mains) charge_mwh -= power_w_ / 3.6;
    smooth_w_ += (power_w_ - smooth_w_) / gauge_.smoothing_s;
    slow_w_ += (power_w_ - slow_w_) / 60.0;
    boot_ += std::chrono::seconds(1);
    awake_ += std::chrono::seconds(1);
    utc_ += std::chrono::seconds(1);
    if (++since_refresh_ >= gauge_.refresh_s) refresh();
  }

  void refresh() {
    since_refresh_ = 0;
    const double charge = charge_mwh - gauge_.kappa_mwh_per_w * slow_w_;
    shown_mwh_ = std::floor(charge / gauge_.step_mwh) * gauge_.step_mwh;
    shown_w_ = smooth_w_ * gauge_.rate_gain;
  }

  PowerReading reading() const {
    PowerReading reading;
    Battery pack;
    pack.name = "BAT0";
    pack.serial = pack_serial;
    pack.status = mains ? BatteryStatus::not_charging : BatteryStatus::discharging;
    pack.full = milliwatt_hours(static_cast<std::int64_t>(full_mwh));
    pack.now = milliwatt_hours(static_cast<std::int64_t>(shown_mwh_));
    pack.power = Power{mains ? 0 : -std::llround(shown_w_ * 1000)};
    pack.voltage = Voltage{11'400};
    reading.batteries = {pack};
    reading.adapters = {{"AC", mains}};
    const auto package_uj = static_cast<std::int64_t>(package_uj_);
    reading.counters = {{"package-0", Boundary::cpu, package_uj, 262'143'328'850}};
    if (platform_counter) {
      const auto platform_uj = static_cast<std::int64_t>(platform_uj_);
      reading.counters.push_back({"psys", Boundary::psys, platform_uj, 262'143'328'850});
    }
    reading.activity.panel_on = true;
    reading.activity.brightness = Ratio{std::llround(brightness * 1000)};
    reading.activity.disk_busy_ms = static_cast<std::int64_t>(disk_ms_);
    reading.activity.network_bytes = 0;
    return reading;
  }

  ExampleGauge gauge_;
  std::mt19937 chance_;
  UtcTime utc_;
  Duration boot_ = std::chrono::minutes(3);
  Duration awake_ = std::chrono::minutes(3);
  double load_ = 2;
  double left_s_ = 0;
  double package_w_ = 2;
  double busy_ = 0.1;
  double power_w_ = 8;
  double smooth_w_ = 8;
  double slow_w_ = 8;
  double shown_w_ = 8;
  double shown_mwh_ = 60'000;
  int since_refresh_ = 0;
  double package_uj_ = 0;
  double platform_uj_ = 0;
  double disk_ms_ = 0;
};

}  // namespace wattlife
