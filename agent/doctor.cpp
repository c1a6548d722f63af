// SPDX-License-Identifier: EUPL-1.2
#include "agent/doctor.h"

#include <algorithm>
#include <array>
#include <map>

#include "core/health.h"
#include "core/table.h"
#include "core/text.h"

namespace wattlife {
namespace {

// --- Codes ---------------------------------------------------------------------------------------

constexpr std::string_view settings_invalid = "WL-1001";
constexpr std::string_view battery_unreadable = "WL-1101";
constexpr std::string_view counters_unreadable = "WL-1102";
constexpr std::string_view drives_unreadable = "WL-1103";
constexpr std::string_view identity_unreadable = "WL-1104";
constexpr std::string_view locks_unreadable = "WL-1105";
constexpr std::string_view activity_unreadable = "WL-1106";
constexpr std::string_view other_unreadable = "WL-1107";
constexpr std::string_view nothing_to_measure_with = "WL-1110";
constexpr std::string_view battery_gone = "WL-1111";
constexpr std::string_view drive_is_silent = "WL-1120";
constexpr std::string_view drive_behind_raid = "WL-1121";
constexpr std::string_view drive_behind_usb = "WL-1122";
constexpr std::string_view no_drive = "WL-1123";
constexpr std::string_view drive_gone = "WL-1124";
constexpr std::string_view virtual_machine = "WL-1130";
constexpr std::string_view recording_is_made = "WL-1131";
constexpr std::string_view system_without_updates = "WL-1140";
constexpr std::string_view system_soon_without_updates = "WL-1141";
constexpr std::string_view memory_errors = "WL-1150";
constexpr std::string_view system_crashed = "WL-1151";
constexpr std::string_view fan_stands_still = "WL-1152";
constexpr std::string_view battery_recalled = "WL-1160";
constexpr std::string_view folder_missing = "WL-1201";
constexpr std::string_view folder_open_to_others = "WL-1202";
constexpr std::string_view folder_of_another = "WL-1203";
constexpr std::string_view view_missing = "WL-1210";
constexpr std::string_view view_unreadable = "WL-1211";
constexpr std::string_view view_old = "WL-1212";
constexpr std::string_view store_fault = "WL-1213";

// --- Faults of the machine, by what they cost ----------------------------------------------------

struct Family {
  std::string_view id;
  std::string_view code;
  std::string_view beginnings;  // of paths, separated by spaces
  std::string_view works;       // what is said when nothing is wrong
  std::string_view costs;       // what the user loses
};
// The first that fits; the last fits everything.
constexpr std::array families{
    Family{"battery", battery_unreadable, "sys/class/power_supply battery power/status ioreg/Apple",
           "The battery can be read.", "Battery health and use on battery are not known."},
    Family{"energy-counters", counters_unreadable, "sys/class/powercap emi smc",
           "The energy counters of the processor can be read, or there are none.",
           "Use on mains is estimated with a wide interval."},
    Family{"drives", drives_unreadable, "nvme ata sys/class/nvme sys/block",
           "The drives can be read.", "Health of the drives is not known, or only in part."},
    Family{"identity", identity_unreadable,
           "sys/firmware/dmi sys/class/dmi smbios cpu/name memory proc/cpuinfo proc/meminfo",
           "Make, model and serial number can be read.",
           "Make, model or serial number are not known; the laptop is harder to match."},
    Family{"locks", locks_unreadable,
           "sys/class/firmware-attributes sys/firmware/efi sys/class/tpm firmware management "
           "encryption tpm os system_profiler profiles fdesetup nvram etc",
           "Locks and security state can be read.",
           "A lock may be overlooked when this laptop goes to a next owner."},
    Family{"activity", activity_unreadable,
           "sys/class/backlight sys/class/drm sys/class/net proc cpu panel sys/devices",
           "Use of the processor and of the panel can be read.",
           "Idle time and use cannot be told apart."},
    Family{"other", other_unreadable, "", "Nothing else is out of reach.",
           "One source is missing; the rest goes on."}};

bool is_of(const Family& family, std::string_view path) {
  if (family.beginnings.empty()) return true;
  for (const std::string_view beginning : split(family.beginnings, ' ')) {
    if (!path.starts_with(beginning)) continue;
    const std::string_view rest = path.substr(beginning.size());
    if (rest.empty() || rest.front() == '/' || beginning == "ioreg/Apple") return true;
  }
  return false;
}

std::string why(Cause cause) {
  switch (cause) {
    case Cause::denied:
      return "this program may not read it";
    case Cause::busy:
      return "it does not answer in time";
    case Cause::asleep:
      return "it sleeps, and is not woken to be asked";
    case Cause::malformed:
      return "its answer makes no sense";
    case Cause::absent:
      return "it went away";
    case Cause::io:
      return "the system could not read it";
  }
  return "";
}

std::string what_to_do(Cause cause) {
  switch (cause) {
    case Cause::denied:
      return "Run this as administrator: then it sees what the sampler sees.";
    case Cause::busy:
      return "Try again in a minute. If it stays, restart the laptop and update its firmware.";
    case Cause::asleep:
      return "Nothing is wrong. Use the drive, and try again while it turns.";
    case Cause::malformed:
      return "Update the firmware of this part. Send a capture to support if it stays.";
    case Cause::absent:
    case Cause::io:
      return "Look in the system's log for this device. The part may be failing.";
  }
  return "";
}

std::vector<Check> sensor_checks(const DoctorFacts& facts) {
  std::map<std::string, Cause> causes;  // each path once
  for (const auto* faults : {&facts.inventory.faults, &facts.power.faults, &facts.signs_faults}) {
    for (const Fault& fault : *faults) causes.emplace(fault.path, fault.cause);
  }
  std::vector<Check> checks;
  for (const Family& family : families) {
    std::map<Cause, std::vector<std::string>> by_cause;
    for (auto found = causes.begin(); found != causes.end();) {
      if (!is_of(family, found->first)) {
        ++found;
        continue;
      }
      by_cause[found->second].push_back(found->first);
      found = causes.erase(found);
    }
    if (by_cause.empty()) checks.push_back(ok(std::string(family.id), std::string(family.works)));
    for (const auto& [cause, paths] : by_cause) {
      const std::string more =
          paths.size() > 1 ? " and " + std::to_string(paths.size() - 1) + " more" : "";
      checks.push_back(
          warned(std::string(family.id), family.code,
                 paths.front() + more + ": " + why(cause) + ". " + std::string(family.costs),
                 what_to_do(cause)));
    }
  }
  return checks;
}

// --- The machine ---------------------------------------------------------------------------------

std::vector<Check> machine_checks(const DoctorFacts& facts) {
  const Inventory& inventory = facts.inventory;
  std::vector<Check> checks;
  const bool guest = inventory.identity.virtual_machine == true;
  if (inventory.simulated) {
    checks.push_back(warned("machine", recording_is_made,
                            "This machine is simulated: nothing here was measured.",
                            "Use a recording of a real laptop."));
  } else if (guest) {
    checks.push_back(warned("machine", virtual_machine,
                            "This is a virtual machine: it has no power of its own to measure.",
                            "Install Wattlife on the laptop itself."));
  } else {
    checks.push_back(ok("machine", "This is a machine of its own."));
  }

  const bool pack = std::any_of(inventory.batteries.begin(), inventory.batteries.end(),
                                [](const Battery& battery) { return battery.present; });
  const bool source = pack || !facts.power.counters.empty();
  if (source) {
    checks.push_back(ok("energy", pack ? "There is a battery to measure with."
                                       : "There is no battery, but there are energy counters."));
  } else if (guest) {
    checks.push_back(skipped("energy", "A virtual machine is not measured."));
  } else {
    checks.push_back(failed("energy", nothing_to_measure_with,
                            "There is no battery and no energy counter that can be read.",
                            "Look at the rows below: with rights there may be one. A desktop "
                            "without counters can only be estimated."));
  }
  return checks;
}

// --- Drives --------------------------------------------------------------------------------------

Check hidden_drive_check(const HiddenDrive& drive) {
  if (drive.behind == HiddenDrive::Behind::other_driver) {
    return warned("drive." + drive.name, drive_is_silent,
                  drive.name + " exists, but its driver passes no question for its health on.",
                  "Look whether the controller is set to RAID, and whether the driver is the "
                  "system's own.");
  }
  if (drive.behind == HiddenDrive::Behind::raid) {
    return warned("drive." + drive.name, drive_behind_raid,
                  drive.name + " is behind a RAID controller: it exists, but tells no health.",
                  "Set the controller to AHCI or NVMe before the next installation, or use the "
                  "maker's own tool.");
  }
  return warned("drive." + drive.name, drive_behind_usb,
                drive.name + " is behind USB or another bridge: it exists, but tells no health.",
                "Nothing, when it is an external drive. It is not counted as part of this laptop.");
}

std::vector<Check> drive_checks(const DoctorFacts& facts) {
  std::vector<Check> checks;
  for (const Disk& disk : facts.inventory.disks) {
    const Judgement judgement = judge_disk(disk);
    if (judgement.verdict == Verdict::unknown) {
      checks.push_back(warned("drive." + disk.name, drive_is_silent,
                              disk.name + " exists, but tells no health.",
                              "Run this as administrator. If it stays, the drive or its driver "
                              "does not tell."));
    } else {
      checks.push_back(ok("drive." + disk.name,
                          disk.name + " tells its health: " + name_of(judgement.verdict) + "."));
    }
  }
  for (const HiddenDrive& drive : facts.hidden) checks.push_back(hidden_drive_check(drive));
  if (checks.empty()) {
    checks.push_back(warned("drive", no_drive, "No internal drive was found.",
                            "Look whether the controller is set to RAID, and whether the driver is "
                            "the system's own."));
  }
  return checks;
}

// --- Recalled packs, and signs of trouble --------------------------------------------------------

std::vector<Check> recall_checks(const DoctorFacts& facts) {
  std::vector<Check> checks;
  for (const RecallMatch& match : recalls_to_look_up(facts.inventory, facts.recalls)) {
    const std::string what = match.of_pack
                                 ? "The number of pack " + match.battery
                                 : "A laptop of this type, with a pack as " + match.battery + ",";
    checks.push_back(
        warned("recall." + match.battery, battery_recalled,
               what + " is named in a recall of " + to_iso8601(match.day) +
                   ": whether it is this very one is not known.",
               "Look it up before the laptop is used on or moved: " + match.look_up + "."));
  }
  return checks;
}

// Silence is not health: without a sign there is no row.
std::vector<Check> sign_checks(const HardwareSigns& signs) {
  std::vector<Check> checks;
  for (const std::string& code : worth_a_look(signs)) {
    if (code == "memory_errors") {
      checks.push_back(failed("memory", memory_errors,
                              "The memory had errors that could not be corrected: " +
                                  std::to_string(*signs.memory_errors_uncorrected) +
                                  " since the start.",
                              "Test the memory, and replace the module."));
    } else if (code == "memory_errors_corrected") {
      checks.push_back(warned("memory", memory_errors,
                              "The memory had errors that were corrected: " +
                                  std::to_string(*signs.memory_errors_corrected) +
                                  " since the start.",
                              "Test the memory when they go on."));
    } else if (code == "crashed") {
      checks.push_back(
          warned("crashes", system_crashed,
                 "The system keeps records of crashes: " + std::to_string(*signs.crashes) + ".",
                 "Look at what they have in common. One can be a driver; more can be "
                 "the main board or the memory."));
    } else if (code == "fan_stands_still") {
      checks.push_back(
          warned("fan", fan_stands_still,
                 "It is " + fixed(static_cast<double>(*signs.hottest_millicelsius) / 1000.0, 0) +
                     " degrees inside and no fan turns.",
                 "Look again in five minutes. If it stays: clean the fan, or replace "
                 "it."));
    }
  }
  return checks;
}

// --- What was there and is gone -----------------------------------------------------------------

bool is_there(const KnownPart& part, const std::vector<KnownPart>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](const KnownPart& now) {
    // A drive may get another letter at the next start; a pack stays in its bay.
    const bool same_model = part.kind == KnownPart::Kind::drive && !part.model.empty();
    return now.kind == part.kind &&
           (now.name == part.name || (same_model && now.model == part.model));
  });
}

