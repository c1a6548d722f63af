// SPDX-License-Identifier: EUPL-1.2
// The live tree of a Mac: entries of the I/O registry as property lists, drives and the panel,
// processor load, sysctl, traces of enrolment, and settings from managed preferences. Nothing here
// needs root, starts a program or writes. Calls into drivers go through one thread with a limit.
#include "platform/machine_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/settings.h"
#include "core/text.h"
#include "platform/bounded_reader.h"
#include "platform/devices_macos.h"
#include "platform/owned_macos.h"
#include "platform/settings_folder.h"

namespace wattlife {
namespace {

using namespace macos;

constexpr Duration longest_call = std::chrono::seconds(3);
constexpr const char* preference_domain = "nl.wattlife.agent";
// The only file outside /var/db that is read; decoders of all systems know it by this path.
constexpr std::string_view version_file = "System/Library/CoreServices/SystemVersion.plist";
// Where macOS keeps what it was told of Automated Device Enrolment, since 10.13.
constexpr const char* enrolment_folder = "var/db/ConfigurationProfiles/Settings/";

// The entries that decoders read, and no others: the registry holds more than anyone needs.
constexpr std::string_view registry_classes[] = {"AppleSmartBattery", "IOPlatformExpertDevice"};

constexpr std::int64_t most_drives = 8;

struct SystemValue {
  std::string_view name;
  std::size_t size;  // in bytes; 0: text
};
constexpr SystemValue system_values[] = {
    {"hw.memsize", 8}, {"kern.hv_vmm_present", 4}, {"machdep.cpu.brand_string", 0}};

Error not_there(std::string_view path) {
  return {Cause::absent, std::string(path) + ": not a path of the tree"};
}

Error system_error(std::string_view path, int error) {
  const bool absent = error == ENOENT || error == ENOTDIR;
  const bool denied = error == EACCES || error == EPERM;
  return {absent   ? Cause::absent
          : denied ? Cause::denied
                   : Cause::io,
          std::string(path) + ": " + std::strerror(error)};
}

// --- Answers of the machine ----------------------------------------------------------------------

// host_cpu_load_info: user, system, idle, nice.
Result<std::string> cpu_load() {
  constexpr int cpu_load_info = 3;  // HOST_CPU_LOAD_INFO
  std::array<std::uint32_t, 4> ticks{};
  auto count = static_cast<std::uint32_t>(ticks.size());
  const int answer = host_statistics(mach_host_self(), cpu_load_info,
                                     reinterpret_cast<int*>(ticks.data()), &count);
  if (answer != 0 || count != ticks.size()) {
    return Error{Cause::io, "cpu/load: mach says " + std::to_string(answer)};
  }
  return std::string(reinterpret_cast<const char*>(ticks.data()), sizeof ticks);
}

Result<std::string> system_value(const SystemValue& value) {
  const std::string name(value.name);
  std::string bytes(value.size > 0 ? value.size : 256, '\0');
  std::size_t size = bytes.size();
  if (sysctlbyname(name.c_str(), bytes.data(), &size, nullptr, 0) != 0) {
    return system_error("sysctl/" + name, errno);
  }
  bytes.resize(std::min(size, bytes.size()));
  return bytes;
}

// --- Settings ------------------------------------------------------------------------------------

// A preference as the text that a file of settings would hold; nothing for dictionaries and dates.
std::optional<std::string> text_of(CFTypeRef value) {
  const CFTypeID type = CFGetTypeID(value);
  if (type == CFStringGetTypeID()) {
    std::string text(largest_settings_bytes, '\0');
    if (CFStringGetCString(static_cast<CFStringRef>(value), text.data(),
                           static_cast<CFIndex>(text.size()), utf8) == 0) {
      return std::nullopt;
    }
    return text.substr(0, text.find('\0'));
  }
  if (type == CFBooleanGetTypeID()) {
    return CFBooleanGetValue(static_cast<CFBooleanRef>(value)) != 0 ? "true" : "false";
  }
  if (type == CFNumberGetTypeID()) {
    std::int64_t number = 0;
    const auto object = static_cast<CFNumberRef>(value);
    if (CFNumberGetValue(object, signed_64_bits, &number) == 0) return std::nullopt;
    return std::to_string(number);
  }
  return std::nullopt;
}

// What a profile (which nobody else can change) or the administrator's own defaults say.
Result<ConfiguredSetting> preference(std::string_view key) {
  const auto name = text_object(std::string(key));
  const auto domain = text_object(preference_domain);
  const std::string path = "policy/" + std::string(key);
  if (!name || !domain) return Error{Cause::absent, path + ": not configured"};
  const Owned<CFTypeRef> value(CFPreferencesCopyAppValue(name.get(), domain.get()));
  if (!value) return Error{Cause::absent, path + ": not configured"};
  auto text = text_of(value.get());
  if (!text) return Error{Cause::malformed, path + ": neither text, nor number, nor yes or no"};
  const bool forced = CFPreferencesAppValueIsForced(name.get(), domain.get()) != 0;
  return ConfiguredSetting{*std::move(text),
                           std::string(preference_domain) + (forced ? " (locked)" : "")};
}

std::vector<std::string> preferences() {
  std::vector<std::string> names;
  for (const Setting& row : settings()) {
    if (preference(row.key)) names.emplace_back(row.key);
  }
  return names;
}

// --- Files ---------------------------------------------------------------------------------------

// Of settings, when --config asks for them, and the two kinds below. All of them are small.
Result<std::string> file_text(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return system_error(path, errno);
  std::string text(largest_settings_bytes + 1, '\0');
  std::size_t size = 0;
  ssize_t got = 0;
  while (size < text.size() && (got = ::read(file, text.data() + size, text.size() - size)) > 0) {
    size += static_cast<std::size_t>(got);
  }
  const int error = errno;
  ::close(file);
  if (got < 0) return system_error(path, error);
  if (size > largest_settings_bytes) return Error{Cause::io, path + ": larger than 64 KiB"};
  text.resize(size);
  return text;
}

Result<std::vector<std::string>> settings_names(const std::string& folder) {
  DIR* listing = ::opendir(folder.c_str());
  if (listing == nullptr) return system_error(folder, errno);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(listing)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(listing);
  std::sort(names.begin(), names.end());
  return names;
}

// Which of macOS' marks of enrolment are there, a line each. What is in the record (an
// organisation, its address, its people) is never kept: only whether it is one of a question that
// failed.
Result<std::string> enrolment_marks(const std::string& root) {
  const std::string folder = root + enrolment_folder;
  std::string marks;
  for (const char* const mark :
       {"cloudConfigHasActivationRecord", "cloudConfigRecordFound", "cloudConfigRecordNotFound",
        "cloudConfigNoActivationRecord", "profilesAreInstalled"}) {
    const std::string path = folder + '.' + mark;
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) continue;
      return system_error("management/marks", errno);
    }
    marks += std::string(mark) + '\n';
    if (std::string_view(mark) != "cloudConfigRecordFound") continue;
    const auto record = file_text(path);
    if (!record) return Error{record.error().cause, "management/marks: the record cannot be read"};
    if (record->find("CloudConfigFetchError") != std::string::npos)
      marks += "CloudConfigFetchError\n";
  }
  return marks;
}

