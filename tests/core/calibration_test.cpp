// SPDX-License-Identifier: EUPL-1.2
// Which minutes are learned from, what is refused and why, what a change of hardware does.
#include "core/calibration.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <utility>

#include "tests/core/example_laptop.h"

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// Lives `count` minutes and learns from each.
Calibration lived(Calibration calibration, ExampleLaptop& laptop, int count,
                  const std::function<void(Tick&)>& change = {}) {
  const auto changed = [&](Tick tick) {
    if (change) change(tick);
    return tick;
  };
  Tick before = changed(laptop.tick());
  for (int i = 0; i < count; ++i) {
    const Tick after = changed(laptop.minute());
    calibration = observed(std::move(calibration), before, after);
    before = after;
  }
  return calibration;
}

// Four sessions of an hour and a half on battery, with mains and another brightness between.
Calibration lived_four_sessions(ExampleLaptop& laptop) {
  Calibration calibration;
  for (const double brightness : {0.3, 0.6, 0.9, 0.5}) {
    laptop.brightness = brightness;
    laptop.unplug(60'000);
    calibration = lived(std::move(calibration), laptop, 90);
    laptop.mains = true;
    calibration = lived(std::move(calibration), laptop, 30);
  }
  return calibration;
}

TEST(Calibration, four_sessions_make_a_model_that_can_be_relied_on) {
  ExampleLaptop laptop(1);
  const Calibration calibration = lived_four_sessions(laptop);
  EXPECT_EQ(calibration.doubt, Doubt::none) << name_of(calibration.doubt);
  EXPECT_GE(calibration.windows.size(), least_windows);
  EXPECT_LT(calibration.left_out.value_or(1), 0.05);
  const PowerModel model = model_of(calibration);
  EXPECT_EQ(model.origin, ModelOrigin::calibrated);
  EXPECT_NEAR(model.weights[package_input], 1.12, 0.06);
  Vector x{1, 5, 1, 0.6, 0.05, 0, 0};
  // The truth has the panel's electronics in its base.
  EXPECT_NEAR(dot(model.weights, x), 3.2 + 1.12 * 5 + 2.6 * 0.6 + 0.05, 0.3);
  EXPECT_LT(quadratic(model.covariance_own + model.covariance_shared, x), 0.2 * 0.2);
}

TEST(Calibration, is_the_same_for_the_same_ticks) {
  ExampleLaptop first(2);
  ExampleLaptop again(2);
  EXPECT_EQ(lived_four_sessions(first), lived_four_sessions(again));
}

TEST(Calibration, why_it_is_not_relied_upon_yet) {
  ExampleLaptop laptop(3);
  Calibration calibration = lived({}, laptop, 10);
  EXPECT_EQ(calibration.doubt, Doubt::too_few_windows);
  EXPECT_NE(model_of(calibration).origin, ModelOrigin::calibrated);

  ExampleLaptop idle(4);
  idle.mean_load_s = 1e9;
  EXPECT_EQ(interrupted(lived({}, idle, 90)).doubt, Doubt::too_few_load_levels);

  ExampleLaptop one(5);
  EXPECT_EQ(interrupted(lived({}, one, 300)).doubt, Doubt::one_session);

  ExampleLaptop wrong(6, {0, 30, 8, 10, 1.25});
  calibration = lived_four_sessions(wrong);
  EXPECT_EQ(calibration.doubt, Doubt::gauge_inconsistent);
  EXPECT_EQ(model_of(calibration).origin, ModelOrigin::form_factor)
      << "a gauge that is wrong teaches nothing";
}

TEST(Calibration, a_gauge_that_was_never_compared_with_its_charge_is_doubted) {
  ExampleLaptop laptop(7);
  Calibration calibration;
  for (int session = 0; session < 12; ++session) {
    laptop.mains = false;
    calibration = lived(std::move(calibration), laptop, 25);
    laptop.mains = true;
    calibration = lived(std::move(calibration), laptop, 5);
  }
  EXPECT_EQ(calibration.doubt, Doubt::gauge_unchecked);
  ExampleLaptop silent(7);
  calibration = {};
  const auto hide_charge = [](Tick& tick) { tick.reading.batteries[0].now.reset(); };
  for (int session = 0; session < 12; ++session) {
    silent.mains = false;
    calibration = lived(std::move(calibration), silent, 25, hide_charge);
    silent.mains = true;
    calibration = lived(std::move(calibration), silent, 5, hide_charge);
  }
  EXPECT_EQ(calibration.doubt, Doubt::none) << "there is no charge to compare with";
}

TEST(Calibration, work_on_mains_that_was_never_seen_on_battery_is_doubted) {
  ExampleLaptop laptop(8);
  const auto graphics = [](Tick& tick) {
    const bool mains = tick.reading.adapters[0].online == true;
    tick.reading.gpus = {{"card1", mains, mains ? std::optional(watts(40)) : std::nullopt}};
  };
  Calibration calibration;
  for (int session = 0; session < 4; ++session) {
    laptop.unplug(60'000);
    calibration = lived(std::move(calibration), laptop, 90, graphics);
    laptop.mains = true;
    calibration = lived(std::move(calibration), laptop, 60, graphics);
  }
  calibration = refitted(std::move(calibration));
  EXPECT_EQ(calibration.doubt, Doubt::prior_carries);
}

// --- Which minutes -------------------------------------------------------------------------------

struct Spoiled {
  const char* name;
  std::function<void(Tick&)> spoil;
};

TEST(Calibration, minutes_that_teach_nothing) {
  const Spoiled cases[] = {
      {"charging", [](Tick& t) { t.reading.batteries[0].status = BatteryStatus::charging; }},
      {"no rate", [](Tick& t) { t.reading.batteries[0].power.reset(); }},
      {"no package counter", [](Tick& t) { t.reading.counters.clear(); }},
      {"nearly empty", [](Tick& t) { t.reading.batteries[0].now = milliwatt_hours(6'000); }},
      {"full", [](Tick& t) { t.reading.batteries[0].now = milliwatt_hours(65'900); }},
      {"frozen gauge", [](Tick& t) { t.reading.batteries[0].power = watts(-9); }},
      {"a rate of nothing", [](Tick& t) { t.reading.batteries[0].power = Power{-400}; }},
      {"graphics awake and unreadable",
       [](Tick& t) {
         t.reading.gpus = {{"card1", true, std::nullopt}};
       }},
      {"a second pack that charges",
       [](Tick& t) {
         t.reading.batteries.push_back(t.reading.batteries[0]);
         t.reading.batteries[1].status = BatteryStatus::unknown;
         t.reading.batteries[1].power = watts(3);
       }},
      {"an external supply", [](Tick& t) { t.reading.adapters[0].online = true; }},
      {"brightness that changes",
       [](Tick& t) {
         const auto minute = t.now.boot.since_boot / minutes(1);
         t.reading.activity.brightness = Ratio{minute % 2 == 0 ? 500 : 600};
       }},
      {"the panel goes on and off",
       [](Tick& t) {
         const auto minute = t.now.boot.since_boot / minutes(2);
         t.reading.activity.panel_on = minute % 2 == 0;
       }},
  };
  ExampleLaptop fine(9);
  EXPECT_GE(lived({}, fine, 120).windows.size(), 15U);
  for (const Spoiled& c : cases) {
    SCOPED_TRACE(c.name);
    ExampleLaptop laptop(9);
    EXPECT_TRUE(lived({}, laptop, 120, c.spoil).windows.empty());
  }
}

TEST(Calibration, a_load_that_jumps_every_minute_teaches_nothing) {
  ExampleLaptop laptop(10);
  Calibration calibration;
  Tick before = laptop.tick();
  std::int64_t extra_uj = 0;
  for (int i = 0; i < 120; ++i) {
    Tick after = laptop.minute();
    if (i % 2 == 0) extra_uj += 600'000'000;  // 10 W in every second minute
    after.reading.counters[0].energy_uj += extra_uj;
    calibration = observed(std::move(calibration), before, after);
    before = after;
  }
  EXPECT_TRUE(calibration.windows.empty());
}

TEST(Calibration, after_sleep_and_after_unplugging_four_spans_have_to_pass) {
  ExampleLaptop laptop(11);
  laptop.mean_load_s = 1e9;
  const auto spans_until_window = [&](Calibration calibration, Tick before) {
    const std::size_t had = calibration.windows.size();
    for (int i = 1; i < 20; ++i) {
      const Tick after = laptop.minute();
      calibration = observed(std::move(calibration), before, after);
      before = after;
      if (calibration.windows.size() > had) return i;
    }
    return 0;
  };
  laptop.minute();
  EXPECT_EQ(spans_until_window({}, laptop.tick()), 4);
  Calibration calibration = lived({}, laptop, 12);
  const Tick asleep = laptop.tick();
  laptop.sleep(hours(1));
  EXPECT_EQ(spans_until_window(calibration, asleep), 5) << "the span with the sleep, and four";
}

TEST(Calibration, a_second_pack_that_rests_does_not_hinder) {
  ExampleLaptop laptop(12);
  const auto second = [](Tick& tick) {
    Battery rests = tick.reading.batteries[0];
    rests.name = "BAT1";
    rests.status = BatteryStatus::not_charging;
    rests.power = Power{};
    tick.reading.batteries.push_back(rests);
  };
  EXPECT_GE(lived({}, laptop, 120, second).windows.size(), 15U);
}

TEST(Calibration, the_store_of_windows_is_bounded) {
  ExampleLaptop laptop(13);
  Calibration calibration;
  for (int day = 0; day < 12; ++day) {
    laptop.unplug(60'000);
    calibration = lived(std::move(calibration), laptop, 240);
  }
  EXPECT_EQ(calibration.windows.size(), most_windows);
  EXPECT_LE(calibration.recent.size(), 4U);
  EXPECT_LE(calibration.gains.size(), most_gains);
}

// --- The platform counter ------------------------------------------------------------------------

TEST(Calibration, a_platform_counter_is_used_only_after_it_proved_itself) {
  ExampleLaptop laptop(14);
  laptop.platform_counter = true;
  Calibration calibration = lived({}, laptop, 30);
  EXPECT_FALSE(model_of(calibration).platform) << "too early";
  calibration = interrupted(lived(std::move(calibration), laptop, 240));
  const auto platform = model_of(calibration).platform;
  ASSERT_TRUE(platform);
  EXPECT_NEAR(platform->slope, 1.05, 0.05);
  ExampleLaptop constant(14);
  constant.platform_counter = true;
  const auto stuck = [](Tick& tick) {
    tick.reading.counters[1].energy_uj = tick.now.boot.since_boot.count() * 5'000;  // 5 W for ever
  };
  EXPECT_FALSE(model_of(interrupted(lived({}, constant, 270, stuck))).platform);
}

// --- Hardware ------------------------------------------------------------------------------------

Inventory machine() {
  Inventory inventory;
  inventory.identity.manufacturer = "LENOVO";
  inventory.identity.model = "ThinkPad T480";
  inventory.identity.chassis = "Notebook";
  inventory.identity.bios_date = *day_from_iso8601("2024-03-04");
  inventory.identity.memory_mib = 16'384;
  Disk disk;
  disk.name = "nvme0";
  disk.model = "SAMSUNG";
  disk.serial = "S-1";
  inventory.disks = {disk};
  Battery pack;
  pack.name = "BAT0";
  pack.serial = "B-1";
  inventory.batteries = {pack};
  inventory.provision.panel = Panel{"LGD", 0x05E5, {}, {}, {}, {}};
  return inventory;
}

TEST(Calibration, a_panel_that_was_never_told_before_is_no_other_panel) {
  Inventory silent = machine();
  silent.provision.panel.reset();
  ExampleLaptop laptop(15);
  const Calibration learned = with_hardware(lived_four_sessions(laptop), silent, {});
  const Calibration told = with_hardware(learned, machine(), {});
  EXPECT_FALSE(told.windows.empty());
  Inventory other = machine();
  other.provision.panel->product = 0x1234;
  EXPECT_TRUE(with_hardware(told, other, {}).windows.empty()) << "from then on it is known";
}

TEST(Calibration, changes_of_hardware) {
  struct Case {
    const char* name;
    std::function<void(Inventory&)> change;
    bool windows_stay;
    bool gains_stay;
    bool fit_is_believed;  // no longer as a fit, but as what is believed
  };
  const Case cases[] = {
      {"nothing", [](Inventory&) {}, true, true, false},
      {"firmware", [](Inventory& i) { *i.identity.bios_date += std::chrono::days(90); }, false,
       true, true},
      {"memory", [](Inventory& i) { i.identity.memory_mib = 32'768; }, false, true, true},
      {"drive", [](Inventory& i) { i.disks[0].serial = "S-2"; }, false, true, true},
      {"pack", [](Inventory& i) { i.batteries[0].serial = "B-2"; }, true, false, false},
      {"memory not told", [](Inventory& i) { i.identity.memory_mib.reset(); }, true, true, false},
      {"panel", [](Inventory& i) { i.provision.panel->product = 0x1234; }, false, true, true},
      {"panel of another maker", [](Inventory& i) { i.provision.panel->maker = "BOE"; }, false,
       true, true},
      {"panel not told", [](Inventory& i) { i.provision.panel.reset(); }, true, true, false},
      {"panel told in part", [](Inventory& i) { i.provision.panel->product.reset(); }, true, true,
       false},
      {"panel of which more is told than before",
       [](Inventory& i) { i.provision.panel->diagonal_mm = 355; }, true, true, false},
      {"no drive told", [](Inventory& i) { i.disks.clear(); }, true, true, false},
      {"a drive that could not be read",
       [](Inventory& i) {
         i.disks[0].serial.reset();
         i.faults = {{"nvme0", Cause::busy}};
       },
       true, true, false},
      {"another machine", [](Inventory& i) { i.identity.model = "ThinkPad T14"; }, false, false,
       false},
  };
  ExampleLaptop laptop(15);
  const Calibration learned = with_hardware(lived_four_sessions(laptop), machine(), {});
  ASSERT_EQ(learned.doubt, Doubt::none);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Inventory inventory = machine();
    c.change(inventory);
    const Calibration after = with_hardware(learned, inventory, {});
    EXPECT_EQ(!after.windows.empty(), c.windows_stay);
    EXPECT_EQ(!after.gains.empty(), c.gains_stay);
    EXPECT_EQ(after.belief_carried, c.fit_is_believed);
    const PowerModel model = model_of(after);
    if (!c.windows_stay) {
      EXPECT_NE(model.origin, ModelOrigin::calibrated);
    }
    if (c.fit_is_believed) {
      EXPECT_EQ(model.weights, learned.fit->weights);
      const Vector x{1, 4, 1, 0.5, 0, 0, 0};
      const double before =
          quadratic(learned.fit->covariance_own + learned.fit->covariance_shared, x);
      EXPECT_GT(quadratic(model.covariance_shared, x), 2 * before);
      EXPECT_LE(quadratic(model.covariance_shared, x), 4.001 * before);
    }
  }
}

TEST(Calibration, a_prior_of_the_file_goes_before_the_form_and_after_the_device) {
  ModelPrior prior{"LENOVO", "ThinkPad T480", prior_of(FormFactor::laptop_14)};
  prior.prior.mean[awake_input] = 2.7;
  prior.prior.deviation[awake_input] = 0.2;
  Calibration calibration = with_hardware({}, machine(), {prior});
  EXPECT_EQ(model_of(calibration).origin, ModelOrigin::model_file);
  EXPECT_EQ(model_of(calibration).weights[awake_input], 2.7);
  EXPECT_EQ(model_of(with_hardware(calibration, machine(), {})).origin, ModelOrigin::form_factor)
      << "the file is gone";
  ExampleLaptop laptop(16);
  const Calibration learned = with_hardware(lived_four_sessions(laptop), machine(), {prior});
  EXPECT_EQ(model_of(learned).origin, ModelOrigin::calibrated);
}

TEST(Calibration, a_guest_has_no_power_of_its_own) {
  Inventory guest = machine();
  guest.identity.virtual_machine = true;
  ExampleLaptop laptop(17);
  const Calibration calibration = lived(with_hardware({}, guest, {}), laptop, 120);
  EXPECT_TRUE(calibration.windows.empty());
  EXPECT_TRUE(model_of(calibration).virtual_machine);
}

// --- Traps ---------------------------------------------------------------------------------------

TEST(Traps, Trap29_on_mains_and_not_charging_the_gauge_knows_nothing_and_nothing_is_learned) {
  ExampleLaptop laptop(20);
  laptop.mains = true;
  const Calibration calibration = lived({}, laptop, 120);
  EXPECT_TRUE(calibration.windows.empty());
  EXPECT_EQ(calibration.gauge, GaugeTest{});
  EXPECT_EQ(laptop.tick().reading.batteries[0].status, BatteryStatus::not_charging);
  EXPECT_EQ(power_into_packs(laptop.tick().reading), Power{});
}

TEST(Traps, Trap30_a_weak_adapter_with_a_discharging_pack_teaches_nothing) {
  ExampleLaptop laptop(21);
  const auto weak = [](Tick& tick) {
    tick.reading.adapters = {{"ucsi-source-psy", true, watts(30)}};
  };
  const Calibration calibration = lived({}, laptop, 120, weak);
  EXPECT_EQ(laptop.tick().reading.batteries[0].status, BatteryStatus::discharging);
  EXPECT_TRUE(calibration.windows.empty());
  EXPECT_FALSE(calibration.session);
}

// Slope of `y` on `x`.
double slope_of(const std::vector<std::pair<double, double>>& points) {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (const auto& [a, b] : points) n += 1, x += a, y += b, xx += a * a, xy += a * b;
  return (xy - x * y / n) / (xx - x * x / n);
}

TEST(Traps, Trap35_a_charge_that_is_predicted_from_the_load_is_no_target_and_steady_rates_are) {
  ExampleLaptop laptop(22, {30, 30, 8, 10, 1.0});
  laptop.mean_load_s = 90;
  ModelPrior prior{"", "ThinkPad T480", prior_of(FormFactor::laptop_14)};
  prior.prior.mean[package_input] = 1.5;  // far off, so that the fit has to do it
  prior.prior.deviation[package_input] = 0.5;
  Calibration calibration = with_hardware({}, machine(), {prior});
  std::vector<std::pair<double, double>> differences;
  bool rose = false;
  for (int session = 0; session < 8; ++session) {
    laptop.unplug(60'000);
    Tick before = laptop.minute();
    for (int i = 0; i < 120; ++i) {
      const Tick after = laptop.minute();
      const auto package = counter_energy(before, after, Boundary::cpu, minutes(1));
      const auto fall = gauge_fall(before, after);
      rose = rose || *fall < Energy{};
      differences.emplace_back(in_joules(*package) / 60, in_joules(*fall) / 60);
      calibration = observed(std::move(calibration), before, after);
      before = after;
    }
    laptop.mains = true;
    calibration = lived(std::move(calibration), laptop, 10);
  }
  EXPECT_TRUE(rose) << "the trap is not there: the charge never rose while discharging";
  EXPECT_GT(slope_of(differences), 1.3) << "the trap is not there: differences would do";
  EXPECT_GT(kappa_of(calibration.gauge).value_or(0), largest_kappa);
  EXPECT_TRUE(model_of(calibration).gauge_load_compensated);
  EXPECT_GE(calibration.windows.size(), least_windows);
  EXPECT_NEAR(calibration.fit->weights[package_input], 1.12, 0.05);
}

}  // namespace
}  // namespace wattlife
