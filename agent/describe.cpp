// SPDX-License-Identifier: EUPL-1.2
#include "agent/describe.h"

#include <algorithm>
#include <cmath>

#include "core/energy.h"
#include "core/text.h"

namespace wattlife {
namespace {

std::string or_unknown(const std::optional<std::string>& text) { return text.value_or("unknown"); }
std::string or_unknown(const std::optional<std::int64_t>& number) {
  return number ? std::to_string(*number) : "unknown";
}

std::string watt_hours(Energy energy) {
  return fixed(static_cast<double>(energy.milli) / 3.6e6, 1);
}

std::string estimate_text(const std::optional<Estimate>& estimate) {
  if (!estimate) return "unknown";
  const Interval interval = interval_95(*estimate);
  return watt_hours(estimate->energy) + " Wh (between " + watt_hours(interval.low) + " and " +
         watt_hours(interval.high) + ")";
}

std::string summary_text(const Summary& summary) {
  std::string text = "  energy from " + to_iso8601(summary.period.begin) + " until " +
                     to_iso8601(summary.period.end) + ", from rows " +
                     std::to_string(summary.first_window) + " to " +
                     std::to_string(summary.last_window) + " of samples.db\n";
  for (const EnergyRow& row : summary.energy) {
    const double hours = static_cast<double>(row.time.count()) / 3.6e6;
    text += std::string("    ") + name_of(row.state) + ", supply " + name_of(row.supply) + ": " +
            fixed(hours, 2) + " hours, laptop " + estimate_text(row.device);
    if (row.wall) text += ", socket " + estimate_text(row.wall);
    text += std::string("; ") + name_of(row.tier) +
            (row.method.empty() ? "" : " by " + row.method) + "\n";
  }
  return text;
}

std::string known(const std::optional<bool>& truth) {
  return !truth ? "unknown" : *truth ? "yes" : "no";
}

std::string erase_text(const DriveErase& erase) {
  std::string text;
  const auto add = [&](bool known, const char* way) {
    if (known) text += (text.empty() ? "" : ", ") + std::string(way);
  };
  add(erase.sanitize_crypto, "sanitize by key");
  add(erase.sanitize_block, "sanitize by blocks");
  add(erase.sanitize_overwrite, "sanitize by overwriting");
  add(erase.command, "an erase command");
  add(erase.command_crypto, "that by key");
  add(erase.frozen, "not before the power was off");
  add(erase.locked, "locked by a password");
  return "  erasing " + erase.name + ": " + (text.empty() ? "no command of its own" : text) + "\n";
}

std::string provision_text(const Provision& p) {
  const auto day = [](const std::optional<UtcDay>& made) {
    return made ? to_iso8601(*made) : std::string("unknown");
  };
  std::string text = "  locks: BIOS password " + known(p.locks.bios_password) +
                     ", Activation Lock " + known(p.locks.activation) + ", management " +
                     known(p.locks.managed) + ", Absolute " + known(p.locks.persistence) +
                     "; drives encrypted " + known(p.locks.disk_encryption) + "\n";
  text += "  system: " + or_unknown(p.system.name) + ", version " + or_unknown(p.system.version) +
          ", edition " + or_unknown(p.system.edition) + "; TPM " + or_unknown(p.tpm_version) +
          ", Secure Boot " + name_of(p.secure_boot) + "\n";
  text += "  memory modules: " + or_unknown(p.memory_slots.used) + " of " +
          or_unknown(p.memory_slots.total) + " places, largest " +
          or_unknown(p.memory_slots.largest_module_mib) + " MiB\n";
  if (p.panel) {
    text += "  panel: " + or_unknown(p.panel->maker) + ", product " + or_unknown(p.panel->product) +
            ", " + or_unknown(p.panel->diagonal_mm) + " mm, " + or_unknown(p.panel->width_px) +
            " x " + or_unknown(p.panel->height_px) + ", of " + or_unknown(p.panel->year) + "\n";
  }
  for (const FirmwareBattery& battery : p.firmware_batteries) {
    text += "  battery as delivered: " + or_unknown(battery.name) + ", design " +
            (battery.design ? std::to_string(to_milliwatt_hours(*battery.design)) : "unknown") +
            " mWh, made on " + day(battery.made) + "\n";
  }
  if (p.processor != Processor{}) {
    const Processor& cpu = p.processor;
    text += "  processor: " + or_unknown(cpu.vendor) + ", family " + or_unknown(cpu.family) +
            ", model " + or_unknown(cpu.model) + ", stepping " + or_unknown(cpu.stepping) +
            ", cores " + or_unknown(cpu.cores) + ", 64 bits " + known(cpu.is_64_bit) +
            ", POPCNT and SSE4.2 " + known(cpu.popcnt_and_sse42) + "\n";
  }
  for (const DriveErase& erase : p.drive_erase) text += erase_text(erase);
  return text;
}

std::string inventory_text(const Inventory& inventory) {
  const Identity& identity = inventory.identity;
  std::string text = std::string("  machine: ") + name_of(inventory.os) + ", " +
                     or_unknown(identity.manufacturer) + ", " + or_unknown(identity.model) +
                     ", article " + or_unknown(identity.sku) + ", chassis " +
                     or_unknown(identity.chassis) + ", processor " + or_unknown(identity.cpu) +
                     ", memory " + or_unknown(identity.memory_mib) + " MiB, firmware of " +
                     (identity.bios_date ? to_iso8601(*identity.bios_date) : "unknown") + "\n";
  if (inventory.simulated) text += "  this machine is simulated\n";
  const auto mwh = [](const std::optional<Energy>& energy) {
    return energy ? std::to_string(to_milliwatt_hours(*energy)) : "unknown";
  };
  for (const Battery& b : inventory.batteries) {
    text += "  battery " + b.name + (b.present ? "" : " (no pack)") + ": " +
            or_unknown(b.manufacturer) + ", " + or_unknown(b.model) + ", full " + mwh(b.full) +
            " of " + mwh(b.design) + " mWh, cycles about " + or_unknown(b.cycles);
    if (b.pack_number) text += ", pack " + std::to_string(*b.pack_number) + " of this installation";
    if (b.charge_limit)
      text += ", charging stops at " + fixed(0.1 * static_cast<double>(b.charge_limit->milli), 1) +
              " %";
    text += "\n";
  }
  for (const Disk& d : inventory.disks) {
    text += "  drive " + d.name + ": " + name_of(d.kind) + ", " + or_unknown(d.model) + ", " +
            or_unknown(d.size_bytes) + " bytes, used " + or_unknown(d.percentage_used) +
            " %, spare " + or_unknown(d.available_spare) + " % (threshold " +
            or_unknown(d.spare_threshold) + " %), warning bits " + or_unknown(d.critical_warning) +
            ", written about " + or_unknown(d.data_units_written) + " units, on about " +
            or_unknown(d.power_on_hours) + " hours, errors: media " + or_unknown(d.media_errors) +
            ", reallocated " + or_unknown(d.reallocated) + ", pending " + or_unknown(d.pending) +
            ", uncorrectable " + or_unknown(d.uncorrectable) + ", timeouts " +
            or_unknown(d.command_timeouts) +
            (d.self_assessment_passed == false ? ", says that it fails" : "") +
            (d.reserve_state ? ", reserve state " + or_unknown(d.reserve_state) : "") + "\n";
  }
  if (inventory.provision != Provision{}) text += provision_text(inventory.provision);
  return text;
}

std::string calibration_text(const CalibrationSummary& calibration) {
  std::string text = "  calibration (" + std::string(name_of(calibration.form)) + ", " +
                     calibration.method + ", doubt: " + calibration.doubt + "): about " +
                     std::to_string(calibration.windows) + " windows, weights";
  for (std::size_t i = 0; i < dimension; ++i) {
    const double variance = std::max(0.0, calibration.covariance(i, i));
    text += (i == 0 ? " " : ", ") + fixed(calibration.weights[i], 2) + " +- " +
            fixed(std::sqrt(variance), 2);
  }
  return text + " (and how they vary together), around them " + fixed(calibration.residual_w, 2) +
         " W\n";
}

std::string serials_text(const Serials& serials) {
  std::string text = "  serial of the machine: " + or_unknown(serials.system_serial) + ", UUID " +
                     or_unknown(serials.system_uuid) + "\n";
  if (serials.board_serial) text += "  serial of the main board: " + *serials.board_serial + "\n";
  if (serials.asset_tag) text += "  asset tag: " + *serials.asset_tag + "\n";
  for (const std::string& serial : serials.disk_serials)
    text += "  serial of a drive: " + serial + "\n";
  for (const std::string& serial : serials.battery_serials)
    text += "  serial of a battery: " + serial + "\n";
  return text;
}

}  // namespace

std::string text_of(const Report& report) {
  std::string text = "report " + std::to_string(report.sequence) + " of installation " +
                     hex_from_bytes(report.install_id) + ", program " + report.agent_version +
                     ", list of collected data " + std::to_string(report.data_list_version) + "\n";
  if (report.summary) {
    text += summary_text(*report.summary);
    text += "  the store of these rows: " + hex_from_bytes(report.store_id) + "\n";
  }
  if (report.inventory) text += inventory_text(*report.inventory);
  if (report.serials) text += serials_text(*report.serials);
  if (report.calibration) text += calibration_text(*report.calibration);
  return text;
}

std::string text_of(const EnrolmentRequest& request) {
  return "enrolment of installation " + hex_from_bytes(request.install_id) + ", program " +
         request.agent_version + ", list of collected data " +
         std::to_string(request.data_list_version) + "\n" + inventory_text(request.inventory) +
         serials_text(request.serials);
}

}  // namespace wattlife
