// SPDX-License-Identifier: EUPL-1.2
// The only file that knows the generated message classes. Reading is strict, since every byte may
// come from outside; writing repairs what hardware says badly (a maker's name in Latin-1), so that
// such a laptop reports all the same.
#include "proto/wire.h"

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <set>
#include <tuple>

#include "core/text.h"
#include "proto/wattlife.pb.h"

namespace wattlife {
namespace {

// --- Limits, all of them; docs/wire.md repeats them
// -----------------------------------------------

constexpr std::size_t longest_text = 128;
constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_version = 32;
constexpr int most_rows = 512;
constexpr int most_batteries = 8;
constexpr int most_disks = 16;
constexpr int most_serials = 32;
constexpr std::int64_t largest_sequence = 1'000'000'000'000;
constexpr std::int64_t largest_row_number = 1'000'000'000'000;
constexpr std::int64_t largest_count = 1'000'000'000'000'000;
constexpr std::int64_t largest_energy_mwh = 10'000'000;  // 10 kWh: no laptop pack comes near
constexpr std::int64_t largest_disk_bytes = std::int64_t{1} << 60;
constexpr std::int64_t largest_memory_mib = std::int64_t{64} << 20;
constexpr double largest_weight = 1000;  // W, or W/W
constexpr double largest_covariance = 1e6;
constexpr std::int64_t largest_windows = 100'000;
constexpr int most_firmware_batteries = 8;
constexpr std::int64_t most_memory_slots = 64;
constexpr std::int64_t largest_panel_mm = 10'000;
constexpr std::int64_t largest_panel_px = 65'535;
constexpr std::int32_t last_day = 84'006;            // 2200-01-01
constexpr std::int64_t largest_power_w = 1000;       // any laptop with its adapter
constexpr std::int64_t energy_slack_mj = 1'000'000;  // a row may be short and rounded
// A clock that was set back makes hours happen twice; more than twice is no clock.
constexpr std::int64_t period_stretch = 2;

// --- Writing
// --------------------------------------------------------------------------------------

bool is_control(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x20 || byte == 0x7F) return true;
  // U+0080 to U+009F, as UTF-8.
  return byte == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0;
}

// At most `limit` bytes, cut between two characters.
std::string shortened(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  text.resize(limit);
  return text;
}

// What reading accepts: valid UTF-8, no control characters, not too long, no white space around.
std::string sendable(const std::string& text, std::size_t limit) {
  const std::string valid = to_valid_utf8(text);
  std::string clean;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    if (!is_control(valid, i)) {
      clean += valid[i];
    } else if (static_cast<unsigned char>(valid[i]) == 0xC2) {
      ++i;  // both bytes of U+0080 to U+009F
    }
  }
  return std::string(trimmed(shortened(std::string(trimmed(clean)), limit)));
}

template <class Set>
void put_text(const std::optional<std::string>& text, std::size_t limit, Set set) {
  if (!text) return;
  const std::string clean = sendable(*text, limit);
  if (!clean.empty()) set(clean);
}

template <class Set>
void put_number(const std::optional<std::int64_t>& number, Set set) {
  if (number) set(*number);
}

v1::UseState wire(UseState state) {
  switch (state) {
    case UseState::active:
      return v1::USE_STATE_ACTIVE;
    case UseState::idle:
      return v1::USE_STATE_IDLE;
    case UseState::panel_off:
      return v1::USE_STATE_PANEL_OFF;
    case UseState::awake:
      return v1::USE_STATE_AWAKE;
    case UseState::sleep:
      return v1::USE_STATE_SLEEP;
    case UseState::off:
      return v1::USE_STATE_OFF;
  }
  return v1::USE_STATE_AWAKE;
}

v1::Supply wire(Supply supply) {
  switch (supply) {
    case Supply::battery:
      return v1::SUPPLY_BATTERY;
    case Supply::mains:
      return v1::SUPPLY_MAINS;
    case Supply::unknown:
      return v1::SUPPLY_UNKNOWN;
  }
  return v1::SUPPLY_UNKNOWN;
}

v1::Tier wire(Tier tier) {
  switch (tier) {
    case Tier::measured:
      return v1::TIER_MEASURED;
    case Tier::calibrated_device:
      return v1::TIER_CALIBRATED_DEVICE;
    case Tier::calibrated_model:
      return v1::TIER_CALIBRATED_MODEL;
    case Tier::estimated:
      return v1::TIER_ESTIMATED;
    case Tier::unknown:
      return v1::TIER_UNKNOWN;
  }
  return v1::TIER_UNKNOWN;
}

v1::Os wire(Os os) {
  switch (os) {
    case Os::linux_os:
      return v1::OS_LINUX;
    case Os::windows:
      return v1::OS_WINDOWS;
    case Os::macos:
      return v1::OS_MACOS;
  }
  return v1::OS_UNKNOWN;
}

v1::DiskKind wire(DiskKind kind) {
  switch (kind) {
    case DiskKind::nvme:
      return v1::DISK_KIND_NVME;
    case DiskKind::ata:
      return v1::DISK_KIND_ATA;
    case DiskKind::emmc:
      return v1::DISK_KIND_EMMC;
  }
  return v1::DISK_KIND_UNKNOWN;
}

