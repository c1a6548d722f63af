// SPDX-License-Identifier: EUPL-1.2
// The body of process.h on Linux and macOS, as far as it is the same on both. No thread, no socket:
// the sampler's service forbids both.
#include "platform/process_posix.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "core/text.h"

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

// Set by a signal. There is one process and one stop, so this is the one global of the program.
volatile std::sig_atomic_t stop_seen = 0;
void on_stop(int) { stop_seen = 1; }
// Told by a service manager's handler.
std::atomic<bool> told_to_go_down = false;

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
  if (::mkdir(folder.c_str(), static_cast<mode_t>(mode)) != 0) {
    if (errno == EEXIST) return done();
    return error_from(folder, "cannot be made", errno);
  }
  // mkdir subtracts the umask; the mode that was asked for is what counts.
  if (::chmod(folder.c_str(), static_cast<mode_t>(mode)) != 0)
    return error_from(folder, "rights cannot be set", errno);
  return done();
}

Result<struct stat> folder_status(const std::string& folder) {
  const Descriptor opened(
      ::open(folder.c_str(), posix::folder_flags() | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
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

// The first of the variables that is set and not empty, as setlocale() looks for one (POSIX 8.2).
std::string locale_for(const char* category) {
  for (const char* name : {"LC_ALL", category, "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "";
}

}  // namespace

Duration posix::clock_value(clockid_t clock) {
  timespec value{};
  ::clock_gettime(clock, &value);
  return utc_of(value).time_since_epoch();
}

UtcTime posix::utc_of(const timespec& time) {
  return UtcTime{Duration{std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000}};
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
  // Blocked except inside pselect(): so a signal cannot slip in between the look and the wait, and
  // no other call is cut short by one.
  const sigset_t set = stop_signals();
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  posix::allow_late_wakes();
}

bool stop_requested() {
  if (stop_seen != 0) return true;
  sigset_t pending;
  sigemptyset(&pending);
  ::sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

void request_stop(bool machine_goes_down) {
  if (machine_goes_down) told_to_go_down = true;
  // As whoever sends a signal: that ends a wait too.
  ::kill(::getpid(), SIGTERM);
}

bool machine_goes_down() { return told_to_go_down || posix::goes_down(); }

bool wait_until(BootTime when) {
  // What this thread lets through while it waits: nothing else of it ever changes.
  static const sigset_t open_mask = [] {
    sigset_t mask;
    ::sigprocmask(SIG_BLOCK, nullptr, &mask);
    sigdelset(&mask, SIGTERM);
    sigdelset(&mask, SIGINT);
    return mask;
  }();
  // A signal that came before is delivered as soon as the wait lets it through: only a call that
  // does not wait has to ask.
  bool waited = false;
  while (stop_seen == 0) {
    const Duration left = when - now().boot;
    if (left <= Duration{0}) return waited || !stop_requested();
    const timespec timeout{static_cast<time_t>(left.count() / 1000),
                           static_cast<long>(left.count() % 1000 * 1'000'000)};
    ::pselect(0, nullptr, nullptr, nullptr, &timeout, &open_mask);
    waited = true;
  }
  return false;
}

void fill_random(std::span<std::uint8_t> bytes) {
  constexpr std::size_t most_at_once = 256;
  while (!bytes.empty()) {
    const std::size_t part = std::min(bytes.size(), most_at_once);
    if (::getentropy(bytes.data(), part) != 0) {
      // Identifiers and secrets without randomness would be worse than no program.
      std::fputs("no random numbers from the system; cannot go on\n", stderr);
      std::abort();
    }
    bytes = bytes.subspan(part);
  }
}

std::uint64_t random_number() {
  std::array<std::uint8_t, 8> bytes{};
  fill_random(bytes);
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

Result<FolderRights> folder_rights(const std::string& folder) {
  const Result<struct stat> status = folder_status(folder);
  if (!status) return status.error();
  FolderRights rights;
  rights.owner = status->st_uid == 0 ? "root" : "user " + std::to_string(status->st_uid);
  rights.ours = status->st_uid == ::geteuid();
  rights.of_the_system = status->st_uid == 0;
  if ((status->st_mode & S_IWGRP) != 0) rights.writer = "its group";
  if ((status->st_mode & S_IWOTH) != 0) rights.writer = "everybody";
  // With the sticky bit only the owner of a file may move it.
  if ((status->st_mode & S_ISVTX) == 0) rights.replacer = rights.writer;
  return rights;
}

Done ensure_own_folder(const std::string& folder, unsigned mode) {
  if (Done made = make_folders(folder, mode); !made) return made;
  const Result<FolderRights> rights = folder_rights(folder);
  if (!rights) return rights.error();
  if (!rights->ours) {
    return Error{Cause::denied,
                 folder + ": belongs to " + rights->owner + ", but this program runs as user " +
                     std::to_string(::geteuid()) +
                     ": run it as the owner, move the folder away, or give another --state"};
  }
  if (!rights->writer.empty()) {
    return Error{Cause::denied,
                 folder + ": others (" + rights->writer +
                     ") can write in it, so its files cannot be trusted: "
                     "take that right away (chmod go-w) after looking at what is in it"};
  }
  return done();
}

Done check_folder(const std::string& folder) {
  const Result<struct stat> status = folder_status(folder);
  if (!status) return status.error();
  return done();
}

namespace {

enum class Flush { before_it_counts, whenever };

Done replace_whole(const std::string& path, std::string_view text, unsigned mode, Flush flush) {
  const std::string fresh = path + ".new";
  constexpr int new_file = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  int number = ::open(fresh.c_str(), new_file, mode);
  if (number < 0 && errno == EEXIST) {
    // Left behind when a program or the machine was stopped.
    if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) {
      return error_from(fresh, "cannot be removed", errno);
    }
    number = ::open(fresh.c_str(), new_file, mode);
  }
  Descriptor file(number);
  if (!file.valid()) return error_from(fresh, "cannot be made", errno);
  const bool written = ::fchmod(file.number(), static_cast<mode_t>(mode)) == 0 &&
                       write_all(file.number(), text) &&
                       (flush == Flush::whenever || posix::is_on_disk(file.number()));
  const int error = errno;
  const bool closed = file.close();
  if (!written || !closed) {
    ::unlink(fresh.c_str());
    return error_from(fresh, "cannot be written", written ? errno : error);
  }
  // The folder is not synced: after a power cut the old text may be there, never a part of either.
  const bool placed = flush == Flush::whenever ? posix::take_place(fresh.c_str(), path.c_str())
                                               : ::rename(fresh.c_str(), path.c_str()) == 0;
  if (!placed) {
    const Error failed = error_from(path, "cannot be replaced", errno);
    ::unlink(fresh.c_str());
    return failed;
  }
  return done();
}

}  // namespace

Done write_file_atomically(const std::string& path, std::string_view text, unsigned mode) {
  return replace_whole(path, text, mode, Flush::before_it_counts);
}

Done write_derived_file(const std::string& path, std::string_view text, unsigned mode) {
  return replace_whole(path, text, mode, Flush::whenever);
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
  posix::add_cost(cost);
  return cost;
}

std::int64_t processor_count() {
  return std::max<std::int64_t>(::sysconf(_SC_NPROCESSORS_ONLN), 1);
}

std::optional<UtcTime> written_at(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return posix::utc_of(posix::written(status));
}

std::string user_locale() { return locale_for("LC_MESSAGES"); }

bool output_is_utf8() {
  const std::string locale = lower_case(locale_for("LC_CTYPE"));
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

void log(LogLevel level, std::string_view text) {
  std::string line = posix::log_prefix(level);
  line += text;
  std::replace(line.begin(), line.end(), '\n', ' ');
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace wattlife
