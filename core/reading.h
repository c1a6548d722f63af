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
  // 1, 2, 3 … in the order in which this installation met its packs. No sensor says it: it is what
  // is told of the identity of a pack instead of its serial number.
  std::optional<std::int64_t> pack_number = std::nullopt;
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
  std::optional<std::int64_t> command_timeouts = std::nullopt;  // hard disks
  std::optional<bool> self_assessment_passed = std::nullopt;  // ATA: what the drive says of itself
  std::optional<std::int64_t> reserve_state = std::nullopt;   // eMMC: 1 normal, 2 warning, 3 urgent
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
  // Sleeps as Modern Standby / s2idle: short spells of work during it are normal. Empty: not told.
  std::optional<bool> modern_standby = std::nullopt;
  std::optional<std::string> board_serial = std::nullopt;  // of the main board
  friend bool operator==(const Identity&, const Identity&) = default;
};

// Whether maker and model are those that a hypervisor writes in the tables of its guests. A guest
// whose processor does not tell (ARM, or a host that hides itself) is known by them.
bool is_named_as_guest(const Identity& identity);

// What keeps a laptop from its next owner: yes, no, or empty for not known. "No" is said only where
// the machine itself can know: an enrolment that lives in a cloud, or an agent that sleeps in the
// firmware, is never denied from here (docs/measurement.md, "Locks").
struct Locks {
  std::optional<bool> bios_password;    // supervisor, power-on or management password of the setup
  std::optional<bool> activation;       // Activation Lock of Apple
  std::optional<bool> managed;          // MDM, Automated Device Enrolment, Entra or Autopilot
  std::optional<bool> persistence;      // Absolute, which firmware puts back after erasure
  std::optional<bool> disk_encryption;  // of the internal drives
  friend bool operator==(const Locks&, const Locks&) = default;
};

// The internal panel, from its EDID. An external monitor is never read, and of the internal one
// neither the serial number nor the week in which it was made.
struct Panel {
  std::optional<std::string> maker;  // three letters of the PNP registry: "LGD"
  std::optional<std::int64_t> product;
  std::optional<std::int64_t> diagonal_mm;
  std::optional<std::int64_t> width_px;
  std::optional<std::int64_t> height_px;
  std::optional<std::int64_t> year;  // of manufacture, or of the model
  friend bool operator==(const Panel&, const Panel&) = default;
};

// Places for memory modules, as the firmware lists them.
struct MemorySlots {
  std::optional<std::int64_t> total;
  std::optional<std::int64_t> used;
  std::optional<std::int64_t> largest_module_mib;
  friend bool operator==(const MemorySlots&, const MemorySlots&) = default;
};

// A pack as the maker of the laptop wrote it into the firmware: what was delivered, not what is in.
struct FirmwareBattery {
  std::optional<std::string> name;
  std::optional<Energy> design;
  std::optional<UtcDay> made;
  friend bool operator==(const FirmwareBattery&, const FirmwareBattery&) = default;
};

// The numbers of the processor by which systems choose (core/windows11); it has no serial number.
struct Processor {
  std::optional<std::string> vendor;   // "GenuineIntel", "AuthenticAMD"
  std::optional<std::int64_t> family;  // with the extended family added
  std::optional<std::int64_t> model;   // with the extended model added
  std::optional<std::int64_t> stepping;
  std::optional<bool> is_64_bit;
  std::optional<std::int64_t> cores;
  std::optional<bool> popcnt_and_sse42;
  friend bool operator==(const Processor&, const Processor&) = default;
};

// How a drive can be erased by commands of its own, as its identification says.
struct DriveErase {
  std::string name;  // of the drive: "nvme0"
  bool sanitize_crypto = false;
  bool sanitize_block = false;
  bool sanitize_overwrite = false;
  bool command = false;         // an older command: Format NVM, or SECURITY ERASE UNIT
  bool command_crypto = false;  // of which the result is a cryptographic erase
  bool frozen = false;          // ATA: security commands are refused until the power was off
  bool locked = false;          // ATA: a password is set and was not given
  friend bool operator==(const DriveErase&, const DriveErase&) = default;
};

// `capable`: the firmware can do it, whether it does is not known.
enum class SecureBoot { unknown, capable, off, on };
const char* name_of(SecureBoot state);  // "unknown", "capable", "off", "on"

// The operating system, in its own words. Until when it gets updates: core/os_support.
struct OperatingSystem {
  std::optional<std::string> name;     // "Windows 11", "Debian GNU/Linux", "macOS"
  std::optional<std::string> version;  // "24H2", "12", "15.1"
  std::optional<std::string> edition;  // "Enterprise"; Windows only
  friend bool operator==(const OperatingSystem&, const OperatingSystem&) = default;
};

// What else decides about a second life.
struct Provision {
  Locks locks;
  OperatingSystem system;
  std::optional<std::string> tpm_version;  // "2.0"; empty: none seen, which may be switched off
  SecureBoot secure_boot = SecureBoot::unknown;
  std::optional<Panel> panel;
  MemorySlots memory_slots;
  std::vector<FirmwareBattery> firmware_batteries;
  std::optional<std::string> asset_tag;  // of the owner, from the chassis; ships with the serials
  Processor processor = {};
  std::vector<DriveErase> drive_erase = {};  // drives that tell, in the order of the inventory
  friend bool operator==(const Provision&, const Provision&) = default;
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
  Provision provision = {};
  friend bool operator==(const Inventory&, const Inventory&) = default;
};

}  // namespace wattlife