v1::SecureBoot wire(SecureBoot state) {
  switch (state) {
    case SecureBoot::unknown:
      return v1::SECURE_BOOT_UNKNOWN;
    case SecureBoot::capable:
      return v1::SECURE_BOOT_CAPABLE;
    case SecureBoot::off:
      return v1::SECURE_BOOT_OFF;
    case SecureBoot::on:
      return v1::SECURE_BOOT_ON;
  }
  return v1::SECURE_BOOT_UNKNOWN;
}

std::int32_t day_number(UtcDay day) {
  return static_cast<std::int32_t>(day.time_since_epoch().count());
}

void put(const Estimate& estimate, v1::Estimate& message) {
  message.set_energy_mj(estimate.energy.milli);
  message.set_variance_own_j2(estimate.variance_own_j2);
  message.set_deviation_shared_j(estimate.deviation_shared_j);
}

void put(const EnergyRow& row, v1::EnergyRow& message) {
  message.set_state(wire(row.state));
  message.set_supply(wire(row.supply));
  message.set_tier(wire(row.tier));
  message.set_method(sendable(row.method, longest_name));
  message.set_time_ms(row.time.count());
  if (row.device) put(*row.device, *message.mutable_device());
  if (row.wall) put(*row.wall, *message.mutable_wall());
}

void put(const Summary& summary, const Id128& store_id, v1::Summary& message) {
  message.set_begin_day(day_number(summary.period.begin));
  message.set_end_day(day_number(summary.period.end));
  for (const EnergyRow& row : summary.energy) put(row, *message.add_energy());
  message.set_first_window(summary.first_window);
  message.set_last_window(summary.last_window);
  message.set_store_id(store_id);
}

std::optional<std::int64_t> in_mwh(const std::optional<Energy>& energy) {
  return energy ? std::optional<std::int64_t>(to_milliwatt_hours(*energy)) : std::nullopt;
}

void put(const Battery& battery, v1::Battery& message) {
  message.set_name(sendable(battery.name, longest_name));
  message.set_present(battery.present);
  put_number(in_mwh(battery.design), [&](auto v) { message.set_design_mwh(v); });
  put_number(in_mwh(battery.full), [&](auto v) { message.set_full_mwh(v); });
  put_number(battery.cycles, [&](auto v) { message.set_cycles(v); });
  if (battery.charge_limit) message.set_charge_limit_permille(battery.charge_limit->milli);
  put_text(battery.manufacturer, longest_text, [&](auto& t) { message.set_manufacturer(t); });
  put_text(battery.model, longest_text, [&](auto& t) { message.set_model(t); });
}

void put(const Disk& disk, v1::Disk& message) {
  message.set_name(sendable(disk.name, longest_name));
  message.set_kind(wire(disk.kind));
  put_text(disk.model, longest_text, [&](auto& t) { message.set_model(t); });
  put_number(disk.size_bytes, [&](auto v) { message.set_size_bytes(v); });
  put_number(disk.critical_warning, [&](auto v) { message.set_critical_warning(v); });
  put_number(disk.percentage_used, [&](auto v) { message.set_percentage_used(v); });
  put_number(disk.available_spare, [&](auto v) { message.set_available_spare(v); });
  put_number(disk.spare_threshold, [&](auto v) { message.set_spare_threshold(v); });
  put_number(disk.data_units_written, [&](auto v) { message.set_data_units_written(v); });
  put_number(disk.power_on_hours, [&](auto v) { message.set_power_on_hours(v); });
  put_number(disk.media_errors, [&](auto v) { message.set_media_errors(v); });
  put_number(disk.reallocated, [&](auto v) { message.set_reallocated(v); });
  put_number(disk.pending, [&](auto v) { message.set_pending(v); });
  put_number(disk.uncorrectable, [&](auto v) { message.set_uncorrectable(v); });
  put_number(disk.command_timeouts, [&](auto v) { message.set_command_timeouts(v); });
  if (disk.self_assessment_passed) {
    message.set_self_assessment_passed(*disk.self_assessment_passed);
  }
  put_number(disk.reserve_state, [&](auto v) { message.set_reserve_state(v); });
}

void put(const Panel& panel, v1::Panel& message) {
  put_text(panel.maker, longest_name, [&](auto& t) { message.set_maker(t); });
  put_number(panel.product, [&](auto v) { message.set_product(v); });
  put_number(panel.diagonal_mm, [&](auto v) { message.set_diagonal_mm(v); });
  put_number(panel.width_px, [&](auto v) { message.set_width_px(v); });
  put_number(panel.height_px, [&](auto v) { message.set_height_px(v); });
  put_number(panel.year, [&](auto v) { message.set_year(v); });
}

void put(const FirmwareBattery& battery, v1::FirmwareBattery& message) {
  put_text(battery.name, longest_text, [&](auto& t) { message.set_name(t); });
  put_number(in_mwh(battery.design), [&](auto v) { message.set_design_mwh(v); });
  if (battery.made) message.set_made_day(day_number(*battery.made));
}

