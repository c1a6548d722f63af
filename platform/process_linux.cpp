// SPDX-License-Identifier: EUPL-1.2
// The body of process.h on Linux. No thread, no socket: the sampler's service forbids both.
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <system_error>

#include "core/text.h"
#include "platform/process.h"

namespace wattlife {

namespace {

namespace fs = std::filesystem;

std::string reason(int error) { return std::generic_category().message(error); }

Error error_from(const std::string& path, const std::string& what, int error) {
  const bool denied = error == EACCES || error == EPERM || error == EROFS;
  std::string text = path + ": " + what + ": " + reason(error);
  if (error == ENOSPC || error == EDQUOT) text += "; free some space on that disk";
  if (error == ELOOP) text += "; it is a link, which is never followed here: remove it";
  return Error{error == ENOENT            ? Cause::absent
               : denied || error == ELOOP ? Cause::denied
                                          : Cause::io,
               text};
}

// A file descriptor that is closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  bool valid() const { return number_ >= 0; }
  // Closes now; false when the system reports a write that failed late.
  bool close() {
    const int number = number_;
    number_ = -1;
    return ::close(number) == 0;
  }

 private:
  int number_;
};

Duration clock_value(clockid_t clock) {
  timespec value{};
  ::clock_gettime(clock, &value);
  return Duration{std::int64_t{value.tv_sec} * 1000 + value.tv_nsec / 1'000'000};
}

// Set by a signal. There is one process and one stop, so this is the one global of the program.
volatile std::sig_atomic_t stop_seen = 0;
void on_stop(int) { stop_seen = 1; }

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Done make_folders(const std::string& folder, unsigned mode) {
  const fs::path path(folder);
  std::error_code why;
  if (path.has_parent_path() && path.parent_path() != path) {
    fs::create_directories(path.parent_path(), why);
    if (why) return error_from(path.parent_path().string(), "cannot be made", why.value());
  }
  if (::mkdir(folder.c_str(), mode) != 0) {
    if (errno == EEXIST) return done();
    return error_from(folder, "cannot be made", errno);
  }
  // mkdir subtracts the umask; the mode that was asked for is what counts.
  if (::chmod(folder.c_str(), mode) != 0) return error_from(folder, "rights cannot be set", errno);
  return done();
}

Result<struct stat> folder_status(const std::string& folder) {
  const Descriptor opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened.valid()) {
    if (errno == ENOTDIR || errno == ELOOP) {
      return Error{Cause::denied,
                   folder + ": is not a folder of its own (a file or a link): move it away"};
    }
    return error_from(folder, "cannot be opened", errno);
  }
  struct stat status {};
  if (::fstat(opened.number(), &status) != 0)
    return error_from(folder, "cannot be looked at", errno);
  return status;
}

}  // namespace

Now now() {
  return Now{BootTime{clock_value(CLOCK_BOOTTIME)}, AwakeTime{clock_value(CLOCK_MONOTONIC)},
             UtcTime{clock_value(CLOCK_REALTIME)}};
}

void prepare_output() {}  // they always do