std::vector<Check> gone_checks(const DoctorFacts& facts) {
  std::vector<Check> checks;
  const std::vector<KnownPart> parts = parts_of(facts.inventory);
  // Whoever may see no drive at all does not see that one is gone.
  const bool sees_drives =
      !facts.inventory.disks.empty() ||
      std::none_of(facts.inventory.faults.begin(), facts.inventory.faults.end(),
                   [](const Fault& fault) { return fault.cause == Cause::denied; });
  for (const KnownPart& part : facts.known_before) {
    if (is_there(part, parts)) continue;
    const bool drive = part.kind == KnownPart::Kind::drive;
    if (drive && !sees_drives) continue;
    const std::string since = part.gone_since.empty() ? "" : " since " + part.gone_since;
    const std::string name = part.name + (part.model.empty() ? "" : " (" + part.model + ")");
    checks.push_back(warned(
        (drive ? "drive." : "battery.") + part.name, drive ? drive_gone : battery_gone,
        name + " was there before, and is gone" + since + ".",
        drive ? "If nobody took it out: restart the laptop and look in the system's log. "
                "The drive may be failing; make a backup first."
              : "If nobody took it out: look whether it sits well, and restart the laptop."));
  }
  return checks;
}

// --- System and settings ------------------------------------------------------------------------