void put(const Provision& provision, v1::Provision& message) {
  const Locks& locks = provision.locks;
  if (locks.bios_password) message.set_bios_password(*locks.bios_password);
  if (locks.activation) message.set_activation_lock(*locks.activation);
  if (locks.managed) message.set_managed(*locks.managed);
  if (locks.persistence) message.set_persistence(*locks.persistence);
  if (locks.disk_encryption) message.set_disk_encryption(*locks.disk_encryption);
  const OperatingSystem& system = provision.system;
  put_text(system.name, longest_text, [&](auto& t) { message.set_os_name(t); });
  put_text(system.version, longest_text, [&](auto& t) { message.set_os_version(t); });
  put_text(system.edition, longest_text, [&](auto& t) { message.set_os_edition(t); });
  put_text(provision.tpm_version, longest_name, [&](auto& t) { message.set_tpm_version(t); });
  message.set_secure_boot(wire(provision.secure_boot));
  if (provision.panel) put(*provision.panel, *message.mutable_panel());
  const MemorySlots& slots = provision.memory_slots;
  put_number(slots.total, [&](auto v) { message.set_memory_slots(v); });
  put_number(slots.used, [&](auto v) { message.set_memory_slots_used(v); });
  put_number(slots.largest_module_mib, [&](auto v) { message.set_largest_module_mib(v); });
  for (const FirmwareBattery& battery : provision.firmware_batteries) {
    put(battery, *message.add_firmware_batteries());
  }
}

void put(const Inventory& inventory, v1::Inventory& message) {
  const Identity& identity = inventory.identity;
  message.set_os(wire(inventory.os));
  put_text(identity.manufacturer, longest_text, [&](auto& t) { message.set_manufacturer(t); });
  put_text(identity.model, longest_text, [&](auto& t) { message.set_model(t); });
  put_text(identity.sku, longest_text, [&](auto& t) { message.set_sku(t); });
  if (identity.bios_date) message.set_bios_day(day_number(*identity.bios_date));
  put_text(identity.chassis, longest_name, [&](auto& t) { message.set_chassis(t); });
  put_text(identity.cpu, longest_text, [&](auto& t) { message.set_cpu(t); });
  put_number(identity.memory_mib, [&](auto v) { message.set_memory_mib(v); });
  for (const Battery& battery : inventory.batteries) put(battery, *message.add_batteries());
  for (const Disk& disk : inventory.disks) put(disk, *message.add_disks());
  message.set_simulated(inventory.simulated);
  // The asset tag goes with the serial numbers.
  Provision provision = inventory.provision;
  provision.asset_tag.reset();
  if (provision != Provision{}) put(provision, *message.mutable_provision());
}

void put(const Serials& serials, v1::Serials& message) {
  put_text(serials.system_serial, longest_text, [&](auto& t) { message.set_system_serial(t); });
  put_text(serials.system_uuid, longest_text, [&](auto& t) { message.set_system_uuid(t); });
  put_text(serials.board_serial, longest_text, [&](auto& t) { message.set_board_serial(t); });
  put_text(serials.asset_tag, longest_text, [&](auto& t) { message.set_asset_tag(t); });
  for (const std::string& serial : serials.disk_serials) {
    put_text(serial, longest_text, [&](auto& t) { message.add_disk_serials(t); });
  }
  for (const std::string& serial : serials.battery_serials) {
    put_text(serial, longest_text, [&](auto& t) { message.add_battery_serials(t); });
  }
}

void put(const CalibrationSummary& calibration, v1::Calibration& message) {
  message.set_form(name_of(calibration.form));
  message.set_tier(wire(calibration.tier));
  message.set_method(sendable(calibration.method, longest_name));
  message.set_doubt(sendable(calibration.doubt, longest_name));
  for (const double weight : calibration.weights) message.add_weights(weight);
  for (const double value : calibration.covariance.triangle()) message.add_covariance(value);
  message.set_residual_w(calibration.residual_w);
  message.set_windows(calibration.windows);
  if (calibration.left_out_error) message.set_left_out_error(*calibration.left_out_error);
}

// --- Reading
// --------------------------------------------------------------------------------------

// Remembers the first thing that is wrong; what is read after it does not matter.
class Reader {
 public:
  bool fine() const { return problem_.empty(); }
  Error error() const { return {Cause::malformed, problem_}; }

  void fail(const std::string& field, const std::string& why) {
    if (problem_.empty()) problem_ = field + ": " + why;
  }
  void require(bool holds, const std::string& field, const std::string& why) {
    if (!holds) fail(field, why);
  }

  std::string id(const std::string& field, const std::string& bytes, std::size_t length) {
    require(bytes.size() == length, field,
            std::to_string(bytes.size()) + " bytes instead of " + std::to_string(length));
    return bytes;
  }

  std::string text(const std::string& field, const std::string& text, std::size_t limit) {
    require(text.size() <= limit, field, "longer than " + std::to_string(limit) + " bytes");
    require(is_valid_utf8(text), field, "not UTF-8");
    for (std::size_t i = 0; i < text.size() && fine(); ++i) {
      require(!is_control(text, i), field, "holds a control character");
    }
    return text;
  }

  // An empty text says nothing, so it is unknown.
  std::optional<std::string> optional_text(const std::string& field, const std::string& value,
                                           std::size_t limit) {
    if (value.empty()) return std::nullopt;
    return text(field, value, limit);
  }

  std::int64_t number(const std::string& field, std::int64_t value, std::int64_t low,
                      std::int64_t high) {
    require(value >= low && value <= high, field,
            std::to_string(value) + " is not between " + std::to_string(low) + " and " +
                std::to_string(high));
    return value;
  }

  double real(const std::string& field, double value, double low, double high) {
    require(std::isfinite(value) && value >= low && value <= high, field, "out of its bounds");
    return value;
  }

