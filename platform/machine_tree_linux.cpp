// SPDX-License-Identifier: EUPL-1.2
// The live tree of a Linux machine: /sys and /proc as they are, the NVMe pages by the kernel's
// pass-through call, settings from TOML files.
#include "platform/machine_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include "core/text.h"
#include "platform/bounded_reader.h"
#include "platform/settings_folder.h"

namespace wattlife {
namespace {

// A drive that does not answer is asked for at most this long; the kernel itself waits a minute.
constexpr Duration longest_drive_call = std::chrono::seconds(5);

// ENODEV, ENODATA and ENXIO are how a driver says that this machine has no such value: the battery
// driver answers so for what the firmware does not know. EIO is a broken answer of something that
// exists.
Cause cause_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ENODEV:
    case ENODATA:
    case ENXIO:
    case EOPNOTSUPP:
    case ENOTTY:
      return Cause::absent;
    case EACCES:
    case EPERM:
      return Cause::denied;
    case EAGAIN:
    case EBUSY:
    case EINTR:
    case ETIMEDOUT:
      return Cause::busy;
    default:
      return Cause::io;
  }
}

Error system_error(std::string_view path, int error) {
  return {cause_of(error), std::string(path) + ": " + std::strerror(error)};
}

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

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

// --- NVMe ----------------------------------------------------------------------------------------

bool is_nvme_controller(std::string_view name) {
  return name.size() > 4 && name.substr(0, 4) == "nvme" &&
         std::all_of(name.begin() + 4, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

struct NvmePage {
  std::string_view path;  // below nvme/<dev>/
  std::uint8_t opcode;
  std::uint32_t namespace_id;
  std::uint32_t command_word_10;
  std::uint32_t bytes;
};

// NVM Express base specification: Identify (06h) with CNS 01h; Get Log Page (02h), whose word 10
// holds the number of dwords less one and the page.
constexpr NvmePage nvme_pages[] = {
    {"identify", 0x06, 0, 0x01, 4096},
    {"log/02", 0x02, 0xFFFFFFFF, ((512 / 4 - 1) << 16) | 0x02, 512},
};

Result<std::string> nvme_page(const std::string& device, const NvmePage& page) {
  const std::string path = "dev/" + device;
  const Descriptor file(open(("/" + path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (!file.is_open()) return system_error(path, errno);
  struct stat status = {};
  if (fstat(file.number(), &status) != 0) return system_error(path, errno);
  if (!S_ISCHR(status.st_mode)) return system_error(path, ENOENT);

  std::string bytes(page.bytes, '\0');
  nvme_admin_cmd command = {};
  command.opcode = page.opcode;
  command.nsid = page.namespace_id;
  command.addr = reinterpret_cast<std::uintptr_t>(bytes.data());
  command.data_len = page.bytes;
  command.cdw10 = page.command_word_10;
  const int answer = ioctl(file.number(), NVME_IOCTL_ADMIN_CMD, &command);
  if (answer < 0) return system_error(path, errno);
  if (answer > 0) {
    return Error{Cause::io, path + ": the drive refused, NVMe status " + std::to_string(answer)};
  }
  return bytes;
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
    if (is_machine() && path.substr(0, 5) == "nvme/") return nvme(path);
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
    if (is_machine() && path == "nvme") return nvme_devices();
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

  Result<std::string> nvme(std::string_view path) const {
    const std::string_view rest = path.substr(5);
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view device = rest.substr(0, slash);
    const std::string_view page_path = rest.substr(std::min(slash + 1, rest.size()));
    if (is_nvme_controller(device)) {
      for (const NvmePage& page : nvme_pages) {
        if (page.path != page_path) continue;
        return drives_.read(std::string(path), [device = std::string(device), page] {
          return nvme_page(device, page);
        });
      }
    }
    return outside(path);
  }

  Result<std::vector<std::string>> nvme_devices() const {
    auto names = names_at(root_.number(), "dev");
    if (!names) return names.error();
    names->erase(std::remove_if(names->begin(), names->end(),
                                [](const std::string& name) { return !is_nvme_controller(name); }),
                 names->end());
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