Check system_check(const DoctorFacts& facts) {
  constexpr std::chrono::days soon{183};
  const OperatingSystem& system = facts.inventory.provision.system;
  const auto until = supported_until(system, facts.os_support);
  if (!until) {
    const auto why = why_not_known(system, facts.os_support);
    return skipped("system", "Until when this system gets updates is not known" +
                                 (why ? ": " + *why : "") + ".");
  }
  const std::string name = system.name.value_or("") + " " + system.version.value_or("");
  if (*until < facts.today) {
    return warned("system", system_without_updates,
                  name + " gets no updates since " + to_iso8601(*until) + ".",
                  "Install a newer version. The laptop itself may be fine.");
  }
  if (*until < facts.today + soon) {
    return warned("system", system_soon_without_updates,
                  name + " gets updates until " + to_iso8601(*until) + ".",
                  "Plan a newer version. The laptop itself may be fine.");
  }
  return ok("system", name + " gets updates until " + to_iso8601(*until) + ".");
}

std::vector<Check> settings_checks(const DoctorFacts& facts) {
  if (facts.settings_problems.empty()) return {ok("settings", "The settings are valid.")};
  std::vector<Check> checks;
  for (const Error& problem : facts.settings_problems) {
    checks.push_back(failed("settings", settings_invalid, problem.text,
                            "Correct it where it was set: wattlife config show --origin names the "
                            "place."));
  }
  return checks;
}