  int count(const std::string& field, int size, int most) {
    require(size <= most, field,
            std::to_string(size) + " of them, more than " + std::to_string(most));
    return std::min(size, most);
  }

 private:
  std::string problem_;
};

std::string at(const std::string& field, int index) {
  return field + "[" + std::to_string(index) + "]";
}

std::optional<UseState> use_state_from(v1::UseState state) {
  switch (state) {
    case v1::USE_STATE_AWAKE:
      return UseState::awake;
    case v1::USE_STATE_ACTIVE:
      return UseState::active;
    case v1::USE_STATE_IDLE:
      return UseState::idle;
    case v1::USE_STATE_PANEL_OFF:
      return UseState::panel_off;
    case v1::USE_STATE_SLEEP:
      return UseState::sleep;
    case v1::USE_STATE_OFF:
      return UseState::off;
    default:
      return std::nullopt;
  }
}

std::optional<Supply> supply_from(v1::Supply supply) {
  switch (supply) {
    case v1::SUPPLY_UNKNOWN:
      return Supply::unknown;
    case v1::SUPPLY_BATTERY:
      return Supply::battery;
    case v1::SUPPLY_MAINS:
      return Supply::mains;
    default:
      return std::nullopt;
  }
}

std::optional<Tier> tier_from(v1::Tier tier) {
  switch (tier) {
    case v1::TIER_UNKNOWN:
      return Tier::unknown;
    case v1::TIER_MEASURED:
      return Tier::measured;
    case v1::TIER_CALIBRATED_DEVICE:
      return Tier::calibrated_device;
    case v1::TIER_CALIBRATED_MODEL:
      return Tier::calibrated_model;
    case v1::TIER_ESTIMATED:
      return Tier::estimated;
    default:
      return std::nullopt;
  }
}

std::optional<Os> os_from(v1::Os os) {
  switch (os) {
    case v1::OS_LINUX:
      return Os::linux_os;
    case v1::OS_WINDOWS:
      return Os::windows;
    case v1::OS_MACOS:
      return Os::macos;
    default:
      return std::nullopt;
  }
}

std::optional<DiskKind> disk_kind_from(v1::DiskKind kind) {
  switch (kind) {
    case v1::DISK_KIND_NVME:
      return DiskKind::nvme;
    case v1::DISK_KIND_ATA:
      return DiskKind::ata;
    case v1::DISK_KIND_EMMC:
      return DiskKind::emmc;
    default:
      return std::nullopt;
  }
}

template <class T>
T known_code(Reader& reader, const std::string& field, const std::optional<T>& value) {
  reader.require(value.has_value(), field, "not a known code");
  return value.value_or(T{});
}

std::optional<Period> period_from(Reader& reader, const v1::Summary& message,
                                  const std::string& field) {
  const std::int64_t begin = reader.number(field + ".begin_day", message.begin_day(), 0, last_day);
  const std::int64_t end = reader.number(field + ".end_day", message.end_day(), 1, last_day);
  if (!reader.fine()) return std::nullopt;
  const Period period{UtcDay{std::chrono::days{begin}}, UtcDay{std::chrono::days{end}}};
  const UtcTime start{period.begin};
  const bool known = period == period_of(start, PeriodLength::week) ||
                     period == period_of(start, PeriodLength::four_weeks);
  reader.require(known, field + ".end_day",
                 "days " + std::to_string(begin) + " to " + std::to_string(end) +
                     " are no week or four weeks, cut at the ends of months");
  return period;
}

Estimate estimate_from(Reader& reader, const v1::Estimate& message, const std::string& field,
                       std::int64_t time_ms) {
  // time is bounded by the period before this is called, so the product cannot overflow.
  const std::int64_t ceiling_mj = largest_power_w * time_ms + energy_slack_mj;
  const double ceiling_j = static_cast<double>(ceiling_mj) / 1000.0;
  const auto deviation = [&](const std::string& name, double value, double most) {
    reader.require(std::isfinite(value) && value >= 0 && value <= most, field + name,
                   "not between 0 and what the time allows");
    return value;
  };
  Estimate estimate;
  estimate.energy = Energy{reader.number(field + ".energy_mj", message.energy_mj(), 0, ceiling_mj)};
  estimate.variance_own_j2 =
      deviation(".variance_own_j2", message.variance_own_j2(), ceiling_j * ceiling_j);
  estimate.deviation_shared_j =
      deviation(".deviation_shared_j", message.deviation_shared_j(), ceiling_j);
  return estimate;
}

EnergyRow energy_row_from(Reader& reader, const v1::EnergyRow& message, const std::string& field,
                          std::int64_t longest_ms) {
  EnergyRow row;
  row.state = known_code(reader, field + ".state", use_state_from(message.state()));
  row.supply = known_code(reader, field + ".supply", supply_from(message.supply()));
  row.tier = known_code(reader, field + ".tier", tier_from(message.tier()));
  row.method = reader.text(field + ".method", message.method(), longest_name);
  row.time = Duration{reader.number(field + ".time_ms", message.time_ms(), 0, longest_ms)};
  const bool figure = message.has_device() || message.has_wall();
  if (row.tier == Tier::unknown) {
    reader.require(!figure, field + ".tier", "a figure of which nobody knows how it was come by");
  } else {
    reader.require(figure, field + ".device", "missing beside a tier");
    reader.require(!row.method.empty(), field + ".method", "missing beside a figure");
  }
  if (!reader.fine()) return row;
  const std::int64_t time_ms = row.time.count();
  if (message.has_device()) {
    row.device = estimate_from(reader, message.device(), field + ".device", time_ms);
  }
  if (message.has_wall()) {
    row.wall = estimate_from(reader, message.wall(), field + ".wall", time_ms);
  }
  return row;
}

