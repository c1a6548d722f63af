// SPDX-License-Identifier: EUPL-1.2
// The live tree of a Linux machine: /sys and /proc as they are, the pages of drives by the kernel's
// pass-through calls, settings from TOML files.
#include "platform/machine_tree.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>

#include "core/text.h"
#include "platform/bounded_reader.h"
#include "platform/crash_records.h"
#include "platform/descriptor_linux.h"
#include "platform/drive_pages_linux.h"
#include "platform/kept_files_linux.h"
#include "platform/settings_folder.h"

namespace wattlife {
namespace {

// A drive that does not answer is asked for at most this long; the kernel itself waits a minute.
constexpr Duration longest_drive_call = std::chrono::seconds(5);

// `path` has no leading slash and no part ".."; empty is the folder itself.
bool is_inside(std::string_view path) {
  if (path.starts_with('/') || path.find('\0') != std::string_view::npos) return false;
  if (path.find("..") == std::string_view::npos) return true;
  const auto parts = split(path, '/');
  return std::find(parts.begin(), parts.end(), "..") == parts.end();
}

SettingsAccess settings_access() {
  return {[](const std::string& path) { return bytes_at(AT_FDCWD, path, largest_settings_bytes); },
          [](const std::string& path) { return names_at(AT_FDCWD, path); }};
}

// --- What a tick reads ---------------------------------------------------------------------------

struct Place {
  std::string_view folder;
  std::string_view ending;
};

// Names, kinds and ranges that stay while the device is there: read once, so that a tick costs the
// counters and nothing else. They are read anew when the list of their folder is another one, or
// when a file of a device in it that was kept open lost that device.
constexpr Place constants[] = {
    {"sys/class/powercap/", "/name"},     {"sys/class/powercap/", "/max_energy_range_uj"},
    {"sys/class/backlight/", "/type"},    {"sys/class/backlight/", "/max_brightness"},
    {"sys/class/power_supply/", "/type"}, {"sys/class/power_supply/", "/scope"},
    {"sys/class/drm/", "/device/uevent"}, {"sys/class/drm/", "_label"},
    {"sys/class/net/", "/device/uevent"}, {"sys/block/", "/device/vendor"},
    {"sys/block/", "/device/type"},
};

// Bridges, tunnels and the loop back have no device, and get none: the link to it is made before
// the name is in the list (device_add_class_symlinks).
constexpr Place absences[] = {{"sys/class/net/", "/device/uevent"}};

// What changes: kept open, and closed when the list of their folder is another one.
constexpr Place moments[] = {
    {"proc/", "stat"},
    {"proc/", "diskstats"},
    {"sys/class/power_supply/", "/uevent"},
    {"sys/class/powercap/", "/energy_uj"},
    {"sys/class/backlight/", "/bl_power"},
    {"sys/class/backlight/", "/actual_brightness"},
    {"sys/class/drm/", "/status"},
    {"sys/class/drm/", "/enabled"},
    {"sys/class/drm/", "/dpms"},
    {"sys/class/drm/", "/device/power/runtime_status"},
    {"sys/class/drm/", "/power1_average"},
    {"sys/class/drm/", "/power1_input"},
    {"sys/class/net/", "/statistics/rx_bytes"},
    {"sys/class/net/", "/statistics/tx_bytes"},
    {"sys/block/", "/stat"},
};

// Folders that a tick asks for. Packs and adapters come and go, so theirs is listed each time; a
// panel, a graphics card, a drive or a network device that is new may wait a few minutes.
constexpr std::string_view listed_at_each_tick = "sys/class/power_supply";
constexpr std::string_view listed_now_and_then[] = {
    "sys/class/powercap", "sys/class/backlight", "sys/class/drm", "sys/class/net", "sys/block",
};
constexpr Duration list_holds = std::chrono::minutes(5);

template <std::size_t size>
bool is_in(const Place (&places)[size], std::string_view path) {
  return std::any_of(std::begin(places), std::end(places), [&](const Place& place) {
    return path.starts_with(place.folder) && path.ends_with(place.ending);
  });
}

// --- The tree ------------------------------------------------------------------------------------

class LinuxTree final : public MachineTree {
 public:
  explicit LinuxTree(const LiveTreeOptions& options)
      : root_path_(options.root.empty() ? "/" : options.root),
        root_(open(root_path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
        config_folder_(options.config_folder.empty() ? default_config_folder()
                                                     : options.config_folder) {}

  Os os() const override { return Os::linux_os; }

  Result<std::string> read(std::string_view path) const override {
    // What a tick asks for: paths that were looked at when they were first read.
    if (const auto known = known_.find(path); known != known_.end()) return known->second;
    if (files_.holds(path)) return moment(path);
    if (!is_inside(path)) return outside(path);
    if (path.starts_with("policy/")) return policy(path.substr(7), &ConfiguredSetting::text);
    if (path.starts_with("policy-origin/")) {
      return policy(path.substr(14), &ConfiguredSetting::origin);
    }
    if (path == "crash/records") return crash_records();
    if (is_machine() && path.starts_with("nvme/")) return drive(path, nvme_page);
    if (is_machine() && path.starts_with("ata/")) return drive(path, ata_page);
    if (is_in(moments, path)) return moment(path);
    auto bytes = bytes_at(root_.number(), std::string(path), largest_value_bytes);
    const bool stays_absent = !bytes && bytes.error().cause == Cause::absent;
    if ((bytes && is_in(constants, path)) || (stays_absent && is_in(absences, path))) {
      known_.emplace(path, bytes);
    }
    return bytes;
  }

  Result<std::vector<std::string>> list(std::string_view path) const override {
    if (path == listed_at_each_tick) return list_anew(path);
    if (std::find(std::begin(listed_now_and_then), std::end(listed_now_and_then), path) !=
        std::end(listed_now_and_then)) {
      return list_held(path);
    }
    if (!is_inside(path)) return outside(path);
    if (path == "policy" || path == "policy-origin") {
      return settings_in_folder(config_folder_, settings_access());
    }
    if (is_machine() && path == "nvme") return names_where("dev", is_nvme_controller);
    if (is_machine() && path == "ata") return ata_drives();
    return names_at(root_.number(), std::string(path));
  }

 private:
  // Unknown, and not 0, where nothing keeps records. A copy of a machine may hold the count itself.
  Result<std::string> crash_records() const {
    const std::string path = "crash/records";
    if (!is_machine()) {
      auto copied = bytes_at(root_.number(), path, largest_value_bytes);
      if (copied) return copied;
    }
    const auto backend =
        bytes_at(root_.number(), "sys/module/pstore/parameters/backend", largest_value_bytes);
    const bool kept = backend && trimmed(*backend) != "(null)" && !trimmed(*backend).empty();
    const auto archive = names_at(root_.number(), "var/lib/systemd/pstore");
    const auto pstore = names_at(root_.number(), "sys/fs/pstore");
    for (const auto* names : {&archive, &pstore}) {
      if (!*names && names->error().cause != Cause::absent) return names->error();
    }
    if (!kept && (!archive || archive->empty())) {
      return Error{Cause::absent, path + ": nothing keeps records of crashes"};
    }
    const std::vector<std::string> none;
    return std::to_string(crashes_kept(pstore ? *pstore : none, archive ? *archive : none));
  }

  // Below another root everything is a file, so that a copy of a machine can be read.
  bool is_machine() const { return root_path_ == "/"; }

  static Error outside(std::string_view path) {
    return {Cause::absent, std::string(path) + ": not a path of the tree"};
  }

  // A value that changes, from a file that stays open.
  Result<std::string> moment(std::string_view path) const {
    const std::size_t lost = files_.lost();
    auto bytes = files_.read(path);
    if (files_.lost() != lost) forget_beside(path);
    if (bytes) {
      held_.was_read(path);
    } else {
      held_.was_not_read(path);
    }
    return bytes;
  }

  Result<std::vector<std::string>> list_anew(std::string_view path) const {
    auto names = files_.list(std::string(path));
    if (names) forget_when_changed(path, *names);
    return names;
  }

  Result<std::vector<std::string>> list_held(std::string_view path) const {
    if (!is_machine()) return list_anew(path);
    const auto now = HeldLists::Clock::now();
    if (const auto* names = held_.find(path, now)) return *names;
    auto names = list_anew(path);
    held_.hold(path, names, now);
    return names;
  }

  // A device came or went: another one may have its name now.
  void forget_when_changed(std::string_view path, const std::vector<std::string>& names) const {
    const std::string folder = std::string(path) + "/";
    auto& before = listed_[folder];
    if (before == names) return;
    before = names;
    forget(folder);
  }

  // A file that was kept open lost its device. When another has the name already no list tells.
  void forget_beside(std::string_view path) const {
    held_.drop_above(path);
    for (const auto& [folder, names] : listed_) {
      if (path.starts_with(folder)) forget(folder);
    }
  }

  void forget(const std::string& folder) const {
    std::erase_if(known_, [&](const auto& known) { return known.first.starts_with(folder); });
    files_.forget(folder);
    held_.forget(folder);
  }

  Result<std::string> policy(std::string_view key, std::string ConfiguredSetting::*part) const {
    auto found = setting_in_folder(config_folder_, key, settings_access());
    if (!found) return found.error();
    return std::move((*found).*part);
  }

  // `path` is <kind>/<drive>/<page>. The name becomes that of a device file: only names that are in
  // the list are asked.
  Result<std::string> drive(std::string_view path,
                            Result<std::string> (*page_of)(const std::string&,
                                                           std::string_view)) const {
    const std::size_t first = path.find('/');
    const std::size_t second = std::min(path.find('/', first + 1), path.size() - 1);
    const std::string name(path.substr(first + 1, second - first - 1));
    const auto known = list(path.substr(0, first));
    if (!known) return known.error();
    if (std::find(known->begin(), known->end(), name) == known->end()) return outside(path);
    return drives_.read(std::string(path), [name, page = std::string(path.substr(second + 1)),
                                            page_of] { return page_of(name, page); });
  }

  Result<std::vector<std::string>> names_where(const std::string& folder,
                                               bool (*wanted)(std::string_view)) const {
    auto names = names_at(root_.number(), folder);
    if (!names) return names.error();
    std::erase_if(*names, [&](const std::string& name) { return !wanted(name); });
    return names;
  }

  Result<std::vector<std::string>> ata_drives() const {
    auto names = names_where("sys/block", is_scsi_disk);
    if (!names) return names;
    std::erase_if(*names, [&](const std::string& name) {
      const auto vendor = read("sys/block/" + name + "/device/vendor");
      return !vendor || !is_ata_vendor(*vendor);
    });
    return names;
  }

  std::string root_path_;
  Descriptor root_;
  std::string config_folder_;
  mutable KeptFiles files_{root_.number(), largest_value_bytes};
  mutable ByPath<Result<std::string>> known_;
  mutable std::map<std::string, std::vector<std::string>, std::less<>> listed_;
  mutable HeldLists held_{list_holds};
  mutable BoundedReader drives_{longest_drive_call};
};

}  // namespace

std::unique_ptr<MachineTree> live_machine_tree(const LiveTreeOptions& options) {
  return std::make_unique<LinuxTree>(options);
}

std::string default_config_folder() { return "/etc/wattlife"; }

}  // namespace wattlife
