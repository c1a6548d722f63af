// SPDX-License-Identifier: EUPL-1.2
// The one seam to the machine: a read-only tree of small files that holds raw answers, bytes as
// the system gave them. Linux has it already (/sys, /proc); on Windows and macOS one file projects
// the system's answers into the same shape; a capture is a copy of it in a text file. So every
// decoder, for every system, is compiled and tested on every system.
//
// Paths beyond the native ones. Values are raw: structures of the system, little endian.
//   everywhere  policy/<Key>                  the effective value of one setting, as text
//               policy-origin/<Key>           where it came from, as text; "(locked)" when managed
//               capture/simulated             "1" in a generated capture, else absent
//               crash/records                 how many crashes of the system left a record, as
//               text;
//                                             their content and time are never read (Linux: pstore
//                                             and its archive; Windows: Minidump)
//   Linux       sys/…, proc/…                 read at each tick: class/power_supply/*/uevent,
//                                             class/powercap/*/energy_uj, proc/stat,
//                                             block/*/stat, class/net/*/statistics,
//                                             class/backlight/*, and class/drm/*; what stays with a
//                                             device (names, kinds, ranges) is read once
//               nvme/<dev>/identify           4,096 bytes, Identify Controller
//               nvme/<dev>/log/02             512 bytes, SMART / Health Information
//               ata/<dev>/identify|attributes|thresholds   512 bytes each
//               ata/<dev>/devstat/01|03|04|05|07   512 bytes, Device Statistics page 1, 3, ...
//               ata/<dev>/status              2 bytes that SMART RETURN STATUS leaves: LBA mid,
//               high
//   Windows     battery/<n>/information       BATTERY_INFORMATION, 36 bytes
//               battery/<n>/status            BATTERY_STATUS, 16 bytes
//               battery/<n>/name|manufacturer|serial|unique_id    UTF-16LE text
//               battery/<n>/manufacture       BATTERY_MANUFACTURE_DATE, 4 bytes
//               battery/<n>/granularity       BATTERY_REPORTING_SCALE[], at most 4 of 8 bytes
//               emi/<n>/version               EMI_VERSION, 2 bytes
//               emi/<n>/metadata|measurement  EMI_METADATA_V*, EMI_CHANNEL_MEASUREMENT_DATA[]
//               display/state                 uint32 of GUID_CONSOLE_DISPLAY_STATE: off, on, dimmed
//               display/brightness            DISPLAY_BRIGHTNESS, 3 bytes
//               disk/<n>/performance          DISK_PERFORMANCE, 88 bytes, of internal drives
//               net/counters                  for each hardware interface its LUID, InOctets and
//                                             OutOctets as uint64 (of MIB_IF_ROW2, which holds
//                                             addresses and names as well)
//               smbios                        RawSMBIOSData of GetSystemFirmwareTable('RSMB')
//               nvme/<n>/identify|log/02      as on Linux; <n> is the number of the drive
//               nvme/<n>/size                 bytes, as uint64
//               ata/<n>/identify|attributes|thresholds|devstat/…|status   as on Linux, of drives on
//                                             an ATA or SATA controller
//               power/status                  SYSTEM_POWER_STATUS, 12 bytes
//               power/capabilities            SYSTEM_POWER_CAPABILITIES, 76 bytes
//               cpu/hypervisor                EAX to EDX of CPUID leaves 1, 0x40000000 and
//                                             0x40000003, 48 bytes
//               cpu/times                     idle, kernel, user as three FILETIME, 24 bytes;
//                                             kernel includes idle, as GetSystemTimes says
//               cpu/name, memory/bytes        text (registry); uint64
//               cpu/vendor|identifier         text (registry): "GenuineIntel"; "Intel64 Family 6
//                                             Model 142 Stepping 10"
//               cpu/features                  EAX to EDX of CPUID leaves 1 and 0x80000001, 32 bytes
//               cpu/cores                     uint32, cores of all packages, not their threads
//               powercfg/batteryreport.xml    made when it is asked for, which takes seconds
//               firmware/passwords            a line per answer of the maker's WMI class, as it
//                                             said it: "lenovo PasswordState 2", "dell Admin 1",
//                                             "hp Setup Password 0"
//               firmware/secureboot           UEFISecureBootEnabled: "1", "0"; absent: legacy start
//               management/enrolments         a line per MDM enrolment: its ProviderID, no more
//               management/entra|autopilot    how many joins; "1" when a profile names a tenant
//               management/persistence        a line per service of Absolute that is installed
//               encryption/volumes            "<VolumeType> <ProtectionStatus>" of each volume
//               tpm                           TPM_DEVICE_INFO, 16 bytes
//               os/version|display-version|edition     "10.0.22631", "23H2", "Enterprise"
//               panel/edid                    of the internal panel only
//   macOS       ioreg/<class>                 properties of the first entry of AppleSmartBattery or
//                                             IOPlatformExpertDevice, as an XML property list;
//                                             decoders also take the text of `ioreg -rn <class>`
//               smc/<KEY>                     type of the key (4 characters: "flt ", "sp78") and
//                                             its bytes, as the controller gives them (captures
//                                             only)
//               cpu/load                      host_cpu_load_info: user, system, idle, nice, 4
//                                             uint32
//               sysctl/hw.memsize             uint64; sysctl/kern.hv_vmm_present int32;
//                                             sysctl/machdep.cpu.brand_string text
//               nvme/<n>/identify|log/02      as on Linux; internal drives with a health log
//               nvme/<n>/size|model           uint64, bytes of its medium; text of the registry
//               panel/edid                    of the internal panel, on Intel
//               ioreg/DisplayAttributes       that property of the internal panel, on Apple silicon
//               nvram/locks                   a line per variable of Find My that is there: its
//                                             name, never its content
//               management/marks              a line per mark of enrolment that is there, without
//                                             its leading dot; "CloudConfigFetchError" when the
//                                             record holds one; never its content
//               System/Library/CoreServices/SystemVersion.plist   the file
//               system_profiler/SPHardwareDataType, profiles/enrollment, fdesetup/status
//                                             what these programs print, in English (captures
//                                             only)
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/reading.h"
#include "core/result.h"