// --- Folders and store --------------------------------------------------------------------------

Check folder_check(const FolderFacts& folder, bool owner_is_right) {
  const std::string id = "folder." + folder.name;
  if (folder.problem && folder.problem->cause == Cause::denied) {
    return skipped(id, folder.path + ": may not be looked at by this user.");
  }
  if (folder.problem) {
    return failed(id, folder_missing, folder.problem->text,
                  "Start the sampler: it makes its folders. If they were moved, give --state.");
  }
  const FolderRights& rights = folder.rights;
  const bool above = folder.name == "state";
  // In the folder above, others may add something; what is ours must stay in its place.
  const std::string& who = above ? rights.replacer : rights.writer;
  if (!who.empty()) {
    return failed(
        id, folder_open_to_others,
        folder.path + ": " + who + " can " +
            (above ? "put something else in the place of what is in it." : "write in it."),
        "Look at what is in it, then take that right away (chmod go-w, icacls).");
  }
  if (!owner_is_right) {
    return failed(id, folder_of_another, folder.path + ": belongs to " + rights.owner + ".",
                  "Move it away after looking at what is in it; the service makes it anew.");
  }
  return ok(id, folder.path + " belongs to " + rights.owner + ", and nobody else writes in it.");
}

// The sampler runs as the system, the agent with an account of its own. On a laptop where
// somebody tries it out, all belongs to them: that is right too, for then the sampler is theirs
// as well.
std::vector<Check> folder_checks(const std::vector<FolderFacts>& folders) {
  const auto of_the_system = [&](const FolderFacts& folder) {
    return !folder.problem && folder.rights.of_the_system;
  };
  const bool installed = std::any_of(
      folders.begin(), folders.end(),
      [&](const FolderFacts& folder) { return folder.name == "sampler" && of_the_system(folder); });
  std::vector<Check> checks;
  for (const FolderFacts& folder : folders) {
    const FolderRights& rights = folder.rights;
    const bool right = folder.name == "agent" ? rights.of_the_system || !rights.ours || !installed
                                              : rights.of_the_system || (rights.ours && !installed);
    checks.push_back(folder_check(folder, right));
  }
  return checks;
}