// --- The tree ------------------------------------------------------------------------------------

class MacTree final : public MachineTree {
 public:
  explicit MacTree(const LiveTreeOptions& options)
      : config_folder_(options.config_folder == default_config_folder() ? std::string()
                                                                        : options.config_folder),
        root_(options.root.ends_with('/') ? options.root : options.root + '/') {}

  Os os() const override { return Os::macos; }

  Result<std::string> read(std::string_view path) const override {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view top = path.substr(0, slash);
    const std::string_view rest = path.substr(std::min(slash + 1, path.size()));
    if (top == "policy") return policy(rest, &ConfiguredSetting::text);
    if (top == "policy-origin") return policy(rest, &ConfiguredSetting::origin);
    if (path == "cpu/load") return cpu_load();
    if (path == "management/marks") return enrolment_marks(root_);
    if (path == version_file) return file_text(root_ + std::string(version_file));
    if (const auto call = question(path, top, rest)) return reader_.read(std::string(path), call);
    if (top == "sysctl") {
      for (const SystemValue& value : system_values) {
        if (value.name == rest) return system_value(value);
      }
    }
    return not_there(path);
  }

  Result<std::vector<std::string>> list(std::string_view path) const override {
    if (path == "nvme") return drives();
    if (path != "policy" && path != "policy-origin") return not_there(path);
    return config_folder_.empty() ? preferences() : settings_in_folder(config_folder_, access());
  }

 private:
  // What is asked of a driver for `path`, if anything: it may hang.
  static BoundedReader::Call question(std::string_view path, std::string_view top,
                                      std::string_view rest) {
    if (path == "panel/edid") return panel_edid;
    if (path == "ioreg/DisplayAttributes") return panel_attributes;
    if (path == "nvram/locks") return lock_variables;
    if (top == "ioreg" && std::find(std::begin(registry_classes), std::end(registry_classes),
                                    rest) != std::end(registry_classes)) {
      return [path = std::string(path), name = std::string(rest)] {
        return entry_properties(path, name);
      };
    }
    const std::size_t slash = rest.find('/');
    const auto number = integer_from(rest.substr(0, std::min(slash, rest.size())));
    if (top != "nvme" || slash == std::string_view::npos || !number || *number < 0 ||
        *number >= most_drives) {
      return {};
    }
    return
        [number = static_cast<unsigned>(*number), path = std::string(path),
         value = std::string(rest.substr(slash + 1))] { return drive_value(number, path, value); };
  }

  Result<std::vector<std::string>> drives() const {
    const auto count = reader_.read("nvme", internal_drives);
    if (!count) return count.error();
    std::vector<std::string> numbers;
    for (std::int64_t i = 0; i < std::min(integer_from(*count).value_or(0), most_drives); ++i) {
      numbers.push_back(std::to_string(i));
    }
    return numbers;
  }

  static SettingsAccess access() { return {file_text, settings_names}; }

  Result<std::string> policy(std::string_view key, std::string ConfiguredSetting::*part) const {
    auto found =
        config_folder_.empty() ? preference(key) : setting_in_folder(config_folder_, key, access());
    if (!found) return found.error();
    return std::move((*found).*part);
  }

  std::string config_folder_;  // empty: preferences
  std::string root_;           // ends in a slash
  mutable BoundedReader reader_{longest_call};
};

}  // namespace

std::unique_ptr<MachineTree> live_machine_tree(const LiveTreeOptions& options) {
  return std::make_unique<MacTree>(options);
}

// Not a folder: where the preferences are.
std::string default_config_folder() { return preference_domain; }

}  // namespace wattlife
