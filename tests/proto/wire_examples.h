// SPDX-License-Identifier: EUPL-1.2
// One message of each kind, as the golden files and the corpus of the fuzzer hold them.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "proto/wire.h"

namespace wattlife {

inline UtcDay day(const char* text) { return *day_from_iso8601(text); }

inline Inventory example_inventory() {
  Inventory inventory;
  inventory.os = Os::linux_os;
  inventory.identity.manufacturer = "LENOVO";
  inventory.identity.model = "ThinkPad T480";
  inventory.identity.sku = "20L5";
  inventory.identity.bios_date = day("2018-05-24");
  inventory.identity.chassis = "Notebook";
  inventory.identity.cpu = "Intel(R) Core(TM) i5-8350U CPU @ 1.70GHz";
  inventory.identity.memory_mib = 16384;
  Battery battery;
  battery.name = "BAT0";
  battery.design = milliwatt_hours(24000);
  battery.full = milliwatt_hours(17800);
  battery.cycles = 310;
  battery.charge_limit = Ratio{800};
  battery.manufacturer = "SMP";
  battery.model = "01AV489";
  inventory.batteries.push_back(battery);
  Disk disk;
  disk.name = "nvme0";
  disk.kind = DiskKind::nvme;
  disk.model = "SAMSUNG MZVLB256";
  disk.size_bytes = 256'060'514'304;
  disk.critical_warning = 0;
  disk.percentage_used = 4;
  disk.available_spare = 100;
  disk.spare_threshold = 10;
  disk.data_units_written = 21'000'000;
  disk.power_on_hours = 8100;
  disk.media_errors = 0;
  inventory.disks.push_back(disk);
  return inventory;
}

inline Serials example_serials() { return {"PF1ABCDE", "1f2e3d4c", {"S4GXNF0"}, {"1234"}}; }

inline Report example_report() {
  Report report;
  report.install_id = std::string("\x00\x01\x02\x03", 4) + "abcdefghijkl";
  report.sequence = 7;
  report.agent_version = "0.1.0";
  report.data_list_version = first_data_list;
  Summary summary;
  summary.period = {day("2026-11-09"), day("2026-11-16")};
  summary.energy.push_back({UseState::active, Supply::battery, Tier::measured, "battery-rate-1",
                            std::chrono::hours(10), Estimate{joules(288'000), 81.5, 8640.0},
                            std::nullopt});
  summary.energy.push_back({UseState::sleep, Supply::mains, Tier::estimated,
                            "sleep-default-1+adapter-1", std::chrono::hours(60),
                            Estimate{joules(216'000), 0.0, 129'600.0},
                            Estimate{joules(300'000), 0.0, 190'000.0}});
  summary.energy.push_back({UseState::awake, Supply::unknown, Tier::unknown, "",
                            std::chrono::minutes(15), std::nullopt, std::nullopt});
  summary.first_window = 101;
  summary.last_window = 390;
  report.summary = summary;
  report.store_id = "0123456789abcdef";
  return report;
}

// A state that came after the first messages.
inline Report report_with_time_off() {
  Report report = example_report();
  report.summary->energy.push_back({UseState::off, Supply::unknown, Tier::unknown, "",
                                    std::chrono::hours(50), std::nullopt, std::nullopt});
  report.summary->energy.push_back({UseState::off, Supply::battery, Tier::measured, "gauge-off-1",
                                    std::chrono::hours(14), Estimate{joules(900), 81.5, 27.0},
                                    std::nullopt});
  return report;
}

inline Report health_report() {
  Report report = example_report();
  report.sequence = 1;
  report.summary.reset();
  report.store_id.clear();
  report.inventory = example_inventory();
  report.serials = example_serials();
  return report;
}

// With what came after the first messages; those stay as they were.
inline Report provision_report() {
  Report report = health_report();
  report.data_list_version = newest_data_list;
  Provision& provision = report.inventory->provision;
  provision.locks = {true, false, true, std::nullopt, false};
  provision.system = {"Windows 11", "24H2", "Enterprise"};
  provision.tpm_version = "2.0";
  provision.secure_boot = SecureBoot::on;
  provision.panel = Panel{"LGD", 0x05E5, 355, 1920, 1080, 2018};
  provision.memory_slots = {2, 1, 16384};
  provision.firmware_batteries = {{"01AV478", milliwatt_hours(57000), day("2019-02-09")},
                                  {"01AV479", std::nullopt, std::nullopt}};
  report.serials->board_serial = "L1HF84B0";
  report.serials->asset_tag = "RIJK-4711";
  return report;
}

// And with what came after that.
inline Report platform_report() {
  Report report = provision_report();
  report.inventory->batteries.at(0).pack_number = 2;
  Provision& provision = report.inventory->provision;
  provision.processor = {"GenuineIntel", 6, 142, 10, true, 4, true};
  provision.drive_erase = {{"nvme0", true, true, false, true, true, false, false},
                           {"sda", false, false, true, true, false, true, true}};
  return report;
}

inline Report calibration_report() {
  Report report = health_report();
  report.sequence = 9;
  report.data_list_version = newest_data_list;
  report.serials.reset();
  CalibrationSummary calibration;
  calibration.form = FormFactor::laptop_16;
  calibration.tier = Tier::calibrated_device;
  calibration.method = "calibrated-model-1";
  calibration.doubt = "none";
  calibration.weights = {2.5, 1.12, 0.75, 2.25, 1.0, 0.5, 1.125};
  calibration.covariance = Symmetric::diagonal({0.25, 0.015625, 0.125, 0.5, 0.25, 0.25, 0.0225});
  calibration.covariance(1, 0) = -0.03125;
  calibration.residual_w = 0.375;
  calibration.windows = 120;
  calibration.left_out_error = 0.0625;
  report.calibration = calibration;
  return report;
}

inline EnrolmentRequest example_enrolment() {
  return {"abcdefghijklmnop", "0.1.0", example_inventory(), example_serials()};
}
inline EnrolmentAnswer example_answer() {
  return {"ponmlkjihgfedcba", std::string(secret_bytes, '\x7f'), true};
}
inline Acknowledgement example_acknowledgement() {
  return {"abcdefghijklmnop", 7, 6, std::string(secret_bytes, '\x11'), false};
}

}  // namespace wattlife