Check store_check(const DoctorFacts& facts) {
  constexpr std::chrono::days fresh{1};
  constexpr std::chrono::days stale{8};
  const std::string restart = "Look whether the service wattlife-sampler runs, and in its log.";
  const SamplerNews& news = facts.sampler;
  if (news.problem) {
    switch (news.problem->cause) {
      case Cause::absent:
        return failed("store", view_missing, news.problem->text,
                      "Start the sampler, and wait for a quarter of an hour.");
      case Cause::malformed:
        return failed("store", view_unreadable, news.problem->text,
                      "Install the sampler and this program in the same version.");
      default:
        return failed("store", view_unreadable, news.problem->text, restart);
    }
  }
  if (news.store_fault) {
    return failed("store", store_fault,
                  "The sampler cannot keep what it measures: " + *news.store_fault,
                  "Make room on the disk, or look in the log of the sampler.");
  }
  const auto age = facts.today - news.written;
  const std::string said = "The sampler wrote last on " + to_iso8601(news.written) + ".";
  if (age >= stale) return failed("store", view_old, said, restart);
  if (age > fresh) return warned("store", view_old, said, restart);
  return ok("store", said);
}

}  // namespace

const char* name_of(CheckResult result) {
  switch (result) {
    case CheckResult::ok:
      return "ok";
    case CheckResult::warn:
      return "warn";
    case CheckResult::fail:
      return "fail";
    case CheckResult::skip:
      return "skip";
  }
  return "skip";
}

std::vector<KnownPart> parts_of(const Inventory& inventory) {
  std::vector<KnownPart> parts;
  for (const Battery& battery : inventory.batteries) {
    if (!battery.present) continue;
    parts.push_back({KnownPart::Kind::battery, battery.name, battery.model.value_or("")});
  }
  for (const Disk& disk : inventory.disks) {
    parts.push_back({KnownPart::Kind::drive, disk.name, disk.model.value_or("")});
  }
  return parts;
}