Summary summary_from(Reader& reader, const v1::Summary& message, const std::string& field) {
  Summary summary;
  const auto period = period_from(reader, message, field);
  if (!period) return summary;
  summary.period = *period;
  const std::int64_t longest_ms =
      period_stretch * std::chrono::milliseconds(period->end - period->begin).count();
  std::int64_t total_ms = 0;
  std::set<std::tuple<UseState, Supply, Tier, std::string>> keys;
  const int rows = reader.count(field + ".energy", message.energy_size(), most_rows);
  for (int i = 0; i < rows && reader.fine(); ++i) {
    const std::string name = at(field + ".energy", i);
    EnergyRow row = energy_row_from(reader, message.energy(i), name, longest_ms);
    if (!reader.fine()) break;
    total_ms += row.time.count();
    reader.require(total_ms <= longest_ms, name + ".time_ms", "more time than the period has");
    reader.require(keys.emplace(row.state, row.supply, row.tier, row.method).second, name,
                   "the same state, supply, tier and method as an earlier row");
    summary.energy.push_back(std::move(row));
  }
  summary.first_window =
      reader.number(field + ".first_window", message.first_window(), 1, largest_row_number);
  summary.last_window = reader.number(field + ".last_window", message.last_window(),
                                      summary.first_window, largest_row_number);
  return summary;
}

Battery battery_from(Reader& reader, const v1::Battery& message, const std::string& field) {
  Battery battery;
  const auto capacity = [&](const std::string& name, std::int64_t mwh) {
    return milliwatt_hours(reader.number(field + name, mwh, 0, largest_energy_mwh));
  };
  battery.name = reader.text(field + ".name", message.name(), longest_name);
  battery.present = message.present();
  if (!reader.fine()) return battery;
  if (message.has_design_mwh()) battery.design = capacity(".design_mwh", message.design_mwh());
  if (message.has_full_mwh()) battery.full = capacity(".full_mwh", message.full_mwh());
  if (message.has_cycles()) {
    battery.cycles = reader.number(field + ".cycles", message.cycles(), 0, 1'000'000);
  }
  if (message.has_charge_limit_permille()) {
    battery.charge_limit = Ratio{
        reader.number(field + ".charge_limit_permille", message.charge_limit_permille(), 0, 1000)};
  }
  battery.manufacturer =
      reader.optional_text(field + ".manufacturer", message.manufacturer(), longest_text);
  battery.model = reader.optional_text(field + ".model", message.model(), longest_text);
  return battery;
}

Disk disk_from(Reader& reader, const v1::Disk& message, const std::string& field) {
  Disk disk;
  const auto number = [&](bool present, const char* name, std::int64_t value, std::int64_t most) {
    return present ? std::optional<std::int64_t>(reader.number(field + name, value, 0, most))
                   : std::nullopt;
  };
  disk.name = reader.text(field + ".name", message.name(), longest_name);
  disk.kind = known_code(reader, field + ".kind", disk_kind_from(message.kind()));
  disk.model = reader.optional_text(field + ".model", message.model(), longest_text);
  disk.size_bytes =
      number(message.has_size_bytes(), ".size_bytes", message.size_bytes(), largest_disk_bytes);
  disk.critical_warning =
      number(message.has_critical_warning(), ".critical_warning", message.critical_warning(), 255);
  disk.percentage_used =
      number(message.has_percentage_used(), ".percentage_used", message.percentage_used(), 255);
  disk.available_spare =
      number(message.has_available_spare(), ".available_spare", message.available_spare(), 255);
  disk.spare_threshold =
      number(message.has_spare_threshold(), ".spare_threshold", message.spare_threshold(), 255);
  disk.data_units_written = number(message.has_data_units_written(), ".data_units_written",
                                   message.data_units_written(), largest_count);
  disk.power_on_hours = number(message.has_power_on_hours(), ".power_on_hours",
                               message.power_on_hours(), largest_count);
  disk.media_errors =
      number(message.has_media_errors(), ".media_errors", message.media_errors(), largest_count);
  disk.reallocated =
      number(message.has_reallocated(), ".reallocated", message.reallocated(), largest_count);
  disk.pending = number(message.has_pending(), ".pending", message.pending(), largest_count);
  disk.uncorrectable =
      number(message.has_uncorrectable(), ".uncorrectable", message.uncorrectable(), largest_count);
  disk.command_timeouts = number(message.has_command_timeouts(), ".command_timeouts",
                                 message.command_timeouts(), largest_count);
  if (message.has_self_assessment_passed()) {
    disk.self_assessment_passed = message.self_assessment_passed();
  }
  disk.reserve_state =
      number(message.has_reserve_state(), ".reserve_state", message.reserve_state(), 3);
  return disk;
}

