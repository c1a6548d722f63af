// SPDX-License-Identifier: EUPL-1.2
// The process and its place on the system: clocks, waiting, files that must survive a crash,
// folders that must be ours. One body per system; nothing here decides anything.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace wattlife {

// All clocks of this machine at this moment. Linux: CLOCK_BOOTTIME and CLOCK_MONOTONIC;
// Windows: QueryInterruptTime and QueryUnbiasedInterruptTime; macOS: mach_continuous_time and
// mach_absolute_time.
Now now();

// From here on, standard output and error take bytes as they are: UTF-8 in a Windows console too,
// and no line end changed. Call once, at the start of main.
void prepare_output();

// From here on, SIGTERM, SIGINT or the service manager's stop makes wait_until() and
// stop_requested() say so. Call once, at the start of main.
void watch_for_stop();
bool stop_requested();

// What a service manager's own handler calls, on whatever thread, after watch_for_stop(); with
// `machine_goes_down` when it was told that the machine is shutting down.
void request_stop(bool machine_goes_down);
// Whether the machine itself is going down, as far as anything says so. To be asked when stop was
// requested. Linux: /run/nologin is there, which systemd-user-sessions.service writes when the
// machine goes down. Windows: the console's shutdown event. Everywhere: what request_stop() was
// told. Nobody knows is no.
bool machine_goes_down();

// Waits until the boot clock reaches `when` or stop is requested; sleep of the machine does not
// delay it by more than the time asleep. False when asked to stop. Never wakes a sleeping machine.
bool wait_until(BootTime when);

// Random bytes of the system's generator, for identifiers and jitter.
void fill_random(std::span<std::uint8_t> bytes);
std::uint64_t random_number();

// "/var/lib/wattlife", "C:\ProgramData\Wattlife", "/Library/Application Support/Wattlife".
std::string default_state_folder();

// Where administrators put files that are no settings (model-priors.toml) when no --config is
// given. Linux: the folder of settings, "/etc/wattlife"; elsewhere settings are in no folder, and
// it is "config" in the state folder.
std::string default_files_folder();

// Path of the running program's own folder, to find its siblings.
std::string program_folder();

// Whose a folder is, and who else can change it.
struct FolderRights {
  std::string owner;           // "root", "user 1000", "BUILTIN\\Administrators"
  bool ours = false;           // it belongs to whoever runs this program
  bool of_the_system = false;  // it belongs to root, or to SYSTEM or Administrators
  // Who besides its owner, the system and whoever runs this can write in it, and who can put
  // something else in the place of what is in it; empty: nobody.
  std::string writer;
  std::string replacer;
};
// Of a real folder. Errors: absent, denied (also for a file or a link), io.
Result<FolderRights> folder_rights(const std::string& folder);

// Makes `folder` (and what is above it) if it is not there, then checks that it is a real folder,
// not a link, that it belongs to whoever runs this program, and that nobody else may write in it.
// `mode` is used only when it is made, and only on systems that have modes.
// Errors: denied with who owns it and what to do; io.
Done ensure_own_folder(const std::string& folder, unsigned mode);

// Like ensure_own_folder for a folder that others made: it must exist and be a folder, no link.
Done check_folder(const std::string& folder);

// Writes the whole file so that readers see the old text or the new one, never a part: temporary
// file beside it, flush, rename. `mode` as above. Errors: denied, io (disk full says so).
Done write_file_atomically(const std::string& path, std::string_view text, unsigned mode);

// The same without waiting for the disk, for what is made anew from something durable: after a
// crash of the machine the old text may be there, the new one, or an empty file. A crash of the
// program leaves a whole text, as above.
Done write_derived_file(const std::string& path, std::string_view text, unsigned mode);

// The bytes of a file, at most `limit`; does not follow a link in the last part.
// Errors: absent, denied, malformed (larger than limit), io.
Result<std::string> read_file(const std::string& path, std::size_t limit);

// Holds an exclusive lock while it lives, so that one program runs once per state folder.
// The lock is gone when the process is, however it ended.
class FileLock {
 public:
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  FileLock(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(std::intptr_t handle) : handle_(handle) {}
  friend Result<FileLock> lock_file(const std::string& path);
  std::intptr_t handle_;
};
// Errors: busy (another process holds it), denied, io.
Result<FileLock> lock_file(const std::string& path);

// What this process took from the machine since it started, as far as the system tells.
struct OwnCost {
  std::chrono::microseconds cpu{0};            // processor time, user and kernel
  std::optional<std::int64_t> wakes;           // times it went on after waiting; Windows: unknown
  std::optional<std::int64_t> written_bytes;   // handed to the disk
  std::optional<std::int64_t> resident_bytes;  // memory it holds now
};
OwnCost own_cost();

// How many processors this machine runs on now; at least 1.
std::int64_t processor_count();

// From here on this process gives way to every other: lowest priority, disk only when nobody else
// wants it, and on Windows the efficient cores. Never undone. A system that refuses is left alone.
void give_way();

// When a file was last written; empty when there is none, or nobody tells.
std::optional<UtcTime> written_at(const std::string& path);

// What the person at this terminal reads: "nl_NL.UTF-8", "nl-NL"; empty when nobody says.
std::string user_locale();
// Whether what is printed is taken as UTF-8: block characters show as such.
bool output_is_utf8();

enum class LogLevel { error, warning, info };
// One line to the system's log: stderr with a "<n>" priority under systemd, plain stderr in a
// terminal, the event log when run as a Windows service. Never personal data, never secrets.
void log(LogLevel level, std::string_view text);

}  // namespace wattlife