void watch_for_stop() {
  struct sigaction action {};
  action.sa_handler = on_stop;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  // A peer or a pipe that goes away is an error of the call, not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  // Blocked except inside ppoll(): so a signal cannot slip in between the look and the wait, and no
  // other call is cut short by one.
  const sigset_t set = stop_signals();
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  // The kernel may wake us up to a second late, together with others: fewer wake-ups.
  ::prctl(PR_SET_TIMERSLACK, 1'000'000'000UL, 0, 0, 0);
}

bool stop_requested() {
  if (stop_seen != 0) return true;
  sigset_t pending;
  sigemptyset(&pending);
  ::sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

bool wait_until(BootTime when) {
  sigset_t open_mask;
  ::sigprocmask(SIG_BLOCK, nullptr, &open_mask);
  sigdelset(&open_mask, SIGTERM);
  sigdelset(&open_mask, SIGINT);
  while (!stop_requested()) {
    const Duration left = when.since_boot - clock_value(CLOCK_BOOTTIME);
    if (left <= Duration{0}) return true;
    const timespec timeout{static_cast<time_t>(left.count() / 1000),
                           static_cast<long>(left.count() % 1000 * 1'000'000)};
    ::ppoll(nullptr, 0, &timeout, &open_mask);
  }
  return false;
}

void fill_random(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      // Identifiers and secrets without randomness would be worse than no program.
      std::fputs("no random numbers from the system; cannot go on\n", stderr);
      std::abort();
    }
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

std::uint64_t random_number() {
  std::array<std::uint8_t, 8> bytes{};
  fill_random(bytes);
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

std::string default_state_folder() { return "/var/lib/wattlife"; }

std::string program_folder() {
  std::error_code why;
  const fs::path program = fs::read_symlink("/proc/self/exe", why);
  return why ? std::string(".") : program.parent_path().string();
}

Done ensure_own_folder(const std::string& folder, unsigned mode) {
  if (Done made = make_folders(folder, mode); !made) return made;
  const Result<struct stat> status = folder_status(folder);
  if (!status) return status.error();
  if (status->st_uid != ::geteuid()) {
    return Error{Cause::denied,
                 folder + ": belongs to user " + std::to_string(status->st_uid) +
                     ", but this program runs as user " + std::to_string(::geteuid()) +
                     ": run it as the owner, move the folder away, or give another --state"};
  }
  if ((status->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Error{Cause::denied,
                 folder +
                     ": others can write in it, so its files cannot be trusted: "
                     "take that right away (chmod go-w) after looking at what is in it"};
  }
  return done();
}

Done check_folder(const std::string& folder) {
  const Result<struct stat> status = folder_status(folder);
  if (!status) return status.error();
  return done();
}

Done write_file_atomically(const std::string& path, std::string_view text, unsigned mode) {
  const std::string fresh = path + ".new";
  if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) {
    return error_from(fresh, "cannot be removed", errno);
  }
  Descriptor file(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file.valid()) return error_from(fresh, "cannot be made", errno);
  const bool written = ::fchmod(file.number(), mode) == 0 && write_all(file.number(), text) &&
                       ::fdatasync(file.number()) == 0;
  const int error = errno;
  const bool closed = file.close();
  if (!written || !closed) {
    ::unlink(fresh.c_str());
    return error_from(fresh, "cannot be written", written ? errno : error);
  }
  // The folder is not synced: after a power cut the old text may be there, never a part of either.
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    const Error failed = error_from(path, "cannot be replaced", errno);
    ::unlink(fresh.c_str());
    return failed;
  }
  return done();
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  // O_NONBLOCK: a pipe in the place of a file must not make us wait.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.valid()) return error_from(path, "cannot be opened", errno);
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) return error_from(path, "cannot be looked at", errno);
  if (!S_ISREG(status.st_mode)) return Error{Cause::malformed, path + ": is not a plain file"};
  std::string bytes;
  std::array<char, 16 * 1024> part;
  for (;;) {
    const ssize_t got = ::read(file.number(), part.data(), part.size());
    if (got < 0) {
      if (errno == EINTR) continue;
      return error_from(path, "cannot be read", errno);
    }
    if (got == 0) return bytes;
    bytes.append(part.data(), static_cast<std::size_t>(got));
    if (bytes.size() > limit) {
      return Error{Cause::malformed, path + ": is larger than " + std::to_string(limit) + " bytes"};
    }
  }
}

FileLock::FileLock(FileLock&& other) noexcept : handle_(other.handle_) { other.handle_ = -1; }
FileLock::~FileLock() {
  // The file stays: removing it would let two programs lock two files of one name.
  if (handle_ >= 0) ::close(static_cast<int>(handle_));
}

Result<FileLock> lock_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) {
    const Error failed = error_from(path, "cannot be opened", errno);
    return failed.cause == Cause::absent ? Error{Cause::io, failed.text} : failed;
  }
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(file);
    if (error == EWOULDBLOCK) {
      return Error{Cause::busy, path +
                                    ": another program of this kind is running here: stop it, or "
                                    "give another --state"};
    }
    return error_from(path, "cannot be locked", error);
  }
  return FileLock(file);
}

OwnCost own_cost() {
  OwnCost cost;
  timespec cpu{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  cost.cpu = std::chrono::microseconds(std::int64_t{cpu.tv_sec} * 1'000'000 + cpu.tv_nsec / 1000);
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) cost.wakes = usage.ru_nvcsw;
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
  return cost;
}

std::int64_t processor_count() {
  return std::max<std::int64_t>(::sysconf(_SC_NPROCESSORS_ONLN), 1);
}

void give_way() {
  ::setpriority(PRIO_PROCESS, 0, 19);
  // ioprio_set has no wrapper: 1 is "this process", class 3 of 13 bits up is idle.
  constexpr long process = 1;
  constexpr long idle_class = 3L << 13;
  ::syscall(SYS_ioprio_set, process, 0L, idle_class);
}

std::optional<UtcTime> written_at(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return UtcTime{
      Duration{std::int64_t{status.st_mtim.tv_sec} * 1000 + status.st_mtim.tv_nsec / 1'000'000}};
}

namespace {
// The first of the variables that is set and not empty, as setlocale() looks for one (POSIX 8.2).
std::string locale_for(const char* category) {
  for (const char* name : {"LC_ALL", category, "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "";
}
}  // namespace

std::string user_locale() { return locale_for("LC_MESSAGES"); }

bool output_is_utf8() {
  const std::string locale = lower_case(locale_for("LC_CTYPE"));
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

void log(LogLevel level, std::string_view text) {
  // systemd reads the priority from the line; a person does not want to see it.
  const bool journal = std::getenv("JOURNAL_STREAM") != nullptr && ::isatty(STDERR_FILENO) == 0;
  std::string line;
  if (journal) {
    line = level == LogLevel::error ? "<3>" : level == LogLevel::warning ? "<4>" : "<6>";
  }
  line += text;
  std::replace(line.begin(), line.end(), '\n', ' ');
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace wattlife