std::vector<Check> examined(const DoctorFacts& facts) {
  std::vector<Check> checks = settings_checks(facts);
  const auto add = [&](std::vector<Check> more) {
    for (Check& check : more) checks.push_back(std::move(check));
  };
  add(machine_checks(facts));
  add(sensor_checks(facts));
  add(drive_checks(facts));
  add(recall_checks(facts));
  add(sign_checks(facts.signs));
  add(gone_checks(facts));
  checks.push_back(system_check(facts));
  if (!facts.installed_here) {
    checks.push_back(skipped("store", "A recording has no folders and no store."));
    return checks;
  }
  add(folder_checks(facts.folders));
  checks.push_back(store_check(facts));
  add(contact_checks(facts.collector, facts.today));
  return checks;
}

bool any_failed(const std::vector<Check>& checks) {
  return std::any_of(checks.begin(), checks.end(),
                     [](const Check& check) { return check.result == CheckResult::fail; });
}

std::vector<DoctorCode> doctor_codes() {
  std::vector<DoctorCode> codes = {
      {settings_invalid, "a setting is not valid"},
      {battery_unreadable, "the battery cannot be read"},
      {counters_unreadable, "the energy counters cannot be read"},
      {drives_unreadable, "a drive cannot be read"},
      {identity_unreadable, "make, model or serial number cannot be read"},
      {locks_unreadable, "a lock cannot be read"},
      {activity_unreadable, "use of processor or panel cannot be read"},
      {other_unreadable, "something else cannot be read"},
      {nothing_to_measure_with, "no battery and no energy counter"},
      {battery_gone, "a battery that was there is gone"},
      {drive_is_silent, "a drive tells no health"},
      {drive_behind_raid, "a drive is behind a RAID controller"},
      {drive_behind_usb, "a drive is behind USB or another bridge"},
      {no_drive, "no internal drive was found"},
      {drive_gone, "a drive that was there is gone"},
      {virtual_machine, "this is a virtual machine"},
      {recording_is_made, "this recording was generated"},
      {system_without_updates, "the system gets no more updates"},
      {system_soon_without_updates, "the system soon gets no more updates"},
      {memory_errors, "the memory had errors"},
      {system_crashed, "the system keeps records of crashes"},
      {fan_stands_still, "no fan turns while it is hot inside"},
      {battery_recalled, "a battery may be recalled"},
      {folder_missing, "a state folder is missing"},
      {folder_open_to_others, "others can write in a state folder"},
      {folder_of_another, "a state folder belongs to somebody else"},
      {view_missing, "the sampler has not written yet"},
      {view_unreadable, "view.json cannot be read"},
      {view_old, "the sampler has not written for days"},
      {store_fault, "the sampler cannot keep what it measures"},
  };
  for (const DoctorCode& code : contact_codes()) codes.push_back(code);
  return codes;
}

std::string checks_as_lines(const std::vector<Check>& checks) {
  std::string text;
  for (const Check& check : checks) {
    std::string head = name_of(check.result);
    head.resize(6, ' ');
    head += check.id;
    if (head.size() < 24) head.resize(24, ' ');
    text +=
        head + " " + check.sentence + (check.code.empty() ? "" : " (" + check.code + ")") + "\n";
    if (!check.fix.empty()) text += std::string(25, ' ') + check.fix + "\n";
  }
  return text;
}

std::string checks_as_json(const std::vector<Check>& checks) {
  Table table{{"id", "result", "sentence", "fix", "code"}, {}};
  for (const Check& check : checks) {
    table.rows.push_back({check.id, name_of(check.result), check.sentence,
                          check.fix.empty() ? Cell() : Cell(check.fix),
                          check.code.empty() ? Cell() : Cell(check.code)});
  }
  return "{\"checks\": " + to_json(table) +
         ",\n \"failed\": " + (any_failed(checks) ? "true" : "false") + "}\n";
}

}  // namespace wattlife