std::optional<SecureBoot> secure_boot_from(v1::SecureBoot state) {
  switch (state) {
    case v1::SECURE_BOOT_UNKNOWN:
      return SecureBoot::unknown;
    case v1::SECURE_BOOT_CAPABLE:
      return SecureBoot::capable;
    case v1::SECURE_BOOT_OFF:
      return SecureBoot::off;
    case v1::SECURE_BOOT_ON:
      return SecureBoot::on;
    default:
      return std::nullopt;
  }
}

Panel panel_from(Reader& reader, const v1::Panel& message, const std::string& field) {
  Panel panel;
  const auto number = [&](bool present, const char* name, std::int64_t value, std::int64_t most) {
    return present ? std::optional<std::int64_t>(reader.number(field + name, value, 0, most))
                   : std::nullopt;
  };
  panel.maker = reader.optional_text(field + ".maker", message.maker(), longest_name);
  panel.product = number(message.has_product(), ".product", message.product(), 65'535);
  panel.diagonal_mm =
      number(message.has_diagonal_mm(), ".diagonal_mm", message.diagonal_mm(), largest_panel_mm);
  panel.width_px =
      number(message.has_width_px(), ".width_px", message.width_px(), largest_panel_px);
  panel.height_px =
      number(message.has_height_px(), ".height_px", message.height_px(), largest_panel_px);
  panel.year = number(message.has_year(), ".year", message.year(), 2'300);
  return panel;
}

FirmwareBattery firmware_battery_from(Reader& reader, const v1::FirmwareBattery& message,
                                      const std::string& field) {
  FirmwareBattery battery;
  battery.name = reader.optional_text(field + ".name", message.name(), longest_text);
  if (message.has_design_mwh()) {
    const auto mwh =
        reader.number(field + ".design_mwh", message.design_mwh(), 0, largest_energy_mwh);
    if (reader.fine()) battery.design = milliwatt_hours(mwh);
  }
  if (message.has_made_day()) {
    battery.made = UtcDay{
        std::chrono::days{reader.number(field + ".made_day", message.made_day(), 0, last_day)}};
  }
  return battery;
}

Locks locks_from(const v1::Provision& message) {
  const auto known = [](bool present, bool value) {
    return present ? std::optional<bool>(value) : std::nullopt;
  };
  return {known(message.has_bios_password(), message.bios_password()),
          known(message.has_activation_lock(), message.activation_lock()),
          known(message.has_managed(), message.managed()),
          known(message.has_persistence(), message.persistence()),
          known(message.has_disk_encryption(), message.disk_encryption())};
}

Provision provision_from(Reader& reader, const v1::Provision& message, const std::string& field) {
  Provision provision;
  provision.locks = locks_from(message);
  const auto text = [&](const char* name, const std::string& value) {
    return reader.optional_text(field + name, value, longest_text);
  };
  provision.system.name = text(".os_name", message.os_name());
  provision.system.version = text(".os_version", message.os_version());
  provision.system.edition = text(".os_edition", message.os_edition());
  provision.tpm_version = text(".tpm_version", message.tpm_version());
  provision.secure_boot =
      known_code(reader, field + ".secure_boot", secure_boot_from(message.secure_boot()));
  if (message.has_panel()) {
    provision.panel = panel_from(reader, message.panel(), field + ".panel");
  }
  const auto number = [&](bool present, const char* name, std::int64_t value, std::int64_t most) {
    return present ? std::optional<std::int64_t>(reader.number(field + name, value, 0, most))
                   : std::nullopt;
  };
  MemorySlots& slots = provision.memory_slots;
  slots.total = number(message.has_memory_slots(), ".memory_slots", message.memory_slots(),
                       most_memory_slots);
  slots.used = number(message.has_memory_slots_used(), ".memory_slots_used",
                      message.memory_slots_used(), most_memory_slots);
  slots.largest_module_mib = number(message.has_largest_module_mib(), ".largest_module_mib",
                                    message.largest_module_mib(), largest_memory_mib);
  const int packs = reader.count(field + ".firmware_batteries", message.firmware_batteries_size(),
                                 most_firmware_batteries);
  for (int i = 0; i < packs && reader.fine(); ++i) {
    provision.firmware_batteries.push_back(firmware_battery_from(
        reader, message.firmware_batteries(i), at(field + ".firmware_batteries", i)));
  }
  return provision;
}

Inventory inventory_from(Reader& reader, const v1::Inventory& message, const std::string& field) {
  Inventory inventory;
  Identity& identity = inventory.identity;
  inventory.os = known_code(reader, field + ".os", os_from(message.os()));
  identity.manufacturer =
      reader.optional_text(field + ".manufacturer", message.manufacturer(), longest_text);
  identity.model = reader.optional_text(field + ".model", message.model(), longest_text);
  identity.sku = reader.optional_text(field + ".sku", message.sku(), longest_text);
  if (message.has_bios_day()) {
    identity.bios_date = UtcDay{
        std::chrono::days{reader.number(field + ".bios_day", message.bios_day(), 0, last_day)}};
  }
  identity.chassis = reader.optional_text(field + ".chassis", message.chassis(), longest_name);
  identity.cpu = reader.optional_text(field + ".cpu", message.cpu(), longest_text);
  if (message.has_memory_mib()) {
    identity.memory_mib =
        reader.number(field + ".memory_mib", message.memory_mib(), 0, largest_memory_mib);
  }
  const int batteries =
      reader.count(field + ".batteries", message.batteries_size(), most_batteries);
  for (int i = 0; i < batteries && reader.fine(); ++i) {
    inventory.batteries.push_back(
        battery_from(reader, message.batteries(i), at(field + ".batteries", i)));
  }
  const int disks = reader.count(field + ".disks", message.disks_size(), most_disks);
  for (int i = 0; i < disks && reader.fine(); ++i) {
    inventory.disks.push_back(disk_from(reader, message.disks(i), at(field + ".disks", i)));
  }
  inventory.simulated = message.simulated();
  if (message.has_provision() && reader.fine()) {
    inventory.provision = provision_from(reader, message.provision(), field + ".provision");
  }
  return inventory;
}

template <class Texts>
std::vector<std::string> serials_from(Reader& reader, const Texts& texts,
                                      const std::string& field) {
  std::vector<std::string> serials;
  const int size = reader.count(field, texts.size(), most_serials);
  for (int i = 0; i < size && reader.fine(); ++i) {
    const std::string& serial = texts.Get(i);
    if (!serial.empty()) serials.push_back(reader.text(at(field, i), serial, longest_text));
  }
  return serials;
}

Serials serials_from(Reader& reader, const v1::Serials& message, const std::string& field) {
  Serials serials;
  serials.system_serial =
      reader.optional_text(field + ".system_serial", message.system_serial(), longest_text);
  serials.system_uuid =
      reader.optional_text(field + ".system_uuid", message.system_uuid(), longest_text);
  serials.board_serial =
      reader.optional_text(field + ".board_serial", message.board_serial(), longest_text);
  serials.asset_tag = reader.optional_text(field + ".asset_tag", message.asset_tag(), longest_text);
  serials.disk_serials = serials_from(reader, message.disk_serials(), field + ".disk_serials");
  serials.battery_serials =
      serials_from(reader, message.battery_serials(), field + ".battery_serials");
  return serials;
}

CalibrationSummary calibration_from(Reader& reader, const v1::Calibration& message,
                                    const std::string& field) {
  CalibrationSummary calibration;
  calibration.form = known_code(reader, field + ".form", form_factor_from(message.form()));
  calibration.tier = known_code(reader, field + ".tier", tier_from(message.tier()));
  calibration.method = reader.text(field + ".method", message.method(), longest_name);
  calibration.doubt = reader.text(field + ".doubt", message.doubt(), longest_name);
  reader.require(message.weights_size() == static_cast<int>(dimension), field + ".weights",
                 "not seven of them");
  reader.require(message.covariance_size() == static_cast<int>(Symmetric::size),
                 field + ".covariance", "not 28 of them");
  if (!reader.fine()) return calibration;
  for (std::size_t i = 0; i < dimension; ++i) {
    calibration.weights[i] =
        reader.real(field + ".weights", message.weights(static_cast<int>(i)), 0, largest_weight);
  }
  std::array<double, Symmetric::size> triangle{};
  for (std::size_t i = 0; i < triangle.size(); ++i) {
    triangle[i] = reader.real(field + ".covariance", message.covariance(static_cast<int>(i)),
                              -largest_covariance, largest_covariance);
  }
  calibration.covariance = Symmetric::from_triangle(triangle);
  for (std::size_t i = 0; i < dimension; ++i) {
    reader.require(calibration.covariance(i, i) >= 0, field + ".covariance", "a negative variance");
  }
  calibration.residual_w =
      reader.real(field + ".residual_w", message.residual_w(), 0, largest_weight);
  calibration.windows = reader.number(field + ".windows", message.windows(), 0, largest_windows);
  if (message.has_left_out_error()) {
    calibration.left_out_error =
        reader.real(field + ".left_out_error", message.left_out_error(), 0, largest_weight);
  }
  return calibration;
}

std::string version_from(Reader& reader, const std::string& version, const std::string& field) {
  return reader.text(field + ".agent_version", version, longest_version);
}

template <class Message>
bool parse(Message& message, std::string_view bytes) {
  // The library would print a line about each text that is not UTF-8.
  const google::protobuf::LogSilencer silencer;
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

template <class Message>
Result<Message> message_from(std::string_view bytes, const std::string& name) {
  if (bytes.size() > largest_report_bytes) {
    return Error{Cause::malformed, name + ": " + std::to_string(bytes.size()) +
                                       " bytes, more than " + std::to_string(largest_report_bytes)};
  }
  Message message;
  if (!parse(message, bytes)) {
    return Error{Cause::malformed, name +
                                       ": these bytes are no such message, or a text in it is "
                                       "not UTF-8"};
  }
  return message;
}

template <class Message>
std::string bytes_of(const Message& message) {
  return message.SerializeAsString();
}

}  // namespace

std::string to_bytes(const EnrolmentRequest& value) {
  v1::EnrolmentRequest message;
  message.set_install_id(value.install_id);
  message.set_agent_version(sendable(value.agent_version, longest_version));
  put(value.inventory, *message.mutable_inventory());
  put(value.serials, *message.mutable_serials());
  return bytes_of(message);
}

std::string to_bytes(const EnrolmentAnswer& value) {
  v1::EnrolmentAnswer message;
  message.set_device_id(value.device_id);
  message.set_secret(value.secret);
  message.set_pending(value.pending);
  return bytes_of(message);
}

std::string to_bytes(const Report& value) {
  v1::Report message;
  message.set_install_id(value.install_id);
  message.set_sequence(value.sequence);
  message.set_agent_version(sendable(value.agent_version, longest_version));
  message.set_data_list_version(value.data_list_version);
  if (value.summary) put(*value.summary, value.store_id, *message.mutable_summary());
  if (value.inventory) put(*value.inventory, *message.mutable_inventory());
  if (value.serials) put(*value.serials, *message.mutable_serials());
  if (value.calibration) put(*value.calibration, *message.mutable_calibration());
  return bytes_of(message);
}

std::string to_bytes(const Acknowledgement& value) {
  v1::Acknowledgement message;
  message.set_install_id(value.install_id);
  message.set_sequence(value.sequence);
  message.set_complete_through(value.complete_through);
  message.set_next_secret(value.next_secret);
  message.set_pending(value.pending);
  return bytes_of(message);
}

std::string to_bytes(const Provision& value) {
  v1::Provision message;
  put(value, message);
  return bytes_of(message);
}

Result<Provision> provision_from(std::string_view bytes) {
  const auto message = message_from<v1::Provision>(bytes, "provision");
  if (!message) return message.error();
  Reader reader;
  Provision provision = provision_from(reader, *message, "provision");
  if (!reader.fine()) return reader.error();
  return provision;
}

Result<EnrolmentRequest> enrolment_request_from(std::string_view bytes) {
  const auto message = message_from<v1::EnrolmentRequest>(bytes, "enrolment");
  if (!message) return message.error();
  Reader reader;
  EnrolmentRequest request;
  request.install_id = reader.id("enrolment.install_id", message->install_id(), id_bytes);
  request.agent_version = version_from(reader, message->agent_version(), "enrolment");
  reader.require(message->has_inventory(), "enrolment.inventory", "missing");
  if (reader.fine()) {
    request.inventory = inventory_from(reader, message->inventory(), "enrolment.inventory");
  }
  if (reader.fine()) {
    request.serials = serials_from(reader, message->serials(), "enrolment.serials");
  }
  if (!reader.fine()) return reader.error();
  return request;
}

Result<EnrolmentAnswer> enrolment_answer_from(std::string_view bytes) {
  const auto message = message_from<v1::EnrolmentAnswer>(bytes, "answer");
  if (!message) return message.error();
  Reader reader;
  EnrolmentAnswer answer;
  answer.device_id = reader.id("answer.device_id", message->device_id(), id_bytes);
  answer.secret = reader.id("answer.secret", message->secret(), secret_bytes);
  answer.pending = message->pending();
  if (!reader.fine()) return reader.error();
  return answer;
}

Result<Report> report_from(std::string_view bytes) {
  const auto message = message_from<v1::Report>(bytes, "report");
  if (!message) return message.error();
  Reader reader;
  Report report;
  report.install_id = reader.id("report.install_id", message->install_id(), id_bytes);
  report.sequence = reader.number("report.sequence", message->sequence(), 1, largest_sequence);
  report.agent_version = version_from(reader, message->agent_version(), "report");
  report.data_list_version = message->data_list_version();
  reader.require(report.data_list_version >= 1, "report.data_list_version", "missing");
  reader.require(message->has_summary() || message->has_inventory() || message->has_serials() ||
                     message->has_calibration(),
                 "report.summary", "missing, and so are inventory, serials and calibration");
  if (message->has_summary() && reader.fine()) {
    report.summary = summary_from(reader, message->summary(), "report.summary");
    report.store_id = reader.id("report.summary.store_id", message->summary().store_id(), id_bytes);
  }
  if (message->has_inventory() && reader.fine()) {
    report.inventory = inventory_from(reader, message->inventory(), "report.inventory");
  }
  if (message->has_serials() && reader.fine()) {
    report.serials = serials_from(reader, message->serials(), "report.serials");
  }
  if (message->has_calibration() && reader.fine()) {
    reader.require(report.data_list_version >= calibration_list_version, "report.calibration",
                   "not in the list of collected data that was accepted");
    report.calibration = calibration_from(reader, message->calibration(), "report.calibration");
  }
  if (!reader.fine()) return reader.error();
  return report;
}

std::optional<ReportKey> report_key_from(std::string_view bytes) {
  const auto message = message_from<v1::Report>(bytes, "report");
  if (!message || message->install_id().size() != id_bytes || message->sequence() < 1 ||
      message->sequence() > largest_sequence) {
    return std::nullopt;
  }
  return ReportKey{message->install_id(), message->sequence()};
}

Result<Acknowledgement> acknowledgement_from(std::string_view bytes) {
  const auto message = message_from<v1::Acknowledgement>(bytes, "acknowledgement");
  if (!message) return message.error();
  Reader reader;
  Acknowledgement answer;
  answer.install_id = reader.id("acknowledgement.install_id", message->install_id(), id_bytes);
  answer.sequence =
      reader.number("acknowledgement.sequence", message->sequence(), 1, largest_sequence);
  answer.complete_through = reader.number("acknowledgement.complete_through",
                                          message->complete_through(), 0, largest_sequence);
  answer.next_secret = message->next_secret();
  if (!answer.next_secret.empty()) {
    reader.id("acknowledgement.next_secret", answer.next_secret, secret_bytes);
  }
  answer.pending = message->pending();
  if (!reader.fine()) return reader.error();
  return answer;
}

}  // namespace wattlife
