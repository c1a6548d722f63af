// SPDX-License-Identifier: EUPL-1.2
// The decoders behind sensors.h, one per source. Each takes the bytes or the tree and returns
// plain values; none touches the system. Formats: docs/measurement.md.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/reading.h"
#include "core/result.h"
#include "platform/machine_tree.h"

namespace wattlife {

// --- Linux -------------------------------------------------------------------------------------

// One /sys/class/power_supply/<name>/uevent. Empty when it is not a system battery (mains, a
// peripheral with scope Device, a UPS). Units: µWh family preferred; µAh times voltage_min_design
// (design voltage in the ACPI driver) gives energy. The sign of power comes from the status,
// never from the sign of the number (drivers differ); without a direction only zero is a reading,
// and 0 W in a pack that discharges is none. Values that no laptop can have are left empty.
// A pack that is not there is listed without numbers.
std::optional<Battery> linux_battery(std::string_view name, std::string_view uevent);
std::optional<Adapter> linux_adapter(std::string_view name, std::string_view uevent);

// Everything under sys/class/power_supply, in order of name.
void read_power_supplies_linux(const MachineTree& tree, PowerReading& into);
// Where charging stops, for each battery: files of their own, so not at every tick.
void read_charge_limits_linux(const MachineTree& tree, std::vector<Battery>& batteries);
// sys/class/powercap: package zones once (the mmio mirror is skipped by name); psys is listed with
// its own boundary and never added; core, uncore and dram are children and left out.
void read_powercap_linux(const MachineTree& tree, PowerReading& into);
// proc/stat, sys/class/backlight, sys/class/drm.
void read_activity_linux(const MachineTree& tree, PowerReading& into);
// sys/block/*/stat of internal whole drives (proc/diskstats where a recording has only that),
// sys/class/net of interfaces with a device.
void read_traffic_linux(const MachineTree& tree, PowerReading& into);
// sys/class/drm: discrete graphics chips. One that sleeps is never woken; the graphics inside an
// AMD processor, whose driver reports the power of the whole processor, is not listed.
void read_gpus_linux(const MachineTree& tree, PowerReading& into);
// The SMBIOS table, completed from sys/class/dmi/id (which anyone may read, save serials), the
// processor from proc/cpuinfo, memory from the table or else proc/meminfo.
Identity read_identity_linux(const MachineTree& tree, std::vector<Fault>& faults);
// Internal NVMe, ATA and eMMC drives. Without rights the model and size remain, and health becomes
// a fault.
void read_disks_linux(const MachineTree& tree, Inventory& into);

// What decides about a second life: firmware passwords, encryption, TPM, Secure Boot, the system,
// the panel, and what the SMBIOS table says of memory places and packs. Rules of each answer:
// locks_linux.cpp.
void read_provision_linux(const MachineTree& tree, Inventory& into);

// --- Windows -----------------------------------------------------------------------------------

// BATTERY_INFORMATION (36 bytes) and BATTERY_STATUS (16 bytes). Empty when it is not a system
// battery, or a short-term one (UPS). Relative capacities have no unit: energies stay empty.
// Malformed when too short.
Result<std::optional<Battery>> windows_battery(std::string_view name, std::string_view information,
                                               std::optional<std::string_view> status);
void read_batteries_windows(const MachineTree& tree, PowerReading& into);
// BATTERY_REPORTING_SCALE (at most 4 of 8 bytes, in order of capacity): the step of the gauge at a
// charge of `now`; the widest step when that is not known. Empty when none is believable.
std::optional<Energy> windows_battery_step(std::string_view scales, std::optional<Energy> now);
// display/state and display/brightness, disk/<n>/performance, net/counters.
void read_activity_windows(const MachineTree& tree, PowerReading& into);

// One channel of the Energy Metering Interface.
struct EmiChannel {
  std::string name;                // "RAPL_Package0_PKG"
  bool in_picowatt_hours = false;  // else: a unit that this version does not know
  friend bool operator==(const EmiChannel&, const EmiChannel&) = default;
};
// EMI_VERSION (2 bytes) and EMI_METADATA_V1 or _V2. Malformed when cut off, or of another version.
Result<std::vector<EmiChannel>> emi_channels(std::string_view version, std::string_view metadata);
// AbsoluteEnergy of one channel in EMI_CHANNEL_MEASUREMENT_DATA[], in its unit.
Result<std::uint64_t> emi_energy(std::string_view measurement, std::size_t channel);
// Exact but for the rest below one micro-joule; every 64-bit number has room.
std::int64_t microjoules_from_picowatt_hours(std::uint64_t picowatt_hours_counted);
// emi/: the package of the processor, once. Parts of it, single cores and mirrors are left out.
void read_emi_windows(const MachineTree& tree, PowerReading& into);
// power/status: the adapter. cpu/times: activity.
void read_power_status_windows(const MachineTree& tree, PowerReading& into);
Identity read_identity_windows(const MachineTree& tree, std::vector<Fault>& faults);
void read_disks_windows(const MachineTree& tree, Inventory& into);
// The same as read_provision_linux, from the texts that platform/locks_windows made of the system's
// answers.
void read_provision_windows(const MachineTree& tree, Inventory& into);
// UTF-16LE, at most up to the first NUL, as UTF-8; a lone surrogate becomes U+FFFD.
std::string utf8_from_utf16le(std::string_view bytes);

// --- macOS -------------------------------------------------------------------------------------

struct Property;  // property_list.h
// The properties of AppleSmartBattery. AppleRaw… capacities before those that may be percentages;
// mAh at the nominal voltage of the cells. Listed without numbers when no pack is installed.
std::optional<Battery> macos_battery(const Property& entry);
// A sum of milliwatts, one for each second that was sampled, is a counter of energy: 1 mW for 1 s
// is 1,000 µJ. Not believed unless the mean lies between 0 and 200 W.
std::optional<EnergyCounter> macos_accumulator(std::string_view name, std::int64_t milliwatts,
                                               std::int64_t samples);
// ioreg/AppleSmartBattery: the pack, the adapter, and "system-load" of PowerTelemetryData.
void read_battery_macos(const MachineTree& tree, PowerReading& into);
// cpu/load.
void read_activity_macos(const MachineTree& tree, PowerReading& into);
Identity read_identity_macos(const MachineTree& tree, std::vector<Fault>& faults);
// One smc/<KEY>: its type (4 characters) and its bytes, as thousandths of its unit. Malformed for a
// type that is not known or bytes that do not fit it.
Result<std::int64_t> smc_thousandths(std::string_view value);
// Activation Lock, enrolment, FileVault, the system's version and the panel: from the words of the
// system's own programs where a capture has them, and from what can be read without starting one.
void read_provision_macos(const MachineTree& tree, Inventory& into);
// The properties that Apple silicon gives a framebuffer in place of an EDID. Absent for a monitor
// of another maker, malformed for what is no property list.
Result<Panel> decode_mac_panel(std::string_view list);
std::optional<Panel> read_panel_macos(const MachineTree& tree, std::vector<Fault>& faults);

// --- Shared formats ----------------------------------------------------------------------------

// NVMe log page 02h (512 bytes) into the health fields of `disk`. Malformed when too short.
Done decode_nvme_health(std::string_view log, Disk& disk);
// NVMe Identify Controller (4,096 bytes): serial, model, total capacity. Malformed when too short.
Done decode_nvme_identify(std::string_view page, Disk& disk);

// nvme/<n> of Windows and macOS: identify, log/02, and where the first does not tell, model and
// size. A page that is refused is a fault, and its drive is listed without it.
void read_nvme_drives(const MachineTree& tree, Inventory& into);
// Names under `folder` that are numbers: "10" after "9".
std::vector<std::string> numbers_in(const MachineTree& tree, std::string_view folder,
                                    std::vector<Fault>& faults);

// Version of an SMBIOS table; it decides the byte order of the UUID.
struct SmbiosVersion {
  unsigned major = 3;
  unsigned minor = 0;
  friend auto operator<=>(const SmbiosVersion&, const SmbiosVersion&) = default;
};
// The raw SMBIOS structure table (Linux: sys/firmware/dmi/tables/DMI; Windows: RawSMBIOSData
// without its 8-byte header). A table that stops early gives what was before; never reads outside.
Identity decode_smbios(std::string_view table, SmbiosVersion version = {});

// What it says beyond identity: smbios_parts.h.

// The first block of an EDID (VESA E-EDID 1.3 or 1.4). Malformed when it is too short, its header,
// version or checksum is wrong. Serial number, its text and the week are never taken.
Result<Panel> decode_edid(std::string_view edid);

// One structure, as views into the table.
struct SmbiosStructure {
  unsigned type = 0;
  std::size_t offset = 0;                 // in the table
  std::string_view formatted;             // with its header of 4 bytes
  std::vector<std::string_view> strings;  // without their NUL

