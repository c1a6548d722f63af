// SPDX-License-Identifier: EUPL-1.2
#include "proto/data_list.h"

#include <algorithm>
#include <iterator>

namespace wattlife {
namespace {

constexpr DataField rows[] = {
    {"EnergyRow.state", DataGroup::energy},
    {"EnergyRow.supply", DataGroup::energy},
    {"EnergyRow.tier", DataGroup::energy},
    {"EnergyRow.method", DataGroup::energy},
    {"EnergyRow.time_ms", DataGroup::energy},
    {"EnergyRow.device", DataGroup::energy},
    {"EnergyRow.wall", DataGroup::energy},
    {"Estimate.energy_mj", DataGroup::energy},
    {"Estimate.variance_own_j2", DataGroup::energy},
    {"Estimate.deviation_shared_j", DataGroup::energy},
    {"Summary.begin_day", DataGroup::energy},
    {"Summary.end_day", DataGroup::energy},
    {"Summary.energy", DataGroup::energy},
    {"Summary.first_window", DataGroup::energy},
    {"Summary.last_window", DataGroup::energy},
    {"Summary.store_id", DataGroup::energy},
    {"Battery.name", DataGroup::health},
    {"Battery.present", DataGroup::health},
    {"Battery.design_mwh", DataGroup::health},
    {"Battery.full_mwh", DataGroup::health},
    {"Battery.cycles", DataGroup::health},
    {"Battery.charge_limit_permille", DataGroup::health},
    {"Battery.manufacturer", DataGroup::health},
    {"Battery.model", DataGroup::health},
    {"Battery.pack_number", DataGroup::outlook},
    {"Disk.name", DataGroup::health},
    {"Disk.kind", DataGroup::health},
    {"Disk.model", DataGroup::health},
    {"Disk.size_bytes", DataGroup::health},
    {"Disk.critical_warning", DataGroup::health},
    {"Disk.percentage_used", DataGroup::health},
    {"Disk.available_spare", DataGroup::health},
    {"Disk.spare_threshold", DataGroup::health},
    {"Disk.data_units_written", DataGroup::health},
    {"Disk.power_on_hours", DataGroup::health},
    {"Disk.media_errors", DataGroup::health},
    {"Disk.reallocated", DataGroup::health},
    {"Disk.pending", DataGroup::health},
    {"Disk.uncorrectable", DataGroup::health},
    {"Disk.command_timeouts", DataGroup::health},
    {"Disk.self_assessment_passed", DataGroup::health},
    {"Disk.reserve_state", DataGroup::health},
    {"Inventory.os", DataGroup::machine},
    {"Inventory.manufacturer", DataGroup::machine},
    {"Inventory.model", DataGroup::machine},
    {"Inventory.sku", DataGroup::machine},
    {"Inventory.bios_day", DataGroup::machine},
    {"Inventory.chassis", DataGroup::machine},
    {"Inventory.cpu", DataGroup::machine},
    {"Inventory.memory_mib", DataGroup::machine},
    {"Inventory.batteries", DataGroup::health},
    {"Inventory.disks", DataGroup::health},
    {"Inventory.simulated", DataGroup::machine},
    {"Inventory.provision", DataGroup::provision},
    {"Provision.bios_password", DataGroup::provision},
    {"Provision.activation_lock", DataGroup::provision},
    {"Provision.managed", DataGroup::provision},
    {"Provision.persistence", DataGroup::provision},
    {"Provision.disk_encryption", DataGroup::provision},
    {"Provision.os_name", DataGroup::provision},
    {"Provision.os_version", DataGroup::provision},
    {"Provision.os_edition", DataGroup::provision},
    {"Provision.tpm_version", DataGroup::provision},
    {"Provision.secure_boot", DataGroup::provision},
    {"Provision.panel", DataGroup::provision},
    {"Provision.memory_slots", DataGroup::provision},
    {"Provision.memory_slots_used", DataGroup::provision},
    {"Provision.largest_module_mib", DataGroup::provision},
    {"Provision.firmware_batteries", DataGroup::provision},
    {"Provision.processor", DataGroup::platform},
    {"Provision.drive_erase", DataGroup::erasure},
    {"Processor.vendor", DataGroup::platform},
    {"Processor.family", DataGroup::platform},
    {"Processor.model", DataGroup::platform},
    {"Processor.stepping", DataGroup::platform},
    {"Processor.is_64_bit", DataGroup::platform},
    {"Processor.cores", DataGroup::platform},
    {"Processor.popcnt_and_sse42", DataGroup::platform},
    {"DriveErase.name", DataGroup::erasure},
    {"DriveErase.sanitize_crypto", DataGroup::erasure},
    {"DriveErase.sanitize_block", DataGroup::erasure},
    {"DriveErase.sanitize_overwrite", DataGroup::erasure},
    {"DriveErase.command", DataGroup::erasure},
    {"DriveErase.command_crypto", DataGroup::erasure},
    {"DriveErase.frozen", DataGroup::erasure},
    {"DriveErase.locked", DataGroup::erasure},
    {"Panel.maker", DataGroup::provision},
    {"Panel.product", DataGroup::provision},
    {"Panel.diagonal_mm", DataGroup::provision},
    {"Panel.width_px", DataGroup::provision},
    {"Panel.height_px", DataGroup::provision},
    {"Panel.year", DataGroup::provision},
    {"FirmwareBattery.name", DataGroup::provision},
    {"FirmwareBattery.design_mwh", DataGroup::provision},
    {"FirmwareBattery.made_day", DataGroup::provision},
    {"Serials.system_serial", DataGroup::identity},
    {"Serials.system_uuid", DataGroup::identity},
    {"Serials.disk_serials", DataGroup::identity},
    {"Serials.battery_serials", DataGroup::identity},
    {"Serials.board_serial", DataGroup::ownership},
    {"Serials.asset_tag", DataGroup::ownership},
    {"Calibration.form", DataGroup::calibration},
    {"Calibration.tier", DataGroup::calibration},
    {"Calibration.method", DataGroup::calibration},
    {"Calibration.doubt", DataGroup::calibration},
    {"Calibration.weights", DataGroup::calibration},
    {"Calibration.covariance", DataGroup::calibration},
    {"Calibration.residual_w", DataGroup::calibration},
    {"Calibration.windows", DataGroup::calibration},
    {"Calibration.left_out_error", DataGroup::calibration},
    {"EnrolmentRequest.install_id", DataGroup::envelope},
    {"EnrolmentRequest.agent_version", DataGroup::envelope},
    {"EnrolmentRequest.inventory", DataGroup::machine},
    {"EnrolmentRequest.serials", DataGroup::identity},
    {"EnrolmentRequest.data_list_version", DataGroup::envelope},
    {"EnrolmentAnswer.device_id", DataGroup::envelope},
    {"EnrolmentAnswer.secret", DataGroup::envelope},
    {"EnrolmentAnswer.pending", DataGroup::envelope},
    {"Report.install_id", DataGroup::envelope},
    {"Report.sequence", DataGroup::envelope},
    {"Report.agent_version", DataGroup::envelope},
    {"Report.data_list_version", DataGroup::envelope},
    {"Report.summary", DataGroup::energy},
    {"Report.inventory", DataGroup::machine},
    {"Report.serials", DataGroup::identity},
    {"Report.calibration", DataGroup::calibration},
    {"Acknowledgement.install_id", DataGroup::envelope},
    {"Acknowledgement.sequence", DataGroup::envelope},
    {"Acknowledgement.complete_through", DataGroup::envelope},
    {"Acknowledgement.next_secret", DataGroup::envelope},
    {"Acknowledgement.pending", DataGroup::envelope},
};

}  // namespace

std::uint32_t first_list_of(DataGroup group) {
  switch (group) {
    case DataGroup::envelope:
    case DataGroup::energy:
    case DataGroup::machine:
    case DataGroup::health:
    case DataGroup::identity:
      return 1;
    case DataGroup::ownership:
    case DataGroup::calibration:
    case DataGroup::provision:
    case DataGroup::platform:
    case DataGroup::erasure:
    case DataGroup::outlook:
      return 2;
  }
  return newest_data_list + 1;  // no such group: never sent
}

const std::vector<DataField>& data_fields() {
  static const std::vector<DataField> all(std::begin(rows), std::end(rows));
  return all;
}

std::optional<DataGroup> group_of(std::string_view field) {
  const auto row = std::find_if(std::begin(rows), std::end(rows),
                                [&](const DataField& known) { return known.field == field; });
  if (row == std::end(rows)) return std::nullopt;
  return row->group;
}

}  // namespace wattlife
