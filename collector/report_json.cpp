// SPDX-License-Identifier: EUPL-1.2
#include "collector/report_json.h"

#include "core/json_members.h"
#include "core/text.h"

namespace wattlife {
namespace {

Cell day_cell(const std::optional<UtcDay>& day) { return day ? Cell(to_iso8601(*day)) : Cell(); }
Cell mwh_cell(const std::optional<Energy>& energy) {
  return energy ? Cell(to_milliwatt_hours(*energy)) : Cell();
}

std::string json_of(const std::optional<Estimate>& estimate) {
  if (!estimate) return "null";
  return Members()
      .add("energy_mj", estimate->energy.milli)
      .add("variance_own_j2", estimate->variance_own_j2)
      .add("deviation_shared_j", estimate->deviation_shared_j)
      .object();
}

std::string json_of(const EnergyRow& row) {
  return Members()
      .add("state", std::string(name_of(row.state)))
      .add("supply", std::string(name_of(row.supply)))
      .add("tier", std::string(name_of(row.tier)))
      .add("method", row.method)
      .add("time_ms", std::int64_t{row.time.count()})
      .raw("device", json_of(row.device))
      .raw("wall", json_of(row.wall))
      .object();
}

std::string json_of(const Summary& summary) {
  return Members()
      .add("begin", to_iso8601(summary.period.begin))
      .add("end", to_iso8601(summary.period.end))
      .add("first_window", summary.first_window)
      .add("last_window", summary.last_window)
      .raw("energy", json_array(summary.energy, [](const EnergyRow& row) { return json_of(row); }))
      .object();
}

std::string json_of(const Battery& battery) {
  return Members()
      .add("name", battery.name)
      .add("present", battery.present)
      .add("design_mwh", mwh_cell(battery.design))
      .add("full_mwh", mwh_cell(battery.full))
      .add("cycles", known(battery.cycles))
      .add("charge_limit_permille",
           battery.charge_limit ? Cell(battery.charge_limit->milli) : Cell())
      .add("manufacturer", known(battery.manufacturer))
      .add("model", known(battery.model))
      .add("pack_number", known(battery.pack_number))
      .object();
}

std::string json_of(const Disk& disk) {
  return Members()
      .add("name", disk.name)
      .add("kind", std::string(name_of(disk.kind)))
      .add("model", known(disk.model))
      .add("size_bytes", known(disk.size_bytes))
      .add("critical_warning", known(disk.critical_warning))
      .add("percentage_used", known(disk.percentage_used))
      .add("available_spare", known(disk.available_spare))
      .add("spare_threshold", known(disk.spare_threshold))
      .add("data_units_written", known(disk.data_units_written))
      .add("power_on_hours", known(disk.power_on_hours))
      .add("media_errors", known(disk.media_errors))
      .add("reallocated", known(disk.reallocated))
      .add("pending", known(disk.pending))
      .add("uncorrectable", known(disk.uncorrectable))
      .add("command_timeouts", known(disk.command_timeouts))
      .add("self_assessment_passed", known(disk.self_assessment_passed))
      .add("reserve_state", known(disk.reserve_state))
      .object();
}

std::string json_of(const Inventory& inventory) {
  const Identity& identity = inventory.identity;
  return Members()
      .add("os", std::string(name_of(inventory.os)))
      .add("manufacturer", known(identity.manufacturer))
      .add("model", known(identity.model))
      .add("sku", known(identity.sku))
      .add("bios_date", day_cell(identity.bios_date))
      .add("chassis", known(identity.chassis))
      .add("cpu", known(identity.cpu))
      .add("memory_mib", known(identity.memory_mib))
      .add("simulated", inventory.simulated)
      .raw("batteries",
           json_array(inventory.batteries, [](const Battery& pack) { return json_of(pack); }))
      .raw("disks", json_array(inventory.disks, [](const Disk& disk) { return json_of(disk); }))
      .raw("provision", to_json(inventory.provision))
      .object();
}

std::string json_of(const Serials& serials) {
  return Members()
      .add("system_serial", known(serials.system_serial))
      .add("system_uuid", known(serials.system_uuid))
      .raw("disk_serials", json_texts(serials.disk_serials))
      .raw("battery_serials", json_texts(serials.battery_serials))
      .add("board_serial", known(serials.board_serial))
      .add("asset_tag", known(serials.asset_tag))
      .object();
}

std::string json_of(const CalibrationSummary& calibration) {
  const auto number = [](double value) { return json_cell(value); };
  return Members()
      .add("form", std::string(name_of(calibration.form)))
      .add("tier", std::string(name_of(calibration.tier)))
      .add("method", calibration.method)
      .add("doubt", calibration.doubt)
      .raw("weights", json_array(calibration.weights, number))
      .raw("covariance", json_array(calibration.covariance.triangle(), number))
      .add("residual_w", calibration.residual_w)
      .add("windows", calibration.windows)
      .add("left_out_error", known(calibration.left_out_error))
      .object();
}

std::string json_of(const std::optional<Panel>& panel) {
  if (!panel) return "null";
  return Members()
      .add("maker", known(panel->maker))
      .add("product", known(panel->product))
      .add("diagonal_mm", known(panel->diagonal_mm))
      .add("width_px", known(panel->width_px))
      .add("height_px", known(panel->height_px))
      .add("year", known(panel->year))
      .object();
}

}  // namespace

std::string to_json(const Provision& provision) {
  const Locks& locks = provision.locks;
  const auto firmware_battery = [](const FirmwareBattery& pack) {
    return Members()
        .add("name", known(pack.name))
        .add("design_mwh", mwh_cell(pack.design))
        .add("made", day_cell(pack.made))
        .object();
  };
  return Members()
      .raw("locks", Members()
                        .add("bios_password", known(locks.bios_password))
                        .add("activation", known(locks.activation))
                        .add("managed", known(locks.managed))
                        .add("persistence", known(locks.persistence))
                        .add("disk_encryption", known(locks.disk_encryption))
                        .object())
      .raw("system", Members()
                         .add("name", known(provision.system.name))
                         .add("version", known(provision.system.version))
                         .add("edition", known(provision.system.edition))
                         .object())
      .add("tpm_version", known(provision.tpm_version))
      .add("secure_boot", std::string(name_of(provision.secure_boot)))
      .raw("panel", json_of(provision.panel))
      .raw("memory_slots",
           Members()
               .add("total", known(provision.memory_slots.total))
               .add("used", known(provision.memory_slots.used))
               .add("largest_module_mib", known(provision.memory_slots.largest_module_mib))
               .object())
      .raw("firmware_batteries", json_array(provision.firmware_batteries, firmware_battery))
      .object();
}

std::string to_json(const Report& report) {
  Members members;
  members.add("install_id", hex_from_bytes(report.install_id))
      .add("sequence", report.sequence)
      .add("agent_version", report.agent_version)
      .add("data_list_version", std::int64_t{report.data_list_version});
  if (report.summary) {
    members.add("store_id", hex_from_bytes(report.store_id))
        .raw("summary", json_of(*report.summary));
  }
  if (report.inventory) members.raw("inventory", json_of(*report.inventory));
  if (report.serials) members.raw("serials", json_of(*report.serials));
  if (report.calibration) members.raw("calibration", json_of(*report.calibration));
  return members.object();
}

}  // namespace wattlife
