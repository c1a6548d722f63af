// SPDX-License-Identifier: EUPL-1.2
// The live tree of a Linux machine: /sys and /proc as they are, the pages of drives by the kernel's
// pass-through calls, settings from TOML files.
#include "platform/machine_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "core/text.h"
#include "platform/bounded_reader.h"
#include "platform/descriptor_linux.h"
#include "platform/drive_pages_linux.h"
#include "platform/settings_folder.h"

namespace wattlife {
namespace {

// A drive that does not answer is asked for at most this long; the kernel itself waits a minute.
constexpr Duration longest_drive_call = std::chrono::seconds(5);

// `path` has no leading slash and no part ".."; empty is the folder itself.
bool is_inside(std::string_view path) {
  if (path.substr(0, 1) == "/" || path.find('\0') != std::string_view::npos) return false;
  const auto parts = split(path, '/');
  return std::find(parts.begin(), parts.end(), "..") == parts.end();
}

// Regular files only (files of sysfs and proc are): nothing that is opened can make us wait.
Result<std::string> bytes_at(int folder, const std::string& path, std::size_t limit) {
  const Descriptor file(openat(folder, path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open()) return system_error(path, errno);
  struct stat status = {};
  if (fstat(file.number(), &status) != 0) return system_error(path, errno);
  if (!S_ISREG(status.st_mode)) return system_error(path, ENOENT);

  std::string bytes;
  char buffer[16 * 1024];
  while (true) {
    const ssize_t count = ::read(file.number(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(path, errno);
    if (count == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(count));
    if (bytes.size() > limit) {
      return Error{Cause::io, path + ": larger than " + std::to_string(limit) + " bytes"};
    }
  }
}

Result<std::vector<std::string>> names_at(int folder, const std::string& path) {
  const int opened = openat(folder, path.empty() ? "." : path.c_str(),
                            O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
  if (opened < 0) return system_error(path, errno);
  DIR* listing = fdopendir(opened);
  if (listing == nullptr) {
    const int error = errno;
    close(opened);
    return system_error(path, error);
  }
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(listing)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  const int error = errno;
  closedir(listing);
  if (error != 0) return system_error(path, error);
  std::sort(names.begin(), names.end());
  return names;
}

SettingsAccess settings_access() {
  return {[](const std::string& path) { return bytes_at(AT_FDCWD, path, largest_settings_bytes); },
          [](const std::string& path) { return names_at(AT_FDCWD, path); }};
}

// --- What does not change ------------------------------------------------------------------------

// Names, kinds and ranges that stay while the device is there: read once, so that a tick costs the
// counters and nothing else. They are read anew when the list of their folder is another one.
struct Constant {
  std::string_view folder;
  std::string_view ending;
};
constexpr Constant constants[] = {
    {"sys/class/powercap/", "/name"},     {"sys/class/powercap/", "/max_energy_range_uj"},
    {"sys/class/backlight/", "/type"},    {"sys/class/backlight/", "/max_brightness"},
    {"sys/class/power_supply/", "/type"}, {"sys/class/power_supply/", "/scope"},
    {"sys/class/drm/", "/device/uevent"}, {"sys/class/drm/", "_label"},
    {"sys/class/net/", "/device/uevent"},
};

bool is_constant(std::string_view path) {
  return std::any_of(std::begin(constants), std::end(constants), [&](const Constant& constant) {
    return path.starts_with(constant.folder) && path.ends_with(constant.ending);
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
    if (!is_inside(path)) return outside(path);
    if (path.substr(0, 7) == "policy/") return policy(path.substr(7), &ConfiguredSetting::text);
    if (path.substr(0, 14) == "policy-origin/") {
      return policy(path.substr(14), &ConfiguredSetting::origin);
    }
    if (is_machine() && path.substr(0, 5) == "nvme/") return drive(path, nvme_page);
    if (is_machine() && path.substr(0, 4) == "ata/") return drive(path, ata_page);
    if (const auto known = known_.find(path); known != known_.end()) return known->second;
    auto bytes = bytes_at(root_.number(), std::string(path), largest_value_bytes);
    if (bytes && is_constant(path)) known_.emplace(path, *bytes);
    return bytes;
  }

  Result<std::vector<std::string>> list(std::string_view path) const override {
    if (!is_inside(path)) return outside(path);
    if (path == "policy" || path == "policy-origin") {
      return settings_in_folder(config_folder_, settings_access());
    }
    if (is_machine() && path == "nvme") return names_where("dev", is_nvme_controller);
    if (is_machine() && path == "ata") return ata_drives();
    auto names = names_at(root_.number(), std::string(path));
    if (names) forget_when_changed(path, *names);
    return names;
  }

 private:
  // Below another root everything is a file, so that a copy of a machine can be read.
  bool is_machine() const { return root_path_ == "/"; }

  static Error outside(std::string_view path) {
    return {Cause::absent, std::string(path) + ": not a path of the tree"};
  }

  // A device came or went: another one may have its name now.
  void forget_when_changed(std::string_view path, const std::vector<std::string>& names) const {
    const std::string folder = std::string(path) + "/";
    const bool holds_constants =
        std::any_of(std::begin(constants), std::end(constants),
                    [&](const Constant& constant) { return constant.folder == folder; });
    if (!holds_constants) return;
    auto& before = listed_[folder];
    if (before == names) return;
    before = names;
    std::erase_if(known_, [&](const auto& known) { return known.first.starts_with(folder); });
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
  mutable std::map<std::string, std::string, std::less<>> known_;
  mutable std::map<std::string, std::vector<std::string>> listed_;
  mutable BoundedReader drives_{longest_drive_call};
};

}  // namespace

std::unique_ptr<MachineTree> live_machine_tree(const LiveTreeOptions& options) {
  return std::make_unique<LinuxTree>(options);
}

std::string default_config_folder() { return "/etc/wattlife"; }

}  // namespace wattlife