namespace wattlife {

class MachineTree {
 public:
  virtual ~MachineTree() = default;

  // The system whose answers this tree holds; decides which decoders are used.
  virtual Os os() const = 0;

  // All bytes of the value at `path`, at most 1 MiB. `path` has no leading slash and no ".." part.
  // Errors: absent (no such value), denied, busy (the call hangs; try at a later tick), asleep (a
  // drive that is not woken), io.
  virtual Result<std::string> read(std::string_view path) const = 0;

  // Names directly under `path`, sorted, without the path. Errors as read(); a folder that is
  // empty is an empty list.
  virtual Result<std::vector<std::string>> list(std::string_view path) const = 0;
};

// The largest value that read() returns.
inline constexpr std::size_t largest_value_bytes = std::size_t{1} << 20;

// The tree of the machine that this program runs on (machine_tree_{linux,windows,macos}.cpp).
// `config_folder` holds agent.toml, agent.d/ and managed.d/; on Windows it is used only when it is
// not the default, and stands in for the registry. `root` replaces "/" on Linux and
// macOS, for tests.
// `scratch_folder` is a folder of our own in which a tool of the system may write a file for a
// moment (Windows: the battery report); empty: no such value is read.
struct LiveTreeOptions {
  std::string config_folder;
  std::string root = "/";
  std::string scratch_folder = {};
};
std::unique_ptr<MachineTree> live_machine_tree(const LiveTreeOptions& options);

// Where administrators put settings when no --config is given: "/etc/wattlife" and the like.
std::string default_config_folder();

}  // namespace wattlife
