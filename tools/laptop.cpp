// SPDX-License-Identifier: EUPL-1.2
#include "tools/laptop.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr double rapl_range_uj = 262'143'328'850.0;  // 2^32 units of 61 microjoule
constexpr double joules_per_mwh = 3.6;
constexpr double room_c = 23;
constexpr Duration longest_step = std::chrono::seconds(10);
constexpr Duration sleeping_step = minutes(5);
constexpr double idle_before_dark_s = 600;
// Below this an owner looks for a socket; below the second the firmware hibernates.
constexpr double nearly_empty = 0.08;
constexpr double hibernates = 0.03;
constexpr double off_w = 0.02;

double seconds_of(Duration d) { return static_cast<double>(d.count()) / 1000.0; }

std::string pack_name(const LaptopSpec& spec, std::size_t i) {
  return (spec.os == Os::windows ? "battery" : "BAT") + std::to_string(i);
}

// --- What a laptop is ----------------------------------------------------------------------------

struct Form {
  double inch;
  double base_w;
  double tdp_w;
  double battery_mwh;
  double adapter_w;
  double share;  // of the fleet
};
constexpr Form forms[] = {{12.5, 1.4, 9, 38'000, 45, 0.10},
                          {13.3, 1.6, 15, 50'000, 65, 0.25},
                          {14.0, 1.9, 15, 52'000, 65, 0.40},
                          {15.6, 2.3, 28, 60'000, 65, 0.18},
                          {16.0, 3.4, 45, 85'000, 130, 0.07}};

const Form& random_form(Dice& dice) {
  double left = dice.between(0.0, 1.0);
  for (const Form& form : forms) {
    if (left < form.share) return form;
    left -= form.share;
  }
  return std::end(forms)[-1];
}

PackSpec random_pack(double battery_mwh, Dice& dice) {
  PackSpec pack;
  pack.design_mwh = battery_mwh * dice.between(0.9, 1.1);
  pack.full_mwh = pack.design_mwh * dice.between(0.62, 1.02);
  constexpr double steps[] = {1, 10, 10, 10, 20, 50, 100};
  pack.step_mwh = steps[dice.whole(0, 6)];
  pack.rate_gain = dice.normal(1.0, 0.03);
  pack.charge_gain = pack.rate_gain * dice.normal(1.0, 0.015);
  pack.refresh_s = dice.between(8, 60);
  if (dice.chance(0.4)) pack.predicted_mwh_per_w = dice.between(5, 30);
  pack.charge_w = 0.75 * pack.design_mwh / 1000.0;
  pack.stored_share = dice.between(0.95, 0.985);
  pack.limit = dice.chance(0.3) ? 0.8 : 1.0;
  return pack;
}

void draw_power(LaptopSpec& spec, const Form& form, Dice& dice) {
  spec.inch = form.inch;
  const double area = (form.inch / 14.0) * (form.inch / 14.0);
  spec.base_w = dice.around(form.base_w, 0.3);
  spec.package_gain = dice.normal(1.11, 0.05);
  spec.package_square = dice.between(0.001, 0.006) * 15.0 / form.tdp_w;
  spec.mains_shift_w = dice.normal(0.5, 0.7);
  spec.docked_w = dice.between(0.0, 0.5);
  spec.wander_w = dice.between(0.1, 0.4);
  spec.panel_w = dice.around(0.9, 0.25);
  spec.backlight_w = 2.5 * area * dice.around(1.0, 0.3);
  spec.panel_gamma = dice.between(1.1, 2.0);
  spec.warmth_c_per_w = dice.between(2.0, 3.2) * std::sqrt(15.0 / form.tdp_w);
  spec.warmth_s = dice.between(200, 600);
  spec.fan_on_c = dice.between(50, 60);
  spec.fan_off_c = spec.fan_on_c - dice.between(5, 10);
  spec.fan_w = dice.between(0.3, 1.0);
  spec.package_idle_w = dice.around(0.8, 0.3);
  spec.tdp_w = form.tdp_w;
  spec.package_peak_w = form.tdp_w * dice.between(1.1, 1.5);
  spec.package_curve = dice.between(0.6, 0.9);
  spec.processors = 4 * dice.whole(1, 4);
  spec.gpu_w = form.inch >= 16.0 ? dice.between(6, 20) : 0.0;
  spec.disk_w = dice.around(1.0, 0.5);
  spec.network_w = dice.around(0.8, 0.4);
}

void draw_supply(LaptopSpec& spec, const Form& form, Dice& dice) {
  if (dice.chance(0.08)) {
    spec.packs = {random_pack(24'000, dice), random_pack(24'000, dice)};
    spec.packs[1].limit = spec.packs[0].limit;
  } else {
    spec.packs = {random_pack(form.battery_mwh, dice)};
  }
  spec.charger_efficiency = dice.normal(0.95, 0.015);
  spec.adapter_rated_w = dice.chance(0.2) ? form.adapter_w + 25 : form.adapter_w;
  spec.adapter_offset = dice.normal(0.0, 0.02);
  spec.adapter_low_offset = dice.normal(0.0, 0.03);
  const bool modern = dice.chance(0.6);
  spec.sleep_w = modern ? dice.around(0.6, 0.5) : dice.around(0.4, 0.3);
  spec.sleep_mains_w = spec.sleep_w * dice.between(1.0, 1.8);
}

void draw_tells(LaptopSpec& spec, Dice& dice) {
  spec.tells_package = !dice.chance(0.05);
  spec.tells_panel = !dice.chance(0.15);
  spec.tells_brightness = spec.tells_panel && !dice.chance(0.1);
  spec.tells_rated = !dice.chance(0.5);
  spec.tells_disk = !dice.chance(0.1);
  spec.tells_network = !dice.chance(0.1);
  spec.tells_gpu_power = !dice.chance(0.5);
  spec.tells_inch = dice.chance(0.7);
  spec.os = dice.chance(0.5) ? Os::windows : Os::linux_os;
}

void draw_owner(LaptopSpec& spec, Dice& dice) {
  spec.office_share = dice.between(0.2, 0.9);
  spec.commute_share = dice.chance(0.5) ? dice.between(0.2, 0.9) : 0.0;
  spec.battery_meeting = dice.between(0.1, 0.9);
  spec.battery_at_home = dice.between(0.0, 0.4);
  spec.busy = dice.around(1.0, 0.3);
  spec.lid_closed_at_desk = dice.chance(0.5) ? dice.between(0.3, 1.0) : 0.0;
  spec.off_at_night = dice.between(0.0, 0.7);
  spec.asleep_on_battery = dice.between(0.0, 0.4);
  spec.brightness = dice.between(0.35, 0.95);
}

// --- What a day is -------------------------------------------------------------------------------

using Use = LaptopBlock::Use;
using Work = LaptopBlock::Work;

// Puts blocks one after another, counted in minutes of the local day.
class Diary {
 public:
  Diary(std::vector<LaptopBlock>& blocks, int minute) : blocks_(blocks), minute_(minute) {}
  int minute() const { return minute_; }
  void add(int length, LaptopBlock block) {
    if (length <= 0) return;
    block.length = minutes(length);
    blocks_.push_back(block);
    minute_ += length;
  }
  void rest(int until, Use use, bool mains) {
    add(until - minute_, {Duration{0}, use, Work::away, mains, false, false});
  }

 private:
  std::vector<LaptopBlock>& blocks_;
  int minute_;
};

void work_until(Diary& diary, int end, bool at_office, const LaptopSpec& spec, Dice& dice) {
  while (diary.minute() < end) {
    const bool meeting = dice.chance(0.35);
    const int length = std::min(end - diary.minute(), dice.whole(30, meeting ? 90 : 130));
    LaptopBlock block;
    if (at_office && meeting) {
      block.mains = !dice.chance(spec.battery_meeting);
      block.work = dice.chance(0.5) ? Work::away : Work::office;  // listening, or taking notes
    } else {
      block.work = meeting ? Work::call : Work::office;
      block.mains = at_office || !dice.chance(spec.battery_at_home);
      block.docked = at_office;
      block.panel_on = !(block.docked && dice.chance(spec.lid_closed_at_desk));
    }
    diary.add(length, block);
  }
}

void working_day(std::vector<LaptopBlock>& blocks, const LaptopSpec& spec, Dice& dice) {
  Diary diary(blocks, 0);
  const bool at_office = dice.chance(spec.office_share);
  const bool by_train = at_office && dice.chance(spec.commute_share);
  const bool off = dice.chance(spec.off_at_night);
  const bool night_mains = !dice.chance(spec.asleep_on_battery);
  const LaptopBlock on_train{Duration{0}, Use::awake, Work::office, false, false, true};
  diary.rest(dice.whole(420, 500), off ? Use::off : Use::asleep, night_mains && !by_train);
  if (by_train) {
    diary.add(dice.whole(25, 65), on_train);
    diary.rest(diary.minute() + dice.whole(8, 20), Use::asleep, false);
  }
  work_until(diary, dice.whole(710, 750), at_office, spec, dice);
  const bool lunch_asleep = dice.chance(0.6);
  diary.add(dice.whole(25, 50),
            {Duration{0}, lunch_asleep ? Use::asleep : Use::awake, Work::away, true, false, true});
  work_until(diary, dice.whole(970, 1050), at_office, spec, dice);
  if (by_train) {
    diary.rest(diary.minute() + dice.whole(8, 20), Use::asleep, false);
    diary.add(dice.whole(25, 65), on_train);
  }
  diary.rest(24 * 60, off ? Use::off : Use::asleep, night_mains);
}

}  // namespace

LaptopSpec random_laptop(std::uint64_t seed) {
  Dice dice(seed);
  LaptopSpec spec;
  const Form& form = random_form(dice);
  draw_power(spec, form, dice);
  draw_supply(spec, form, dice);
  draw_tells(spec, dice);
  draw_owner(spec, dice);
  spec.seed = dice.seed();
  return spec;
}

Inventory inventory_of(const LaptopSpec& spec) {
  Inventory inventory;
  inventory.os = spec.os;
  inventory.simulated = true;
  inventory.identity.manufacturer = "Simulated";
  inventory.identity.model =
      "Example" + (spec.tells_inch ? " " + std::to_string(static_cast<int>(spec.inch)) : "");
  inventory.identity.chassis = "Notebook";
  for (std::size_t i = 0; i < spec.packs.size(); ++i) {
    Battery battery;
    battery.name = pack_name(spec, i);
    battery.serial = "S" + std::to_string(i);
    battery.design = milliwatt_hours(std::llround(spec.packs[i].design_mwh));
    battery.full = milliwatt_hours(std::llround(spec.packs[i].full_mwh));
    inventory.batteries.push_back(std::move(battery));
  }
  return inventory;
}

double adapter_efficiency_of(const LaptopSpec& spec, double output_w) {
  const double load = std::max(output_w, 0.1) / spec.adapter_rated_w;
  // Fixed losses of a switched supply, and losses that grow with the current.
  const double usual = load / (load * 1.09 + 0.0145 + 0.03 * load * load);
  const double low = spec.adapter_low_offset * std::exp(-load / 0.08);
  return std::clamp(usual + spec.adapter_offset + low, 0.3, 0.95);
}

std::vector<LaptopBlock> working_days(const LaptopSpec& spec, UtcDay first, int days) {
  Dice dice(spec.seed ^ 0x6b79'7267'656e'6441U);
  const int free_day = dice.whole(0, 9);  // one in two owners has a weekday off
  std::vector<LaptopBlock> blocks;
  for (int i = 0; i < days; ++i) {
    const std::chrono::weekday weekday(first + std::chrono::days(i));
    const bool weekend = weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
    if (weekend || static_cast<int>(weekday.iso_encoding()) - 1 == free_day) {
      const bool off = dice.chance(0.7);
      Diary(blocks, 0).rest(24 * 60, off ? Use::off : Use::asleep, dice.chance(0.5));
    } else {
      working_day(blocks, spec, dice);
    }
  }
  return blocks;
}

// --- How it lives --------------------------------------------------------------------------------

Laptop::Laptop(const LaptopSpec& spec, UtcTime begin, std::vector<LaptopBlock> blocks)
    : spec_(spec), blocks_(std::move(blocks)), dice_(spec.seed) {
  now_.utc = begin;
  now_.boot.since_boot = minutes(5);
  now_.awake.since_boot = minutes(5);
  package_uj_ = dice_.between(0.0, rapl_range_uj);
  brightness_ = spec_.brightness;
  for (const PackSpec& pack : spec_.packs) {
    PackState state;
    state.stored_mwh = pack.full_mwh * pack.limit * dice_.between(0.6, 1.0);
    state.shown_mwh = state.stored_mwh;
    packs_.push_back(state);
  }
}

bool Laptop::on_mains() const { return blocks_[block_].mains || socket_found_; }

double Laptop::stored_share() const {
  double stored = 0;
  double full = 0;
  for (std::size_t i = 0; i < packs_.size(); ++i) {
    stored += packs_[i].stored_mwh;
    full += spec_.packs[i].full_mwh;
  }
  return full > 0 ? stored / full : 0.0;
}

// Begins the block at hand when that has not been done; false when there is none.
bool Laptop::enter_block() {
  while (block_ < blocks_.size() && (!entered_ || left_ <= Duration{0})) {
    if (entered_) {
      const Use was = blocks_[block_].use;
      if (++block_ == blocks_.size()) return false;
      const Use is = blocks_[block_].use;
      if (was == Use::off && is != Use::off) {
        now_.boot.since_boot = std::chrono::seconds(40);  // until the sampler runs
        now_.awake.since_boot = std::chrono::seconds(40);
        package_uj_ = 0;
        busy_ticks_ = total_ticks_ = disk_ms_ = network_bytes_ = 0;
        after_boot_ = true;
      }
      if (is == Use::awake && was != Use::awake) tick_due_ = true;
    }
    entered_ = true;
    left_ = blocks_[block_].length;
    until_minute_ = Duration{0};
    socket_found_ = false;
    if (blocks_[block_].use == Use::awake) {
      brightness_ = std::clamp(
          spec_.brightness + (on_mains() ? 0.05 : -0.15) + dice_.normal(0.0, 0.08), 0.1, 1.0);
    }
  }
  return block_ < blocks_.size();
}

// What the owner does in the coming minute.
void Laptop::choose_mode() {
  until_minute_ = minutes(1);
  const Work work = blocks_[block_].work;
  // Probabilities of leaving for idle, for heavy work, and of coming back.
  const double idle = work == Work::office ? 0.04 : work == Work::away ? 0.15 : 0.01;
  const double heavy = work == Work::office ? 0.01 * spec_.busy : 0.0;
  switch (mode_) {
    case Mode::idle:
      if (dice_.chance(work == Work::away ? 0.05 : 0.2)) mode_ = Mode::office;
      break;
    case Mode::heavy:
      if (dice_.chance(0.2)) mode_ = Mode::office;
      break;
    case Mode::office:
    case Mode::call:
      mode_ = work == Work::call ? Mode::call : Mode::office;
      if (dice_.chance(idle)) mode_ = Mode::idle;
      if (dice_.chance(heavy)) mode_ = Mode::heavy;
      break;
  }
  idle_s_ = mode_ == Mode::idle ? idle_s_ + 60 : 0.0;
  panel_on_ = blocks_[block_].panel_on && idle_s_ < idle_before_dark_s;
  if (dice_.chance(0.01)) brightness_ = std::clamp(brightness_ + dice_.normal(0, 0.15), 0.1, 1.0);
}

// Load of processor, graphics, drive and network over the coming `s` seconds.
void Laptop::work(double s) {
  struct Usual {
    double utilisation;
    double media_w;  // of the package, without processor time: video
    double disk_busy;
    double network_mbit;
  };
  constexpr Usual usual[] = {{0.015, 0.0, 0.005, 0.05},
                             {0.08, 0.3, 0.03, 1.0},
                             {0.2, 1.4, 0.02, 4.0},
                             {0.55, 0.3, 0.15, 3.0}};
  const Usual& now = usual[static_cast<int>(mode_)];
  const double kept = std::exp(-s / 60.0);
  restlessness_ = kept * restlessness_ + std::sqrt(1.0 - kept * kept) * dice_.normal(0.0, 0.6);
  burst_s_ = std::max(0.0, burst_s_ - s);
  if (mode_ == Mode::office && dice_.chance(0.003 * s * spec_.busy)) {
    burst_s_ = dice_.between(8, 50);
  }
  const double factor = spec_.busy * std::exp(restlessness_);
  utilisation_ = burst_s_ > 0 ? dice_.between(0.4, 0.8) : now.utilisation * factor;
  utilisation_ = std::clamp(utilisation_, 0.003, 1.0);
  // The same utilisation costs more or less with what is computed.
  const double kind = std::exp(dice_.normal(0.0, 0.12));
  const double above_idle = (spec_.package_peak_w - spec_.package_idle_w) *
                            std::pow(utilisation_, spec_.package_curve) * kind;
  package_w_ = spec_.package_idle_w + above_idle + now.media_w;
  const bool graphics = spec_.gpu_w > 0 && mode_ == Mode::heavy;
  gpu_now_w_ = graphics ? spec_.gpu_w * dice_.between(0.4, 1.0) : 0.0;
  disk_busy_ = std::clamp(now.disk_busy * std::exp(dice_.normal(0.0, 1.0)), 0.0, 1.0);
  network_mbit_ = std::min(400.0, now.network_mbit * std::exp(dice_.normal(0.0, 1.2)));
}

// The laptop's own law of power; see the top of laptop.h.
double Laptop::system_power_w(double s) {
  const LaptopBlock& block = blocks_[block_];
  const double kept = std::exp(-s / 900.0);
  wander_ = kept * wander_ + std::sqrt(1.0 - kept * kept) * dice_.normal(0.0, spec_.wander_w);
  double power = spec_.base_w + wander_;
  power += spec_.package_gain * package_w_ + spec_.package_square * package_w_ * package_w_;
  if (panel_on_) {
    power += spec_.panel_w + spec_.backlight_w * std::pow(brightness_, spec_.panel_gamma);
  }
  if (fan_) power += spec_.fan_w;
  power += spec_.disk_w * disk_busy_ + spec_.network_w * std::min(1.0, network_mbit_ / 100.0);
  power += 1.12 * gpu_now_w_;
  if (mode_ == Mode::call) power += 0.5;  // camera and loudspeaker
  if (on_mains()) power += spec_.mains_shift_w;
  if (block.docked) power += spec_.docked_w;
  power = std::max(power, 0.8);
  const double rest_c = room_c + spec_.warmth_c_per_w * power;
  temperature_c_ += (rest_c - temperature_c_) * (1.0 - std::exp(-s / spec_.warmth_s));
  fan_ = fan_ ? temperature_c_ > spec_.fan_off_c : temperature_c_ > spec_.fan_on_c;
  return power;
}

// Takes `load_w` from the packs, the last one first, as laptops with two do. Below empty there is
// nothing to take: an owner has found a socket long before.
void Laptop::discharge_packs(double load_w, double s) {
  double left_w = load_w;
  for (std::size_t i = packs_.size(); i-- > 0 && left_w > 0;) {
    PackState& pack = packs_[i];
    const double floor_mwh = i == 0 ? 0.0 : 0.04 * spec_.packs[i].full_mwh;
    const double most_w = std::max(0.0, pack.stored_mwh - floor_mwh) * joules_per_mwh / s;
    const double given_w = std::min(left_w, most_w);
    pack.power_w = -given_w;
    pack.stored_mwh -= given_w * s / joules_per_mwh;
    truth_.stored_j -= given_w * s;
    left_w -= given_w;
  }
}

// One pack charges at a time, with at most `room_w`.
void Laptop::charge_packs(double room_w, double s) {
  bool one_charges = false;
  for (std::size_t i = 0; i < packs_.size(); ++i) {
    PackState& pack = packs_[i];
    const PackSpec& spec = spec_.packs[i];
    const double top_mwh = spec.full_mwh * spec.limit;
    if (pack.stored_mwh < top_mwh - 0.05 * spec.full_mwh) pack.charging = true;
    if (pack.stored_mwh >= top_mwh - 1.0) pack.charging = false;
    if (!pack.charging || one_charges) continue;
    one_charges = true;
    const double share = pack.stored_mwh / spec.full_mwh;
    const double taper = std::clamp((1.02 - share) / 0.2, 0.05, 1.0);
    const double most_w = (top_mwh - pack.stored_mwh) * joules_per_mwh / s / spec.stored_share;
    pack.power_w = std::max(0.0, std::min({spec.charge_w * taper, room_w, most_w}));
    pack.stored_mwh += pack.power_w * s / joules_per_mwh * spec.stored_share;
    truth_.stored_j += pack.power_w * s * spec.stored_share;
  }
}

// Supplies `load_w` for `s` seconds; what the socket gave, in J.
double Laptop::run_packs(double load_w, bool mains, double s) {
  for (PackState& pack : packs_) pack.power_w = 0;
  if (!mains) {
    discharge_packs(load_w, s);
    return 0.0;
  }
  const double room_w = spec_.adapter_rated_w - load_w;
  if (room_w < 0) {
    discharge_packs(-room_w, s);  // a weak adapter
  } else {
    charge_packs(room_w * spec_.charger_efficiency, s);
  }
  double output_w = load_w;
  for (const PackState& pack : packs_) {
    output_w += pack.power_w > 0 ? pack.power_w / spec_.charger_efficiency : pack.power_w;
  }
  return output_w * s / adapter_efficiency_of(spec_, output_w);
}

void Laptop::refresh_gauges(double s) {
  for (std::size_t i = 0; i < packs_.size(); ++i) {
    PackState& pack = packs_[i];
    const PackSpec& spec = spec_.packs[i];
    pack.smoothed_w += (pack.power_w - pack.smoothed_w) * (1.0 - std::exp(-s / spec.smoothing_s));
    pack.slow_w += (pack.power_w - pack.slow_w) * (1.0 - std::exp(-s / 60.0));
    pack.since_refresh_s += s;
    if (pack.since_refresh_s < spec.refresh_s) continue;
    pack.since_refresh_s = std::fmod(pack.since_refresh_s, spec.refresh_s);
    pack.shown_w = pack.smoothed_w * spec.rate_gain;
    const double predicted =
        pack.stored_mwh * spec.charge_gain + std::min(0.0, pack.slow_w) * spec.predicted_mwh_per_w;
    pack.shown_mwh =
        std::floor(std::clamp(predicted, 0.0, spec.full_mwh) / spec.step_mwh) * spec.step_mwh;
  }
}

void Laptop::run_awake(double s) {
  if (until_minute_ <= Duration{0}) choose_mode();
  work(s);
  if (!on_mains() && stored_share() < nearly_empty) socket_found_ = true;
  const double load_w = system_power_w(s);
  truth_.awake_j += load_w * s;
  truth_.awake_wall_j += run_packs(load_w, on_mains(), s);
  refresh_gauges(s);
  package_uj_ += package_w_ * s * 1e6;
  const double ticks = 100.0 * spec_.processors * s;
  total_ticks_ += ticks;
  busy_ticks_ += ticks * utilisation_;
  disk_ms_ += disk_busy_ * s * 1000.0;
  network_bytes_ += network_mbit_ * s * 125'000.0;
}

void Laptop::run_resting(double s, LaptopBlock::Use use) {
  temperature_c_ += (room_c - temperature_c_) * (1.0 - std::exp(-s / spec_.warmth_s));
  fan_ = false;
  const bool hibernated = use == Use::asleep && !on_mains() && stored_share() < hibernates;
  const bool asleep = use == Use::asleep && !hibernated;
  const double load_w = !asleep ? off_w : on_mains() ? spec_.sleep_mains_w : spec_.sleep_w;
  const double wall_j = run_packs(load_w, on_mains(), s);
  refresh_gauges(s);
  (use == Use::off ? truth_.off_j : truth_.asleep_j) += load_w * s;
  (use == Use::off ? truth_.off_wall_j : truth_.asleep_wall_j) += wall_j;
}

void Laptop::step(Duration length) {
  const Use use = blocks_[block_].use;
  if (use == Use::awake) {
    run_awake(seconds_of(length));
    now_.awake.since_boot += length;
    until_minute_ -= length;
  } else {
    run_resting(seconds_of(length), use);
  }
  now_.boot.since_boot += length;
  now_.utc += length;
  left_ -= length;
}

std::optional<LaptopTick> Laptop::next() {
  for (;;) {
    if (!enter_block()) return std::nullopt;
    if (blocks_[block_].use != Use::awake) {
      step(std::min(left_, sleeping_step));
      continue;
    }
    if (tick_due_) {
      tick_due_ = false;
      return tick_now();
    }
    const Duration since = now_.boot.since_boot % minutes(1);
    const Duration until_tick = minutes(1) - since;
    const Duration length = std::min({left_, until_tick, longest_step});
    step(length);
    if (length == until_tick) return tick_now();
  }
}

// --- What it tells -------------------------------------------------------------------------------

LaptopTick Laptop::tick_now() {
  LaptopTick tick{{now_, reading()}, truth_, after_boot_};
  truth_ = {};
  after_boot_ = false;
  return tick;
}

namespace {

std::int64_t whole(double value) { return std::llround(value); }

BatteryStatus status_of(double power_w, bool mains, double share, double limit) {
  if (power_w < 0 || !mains) return BatteryStatus::discharging;
  if (power_w > 0) return BatteryStatus::charging;
  return limit >= 1.0 && share > 0.99 ? BatteryStatus::full : BatteryStatus::not_charging;
}

}  // namespace

// The status follows at once; power and charge are as of the last refresh, whatever came between.
void Laptop::append_batteries(PowerReading& reading) const {
  for (std::size_t i = 0; i < packs_.size(); ++i) {
    const PackState& pack = packs_[i];
    const PackSpec& spec = spec_.packs[i];
    Battery battery;
    battery.name = pack_name(spec_, i);
    battery.serial = "S" + std::to_string(i);
    battery.status =
        status_of(pack.power_w, on_mains(), pack.stored_mwh / spec.full_mwh, spec.limit);
    // The pack of two that waits tells no direction.
    const bool waits = packs_.size() > 1 && pack.power_w == 0;
    if (waits) battery.status = BatteryStatus::not_charging;
    battery.design = milliwatt_hours(whole(spec.design_mwh));
    battery.full = milliwatt_hours(whole(spec.full_mwh));
    battery.now = milliwatt_hours(whole(pack.shown_mwh));
    const std::int64_t shown_mw = whole(std::fabs(pack.shown_w) * 1000.0);
    const bool still =
        battery.status == BatteryStatus::full || battery.status == BatteryStatus::not_charging;
    battery.power =
        still ? Power{}
              : Power{battery.status == BatteryStatus::discharging ? -shown_mw : shown_mw};
    battery.voltage =
        Voltage{whole(10'500.0 + 2'000.0 * pack.stored_mwh / spec.full_mwh + 15.0 * pack.shown_w)};
    battery.cycles = 200;
    if (spec.limit < 1.0) battery.charge_limit = Ratio{whole(spec.limit * 1000.0)};
    if (spec_.os == Os::windows) battery.step = milliwatt_hours(whole(spec.step_mwh));
    reading.batteries.push_back(std::move(battery));
  }
}

PowerReading Laptop::reading() const {
  PowerReading reading;
  append_batteries(reading);
  if (spec_.tells_package) {
    reading.counters.push_back({"package-0", Boundary::cpu,
                                whole(std::fmod(package_uj_, rapl_range_uj)),
                                whole(rapl_range_uj)});
  }
  Adapter adapter{"AC", on_mains(), std::nullopt};
  if (spec_.tells_rated && on_mains()) adapter.rated = Power{whole(spec_.adapter_rated_w * 1000)};
  reading.adapters.push_back(adapter);
  if (spec_.gpu_w > 0) {
    DiscreteGpu gpu{"card1", gpu_now_w_ > 0, std::nullopt};
    if (spec_.tells_gpu_power && gpu_now_w_ > 0) gpu.power = Power{whole(gpu_now_w_ * 1000)};
    reading.gpus.push_back(gpu);
  }
  Activity& activity = reading.activity;
  activity.cpu_busy_ticks = whole(busy_ticks_);
  activity.cpu_total_ticks = whole(total_ticks_);
  if (spec_.tells_disk) activity.disk_busy_ms = whole(disk_ms_);
  if (spec_.tells_network) activity.network_bytes = whole(network_bytes_);
  if (spec_.tells_panel) activity.panel_on = panel_on_;
  if (spec_.tells_brightness) activity.brightness = Ratio{whole(brightness_ * 1000.0)};
  return reading;
}

}  // namespace wattlife