  // The number in `bytes` bytes at `at` (counted from the header); empty past the formatted area.
  std::optional<std::uint64_t> number(std::size_t at, std::size_t bytes) const;
  // The string that the byte at `at` numbers; empty when there is none, or a placeholder.
  std::optional<std::string> text(std::size_t at) const;
};
// Calls `visit` for each structure in order, up to and including the end-of-table one. Stops at the
// first that does not fit; one whose list of strings is cut off is the last.
void for_each_smbios_structure(std::string_view table,
                               const std::function<void(const SmbiosStructure&)>& visit);
// 16 bytes as "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"; empty when they are no identity.
std::optional<std::string> smbios_uuid(std::string_view bytes, SmbiosVersion version);

// What people call the machine: the product name, but at Lenovo that is a number and the version
// holds the name.
std::optional<std::string> model_name(const std::optional<std::string>& manufacturer,
                                      const std::optional<std::string>& product,
                                      const std::optional<std::string>& version);
// A text that firmware leaves in place of a value: "To be filled by O.E.M.", "00000000", nothing.
bool is_placeholder(std::string_view text);
// A text of the machine fit to show and to send: trimmed, valid UTF-8 without control characters,
// at most 128 bytes. Empty for a placeholder.
std::optional<std::string> label_from(std::string_view text);
// Trimmed, and with one space where there were several.
std::string single_spaced(std::string_view text);
// dmidecode's word for a chassis type byte; "" for one that it does not name.
std::string_view chassis_name(unsigned type);
// "06/15/2021" or "06/15/21" as firmware writes it.
std::optional<UtcDay> bios_day(std::string_view text);
// The day of a pack, in any of the spellings that firmware uses: "06/10/2021", "2018-05-24",
// "20180524". Empty for others, and for a day that is not one ("1980-00-00").
std::optional<UtcDay> pack_day(std::string_view text);

// --- Faults ------------------------------------------------------------------------------------

// Notes that `path` could not be read, unless it is simply not there.
void add_fault(std::vector<Fault>& faults, std::string path, Cause cause);
// Names under the folder `path`, in order of name; a folder that cannot be listed is a fault.
std::vector<std::string> names_in(const MachineTree& tree, std::string_view path,
                                  std::vector<Fault>& faults);

}  // namespace wattlife
