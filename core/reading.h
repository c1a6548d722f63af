// SPDX-License-Identifier: EUPL-1.2
// What sensors say at one moment, as plain values, the same on every system.
// A quantity that the machine does not tell is an empty optional; it is never 0 and never -1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "core/units.h"

namespace wattlife {

enum class Os { linux_os, windows, macos };
const char* name_of(Os os);  // "linux", "windows", "macos"

enum class BatteryStatus { charging, discharging, full, not_charging, unknown };
const char* name_of(BatteryStatus status);

// One system battery. Batteries of mice, phones and UPSes are never listed.
struct Battery {
  std::string name;  // "BAT0"; on Windows "battery0"
  BatteryStatus status = BatteryStatus::unknown;
  bool present = true;
  std::optional<Energy> design;
  std::optional<Energy> full;
  std::optional<Energy> now;
  std::optional<Power> power;  // positive into the battery, negative out of it
  std::optional<Voltage> voltage;
  std::optional<std::int64_t> cycles;
  std::optional<Ratio> charge_limit;  // where the firmware stops charging, when it is set
  std::optional<Energy> step;         // smallest change that the gauge reports, where it tells
  std::optional<std::string> manufacturer;
  std::optional<std::string> model;
  std::optional<std::string> serial;  // identity of the pack; leaves the device only at enrolment
  friend bool operator==(const Battery&, const Battery&) = default;
};

// What a counter or a power figure covers; figures of different boundaries are never added.
enum class Boundary { cpu, soc, psys, sys };
const char* name_of(Boundary boundary);

// A counter of energy that only grows, until it restarts at `range`.
struct EnergyCounter {
  std::string name;  // "package-0"
  Boundary boundary = Boundary::cpu;
  std::int64_t energy_uj = 0;            // micro-joule: the raw number of the sensor
  std::optional<std::int64_t> range_uj;  // where it wraps; empty: it does not, or nobody says
  friend bool operator==(const EnergyCounter&, const EnergyCounter&) = default;
};

// A supply that is not a battery: mains, USB-C, wireless.
struct Adapter {
  std::string name;
  std::optional<bool> online;
  std::optional<Power> rated = std::nullopt;  // what it can deliver, never what it delivers
  friend bool operator==(const Adapter&, const Adapter&) = default;
};

enum class DiskKind { nvme, ata, emmc };
const char* name_of(DiskKind kind);

enum class Verdict { good, watch, replace, fail, unknown };
const char* name_of(Verdict verdict);

// One internal drive, with the raw fields of its own health report, unchanged.
struct Disk {
  std::string name;  // "nvme0"
  DiskKind kind = DiskKind::nvme;
  std::optional<std::string> model;
  std::optional<std::string> serial;
  std::optional<std::int64_t> size_bytes;
  std::optional<std::int64_t> critical_warning;  // NVMe: bit set
  std::optional<std::int64_t> percentage_used;   // of rated endurance; may exceed 100, stops at 255
  std::optional<std::int64_t> available_spare;   // %
  std::optional<std::int64_t> spare_threshold;   // %
  std::optional<std::int64_t> data_units_written;  // 512,000 bytes each; empty when not reported
  std::optional<std::int64_t> power_on_hours;
  std::optional<std::int64_t> media_errors;
  std::optional<std::int64_t> reallocated;
  std::optional<std::int64_t> pending;
  std::optional<std::int64_t> uncorrectable;
  std::optional<std::int64_t> command_timeouts;  // hard disks
  std::optional<bool> self_assessment_passed;    // ATA: what the drive says of itself
  std::optional<std::int64_t> reserve_state;     // eMMC: 1 normal, 2 warning, 3 urgent
  friend bool operator==(const Disk&, const Disk&) = default;
};

// What the machine is. Texts are trimmed; a placeholder such as "To be filled by O.E.M." is empty.
struct Identity {
  std::optional<std::string> manufacturer;
  std::optional<std::string> model;
  std::optional<std::string> sku;
  std::optional<std::string> serial;
  std::optional<std::string> uuid;
  std::optional<UtcDay> bios_date;
  std::optional<std::string> chassis;  // the word dmidecode uses: "Notebook"
  std::optional<std::string> cpu;
  std::optional<std::int64_t> memory_mib;
  std::optional<bool> virtual_machine = std::nullopt;  // a guest has no power of its own
  friend bool operator==(const Identity&, const Identity&) = default;
};

// What the processor, the drives, the network and the internal panel did, from counters that anyone
// may read. Which program or person did it is never read.
struct Activity {
  std::optional<std::int64_t> cpu_busy_ticks;   // since boot, all processors
  std::optional<std::int64_t> cpu_total_ticks;  // since boot, all processors, idle included
  std::optional<bool> panel_on;                 // the internal panel; external ones are not seen
  std::optional<Ratio> brightness;              // of the internal panel
  // Since boot: how long all internal drives together were busy, and bytes of real network
  // interfaces, both ways.
  std::optional<std::int64_t> disk_busy_ms = std::nullopt;
  std::optional<std::int64_t> network_bytes = std::nullopt;
  friend bool operator==(const Activity&, const Activity&) = default;
};

// A graphics chip with memory and supply of its own. It is never woken to be read.
struct DiscreteGpu {
  std::string name;            // "card1"
  std::optional<bool> awake;   // empty: nobody tells
  std::optional<Power> power;  // only while it is awake anyway
  friend bool operator==(const DiscreteGpu&, const DiscreteGpu&) = default;
};

// Something that exists and could not be read. Absence is not a fault and never listed.
struct Fault {
  std::string path;
  Cause cause = Cause::io;
  friend bool operator==(const Fault&, const Fault&) = default;
};

// Read at each tick: cheap.
struct PowerReading {
  std::vector<Battery> batteries;
  std::vector<EnergyCounter> counters;
  std::vector<Adapter> adapters;
  std::vector<DiscreteGpu> gpus;
  Activity activity;
  std::vector<Fault> faults;
  friend bool operator==(const PowerReading&, const PowerReading&) = default;
};

// Read at start and then rarely: these reads cost energy or wake a disk.
struct Inventory {
  Os os = Os::linux_os;
  Identity identity;
  std::vector<Battery> batteries;  // capacity and cycles; momentary fields as they happened to be
  std::vector<Disk> disks;
  bool simulated = false;  // a generated capture: everything made of it is labelled so
  std::vector<Fault> faults;
  friend bool operator==(const Inventory&, const Inventory&) = default;
};

}  // namespace wattlife
