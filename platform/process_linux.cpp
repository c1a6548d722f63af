// SPDX-License-Identifier: EUPL-1.2
// What is Linux's own in the body of process.h; the rest is in process_posix.cpp.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "core/text.h"
#include "platform/process_posix.h"

namespace wattlife {

Now now() {
  return Now{BootTime{posix::clock_value(CLOCK_BOOTTIME)},
             AwakeTime{posix::clock_value(CLOCK_MONOTONIC)},
             UtcTime{posix::clock_value(CLOCK_REALTIME)}};
}

std::string default_state_folder() { return "/var/lib/wattlife"; }

std::string default_files_folder() { return "/etc/wattlife"; }

std::string program_folder() {
  std::error_code why;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", why);
  return why ? std::string(".") : program.parent_path().string();
}

void give_way() {
  ::setpriority(PRIO_PROCESS, 0, 19);
  // ioprio_set has no wrapper: 1 is "this process", class 3 of 13 bits up is idle.
  constexpr long process = 1;
  constexpr long idle_class = 3L << 13;
  ::syscall(SYS_ioprio_set, process, 0L, idle_class);
}

namespace posix {

int folder_flags() { return O_PATH; }

timespec written(const struct stat& status) { return status.st_mtim; }

bool is_on_disk(int file) { return ::fdatasync(file) == 0; }

// A rename over a file makes ext4 find room for the new text at once (auto_da_alloc), and wait: 38
// ms on a busy disk, each quarter hour. An exchange leaves that to the kernel's own time.
bool take_place(const char* fresh, const char* path) {
  if (::renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_EXCHANGE) != 0) {
    // There is none yet, or this file system knows no exchange.
    return ::rename(fresh, path) == 0;
  }
  if (::unlink(fresh) == 0) return true;
  const int error = errno;  // what stood there is no file
  ::renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_EXCHANGE);
  errno = error;
  return false;
}

void allow_late_wakes() {
  // Up to a second late: fewer wake-ups of the processor.
  ::prctl(PR_SET_TIMERSLACK, 1'000'000'000UL, 0, 0, 0);
}

bool goes_down() { return ::access("/run/nologin", F_OK) == 0; }

void add_cost(OwnCost& cost) {
  // "write_bytes: 4096" of what really went to the block layer; some kernels do not count it.
  if (const Result<std::string> io = read_file("/proc/self/io", 4096)) {
    for (const std::string_view line : split(*io, '\n')) {
      constexpr std::string_view key = "write_bytes: ";
      if (line.starts_with(key)) cost.written_bytes = integer_from(line.substr(key.size()));
    }
  }
  // Pages: total, resident, ...
  if (const Result<std::string> pages = read_file("/proc/self/statm", 4096)) {
    const std::vector<std::string_view> fields = split(*pages, ' ');
    const auto resident = fields.size() > 1 ? integer_from(fields[1]) : std::nullopt;
    if (resident) cost.resident_bytes = *resident * ::sysconf(_SC_PAGESIZE);
  }
}

const char* log_prefix(LogLevel level) {
  // systemd reads the priority from the line; a person does not want to see it.
  const bool journal = std::getenv("JOURNAL_STREAM") != nullptr && ::isatty(STDERR_FILENO) == 0;
  if (!journal) return "";
  return level == LogLevel::error ? "<3>" : level == LogLevel::warning ? "<4>" : "<6>";
}

}  // namespace posix
}  // namespace wattlife
