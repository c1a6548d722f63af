// SPDX-License-Identifier: EUPL-1.2
// What is macOS' own in the body of process.h; the rest is in process_posix.cpp. Linked, and never
// run on a Mac.
#include <fcntl.h>
#include <libproc.h>
#include <mach-o/dyld.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <system_error>

#include "platform/process_posix.h"

namespace wattlife {

Now now() {
  // The first is mach_continuous_time, which counts sleep, the second mach_absolute_time.
  return Now{BootTime{posix::clock_value(CLOCK_MONOTONIC_RAW)},
             AwakeTime{posix::clock_value(CLOCK_UPTIME_RAW)},
             UtcTime{posix::clock_value(CLOCK_REALTIME)}};
}

std::string default_state_folder() { return "/Library/Application Support/Wattlife"; }

std::string default_files_folder() { return default_state_folder() + "/config"; }

std::string program_folder() {
  std::array<char, 4096> path{};
  auto size = static_cast<std::uint32_t>(path.size());
  if (::_NSGetExecutablePath(path.data(), &size) != 0) return ".";
  std::error_code why;
  const std::filesystem::path program = std::filesystem::canonical(path.data(), why);
  return why ? std::string(".") : program.parent_path().string();
}

void give_way() {
  ::setpriority(PRIO_PROCESS, 0, PRIO_MAX);
  // The background class: last for the processor and the disk, and on Apple silicon the efficient
  // cores. 0 is this process.
  ::setpriority(PRIO_DARWIN_PROCESS, 0, PRIO_DARWIN_BG);
}

namespace posix {

int folder_flags() { return O_RDONLY; }

timespec written(const struct stat& status) { return status.st_mtimespec; }

// fsync of macOS leaves the bytes in the drive; only this flushes them, and not every file system
// can.
bool is_on_disk(int file) { return ::fcntl(file, F_FULLFSYNC) == 0 || ::fsync(file) == 0; }

bool take_place(const char* fresh, const char* path) { return ::rename(fresh, path) == 0; }

// The background class of give_way() does this on macOS; nothing else is offered for one process.
void allow_late_wakes() {}

// Nothing is known that a program without a window could ask.
bool goes_down() { return false; }

void add_cost(OwnCost& cost) {
  rusage_info_v2 usage{};
  auto* into = reinterpret_cast<rusage_info_t*>(&usage);
  if (::proc_pid_rusage(::getpid(), RUSAGE_INFO_V2, into) != 0) return;
  cost.written_bytes = static_cast<std::int64_t>(usage.ri_diskio_byteswritten);
  cost.resident_bytes = static_cast<std::int64_t>(usage.ri_resident_size);
}

const char* log_prefix(LogLevel level) {
  return level == LogLevel::error ? "error: " : level == LogLevel::warning ? "warning: " : "";
}

}  // namespace posix
}  // namespace wattlife
