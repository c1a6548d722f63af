// SPDX-License-Identifier: EUPL-1.2
// The body of process.h on Windows. Works from Windows 10 on.
//
// Clocks: interrupt time counts sleep, unbiased interrupt time does not; both begin at boot. Modern
// Standby is neither: the machine runs, so both go on, and a missed tick is what shows it.
// Rights: a mode of POSIX becomes an access list: SYSTEM, Administrators and the owner always,
// everybody else reads when the mode says so for others. What is made inside a folder without a
// mode of its own (a database) is closed to others.
#include <windows.h>
//
#include <bcrypt.h>
#include <fcntl.h>
#include <io.h>
#include <psapi.h>
#include <userenv.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "platform/process.h"
#include "platform/rights_windows.h"
#include "platform/wide_windows.h"

namespace wattlife {

namespace {

Error error_from(const std::string& path, const std::string& what, DWORD code) {
  std::string text = path + ": " + what + ": " + windows_reason(code);
  if (code == ERROR_DISK_FULL || code == ERROR_HANDLE_DISK_FULL)
    text += "; free some space on that disk";
  return Error{windows_cause(code), text};
}

// The path as the system wants it; beyond 248 characters only the \\?\ form is taken.
std::wstring native(const std::string& path) {
  const std::wstring given = wide(path);
  if (given.size() < 248 && given.find(L'/') == std::wstring::npos) return given;
  std::wstring full(32'768, L'\0');
  full.resize(
      ::GetFullPathNameW(given.c_str(), static_cast<DWORD>(full.size()), full.data(), nullptr));
  if (full.empty()) return given;
  if (full.size() < 248 || full.starts_with(LR"(\\?\)")) return full;
  if (full.starts_with(LR"(\\)")) return LR"(\\?\UNC\)" + full.substr(2);
  return LR"(\\?\)" + full;
}

// --- Clocks ------------------------------------------------------------------------------------

// In 100 ns. The import libraries do not have them all, so they are looked up by name.
using Ticks = void(WINAPI*)(PULONGLONG);
struct Clocks {
  Ticks boot = nullptr;
  Ticks awake = nullptr;
};

Clocks find_clocks() {
  const HMODULE module = ::GetModuleHandleW(L"kernelbase.dll");
  if (module == nullptr) return {};
  const auto find = [&](const char* name) {
    return reinterpret_cast<Ticks>(reinterpret_cast<void*>(::GetProcAddress(module, name)));
  };
  const Clocks clocks{find("QueryInterruptTimePrecise"), find("QueryUnbiasedInterruptTimePrecise")};
  return clocks.boot != nullptr && clocks.awake != nullptr ? clocks : Clocks{};
}

const Clocks& clocks() {
  static const Clocks found = find_clocks();
  return found;
}

Duration from_ticks(std::uint64_t ticks) {
  return Duration{static_cast<std::int64_t>(ticks / 10'000)};
}

std::uint64_t ticks_of(const FILETIME& time) {
  return std::uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime;
}

UtcTime utc_from(const FILETIME& time) {
  // FILETIME begins in 1601.
  constexpr std::uint64_t ticks_to_1970 = 116'444'736'000'000'000;
  return UtcTime{from_ticks(ticks_of(time) - ticks_to_1970)};
}

BootTime boot_time() {
  if (clocks().boot == nullptr) return BootTime{Duration{::GetTickCount64()}};
  ULONGLONG ticks = 0;
  clocks().boot(&ticks);
  return BootTime{from_ticks(ticks)};
}

AwakeTime awake_time() {
  ULONGLONG ticks = 0;
  if (clocks().awake != nullptr) {
    clocks().awake(&ticks);
  } else {
    ::QueryUnbiasedInterruptTime(&ticks);
  }
  return AwakeTime{from_ticks(ticks)};
}

// --- Stopping ----------------------------------------------------------------------------------

// Set by a control handler, which runs in a thread that the system makes.
HANDLE stop_event() {
  static const HANDLE event = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
  return event;
}

// Set by the same handler, or by a service's.
std::atomic<bool> told_to_go_down = false;

BOOL WINAPI on_control(DWORD control) {
  switch (control) {
    case CTRL_C_EVENT:
    case CTRL_BREAK_EVENT:
      ::SetEvent(stop_event());
      return TRUE;
    case CTRL_CLOSE_EVENT:
    case CTRL_SHUTDOWN_EVENT:
      request_stop(control == CTRL_SHUTDOWN_EVENT);
      // The system ends the process when this returns, or after 5 s. The main thread ends it
      // sooner.
      ::Sleep(10'000);
      return TRUE;
    default:
      return FALSE;
  }
}

// --- Files -------------------------------------------------------------------------------------

struct Opened {
  HANDLE handle;
  DWORD attributes;
};

// The thing itself that stands at `path`, never what a link points to.
Result<Opened> opened_without_link(const std::string& path, DWORD access, DWORD flags,
                                   DWORD disposition, Rights* rights) {
  const HANDLE handle = ::CreateFileW(native(path).c_str(), access,
                                      FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                      rights == nullptr ? nullptr : rights->attributes(),
                                      disposition, flags | FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
  if (handle == INVALID_HANDLE_VALUE) return error_from(path, "cannot be opened", ::GetLastError());
  FILE_ATTRIBUTE_TAG_INFO information{};
  if (::GetFileInformationByHandleEx(handle, FileAttributeTagInfo, &information,
                                     sizeof information) == 0) {
    const Error failed = error_from(path, "cannot be looked at", ::GetLastError());
    ::CloseHandle(handle);
    return failed;
  }
  // Files that a cloud or a compressing file system keeps are reparse points too, but no links.
  if ((information.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
      IsReparseTagNameSurrogate(information.ReparseTag)) {
    ::CloseHandle(handle);
    return Error{Cause::denied, path + ": is a link, which is never followed here: remove it"};
  }
  return Opened{handle, information.FileAttributes};
}

Done make_folders(const std::string& folder, unsigned mode) {
  const std::filesystem::path path(wide(folder));
  if (path.has_parent_path() && path.parent_path() != path &&
      ::GetFileAttributesW(native(narrow(path.parent_path().native())).c_str()) ==
          INVALID_FILE_ATTRIBUTES) {
    // What is above may be looked into by everybody, and written by nobody else.
    if (Done above = make_folders(narrow(path.parent_path().native()), 0755); !above) return above;
  }
  Rights rights(mode, true);
  if (::CreateDirectoryW(native(folder).c_str(), rights.attributes()) == 0) {
    const DWORD code = ::GetLastError();
    if (code == ERROR_ALREADY_EXISTS) return done();
    return error_from(folder, "cannot be made", code);
  }
  return done();
}

Result<Opened> opened_folder(const std::string& folder) {
  Result<Opened> opened =
      opened_without_link(folder, READ_CONTROL, FILE_FLAG_BACKUP_SEMANTICS, OPEN_EXISTING, nullptr);
  if (opened && (opened->attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
    ::CloseHandle(opened->handle);
    return Error{Cause::denied,
                 folder + ": is not a folder of its own (a file or a link): move it away"};
  }
  return opened;
}

bool write_all(HANDLE file, std::string_view text) {
  while (!text.empty()) {
    const DWORD part = static_cast<DWORD>(std::min<std::size_t>(text.size(), 1 << 20));
    DWORD written = 0;
    if (::WriteFile(file, text.data(), part, &written, nullptr) == 0) return false;
    text.remove_prefix(written);
  }
  return true;
}

// Scanners and indexers hold a file for a moment just after it was written: asked again for a
// while, about half a second in all.
DWORD replace_file(const std::string& fresh, const std::string& path) {
  for (DWORD attempt = 0;; ++attempt) {
    if (::MoveFileExW(native(fresh).c_str(), native(path).c_str(),
                      MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) != 0) {
      return ERROR_SUCCESS;
    }
    const DWORD code = ::GetLastError();
    const bool held = code == ERROR_SHARING_VIOLATION || code == ERROR_ACCESS_DENIED;
    const DWORD attributes = ::GetFileAttributesW(native(path).c_str());
    const bool folder =
        attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    if (!held || folder || attempt == 9) return code;
    ::Sleep(10 * (attempt + 1));
  }
}

}  // namespace

Now now() {
  FILETIME utc{};
  const BootTime boot = boot_time();
  const AwakeTime awake = awake_time();
  ::GetSystemTimePreciseAsFileTime(&utc);
  return Now{boot, awake, utc_from(utc)};
}

void prepare_output() {
  // The code page belongs to the console, which stays when this program has ended.
  struct Utf8Console {
    UINT before = ::GetConsoleOutputCP();
    Utf8Console() { ::SetConsoleOutputCP(CP_UTF8); }
    Utf8Console(const Utf8Console&) = delete;
    Utf8Console& operator=(const Utf8Console&) = delete;
    ~Utf8Console() {
      if (before != 0) ::SetConsoleOutputCP(before);
    }
  };
  static const Utf8Console console;
  ::_setmode(::_fileno(stdout), _O_BINARY);
  ::_setmode(::_fileno(stderr), _O_BINARY);
}

void watch_for_stop() {
  stop_event();
  ::SetConsoleCtrlHandler(on_control, TRUE);
}

void request_stop(bool machine_goes_down) {
  if (machine_goes_down) told_to_go_down = true;
  ::SetEvent(stop_event());
}

bool machine_goes_down() { return told_to_go_down; }

bool stop_requested() { return ::WaitForSingleObject(stop_event(), 0) == WAIT_OBJECT_0; }

bool wait_until(BootTime when) {
  const Handle timer(::CreateWaitableTimerW(nullptr, TRUE, nullptr));
  while (!stop_requested()) {
    const Duration left = when.since_boot - boot_time().since_boot;
    if (left <= Duration{0}) return true;
    // Relative, without resume: sleep is not cut short. The system may join our wake-up with
    // others', at most 10 s late.
    LARGE_INTEGER due;
    due.QuadPart = -left.count() * 10'000;
    const auto tolerance = static_cast<ULONG>(std::min<std::int64_t>(10'000, left.count() / 6));
    const HANDLE both[] = {stop_event(), timer.value()};
    if (timer.valid() &&
        ::SetWaitableTimerEx(timer.value(), &due, 0, nullptr, nullptr, nullptr, tolerance) != 0) {
      ::WaitForMultipleObjects(2, both, FALSE, INFINITE);
    } else {
      ::WaitForSingleObject(
          both[0], static_cast<DWORD>(std::min<std::int64_t>(left.count(), 24 * 3600 * 1000)));
    }
  }
  return false;
}

void fill_random(std::span<std::uint8_t> bytes) {
  if (bytes.empty()) return;
  if (::BCryptGenRandom(nullptr, bytes.data(), static_cast<ULONG>(bytes.size()),
                        BCRYPT_USE_SYSTEM_PREFERRED_RNG) != 0) {
    // Identifiers and secrets without randomness would be worse than no program.
    std::fputs("no random numbers from the system; cannot go on\n", stderr);
    std::abort();
  }
}

std::uint64_t random_number() {
  std::array<std::uint8_t, 8> bytes{};
  fill_random(bytes);
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

std::string default_state_folder() {
  // Not from the environment, which whoever starts the program may choose.
  std::array<wchar_t, MAX_PATH> folder;
  DWORD length = static_cast<DWORD>(folder.size());
  if (::GetAllUsersProfileDirectoryW(folder.data(), &length) == 0) {
    return R"(C:\ProgramData\Wattlife)";
  }
  return narrow(folder.data()) + R"(\Wattlife)";
}

std::string default_files_folder() { return default_state_folder() + R"(\config)"; }

std::string program_folder() {
  std::wstring program(32'768, L'\0');
  program.resize(::GetModuleFileNameW(nullptr, program.data(), static_cast<DWORD>(program.size())));
  const std::size_t slash = program.rfind(L'\\');
  return slash == std::wstring::npos ? std::string(".") : narrow(program.substr(0, slash));
}

Result<FolderRights> folder_rights(const std::string& folder) {
  const Result<Opened> opened = opened_folder(folder);
  if (!opened) return opened.error();
  const Handle handle(opened->handle);
  return rights_of(handle.value(), folder);
}

Done ensure_own_folder(const std::string& folder, unsigned mode) {
  if (Done made = make_folders(folder, mode); !made) return made;
  const Result<Opened> opened = opened_folder(folder);
  if (!opened) return opened.error();
  const Handle handle(opened->handle);
  if (Done ours = belongs_to_us_alone(handle.value(), folder); !ours) return ours;
  // On Windows everybody may make folders where programs keep theirs, so the one above may be a
  // trap.
  const std::string above = narrow(std::filesystem::path(wide(folder)).parent_path().native());
  if (above.empty() || above == folder) return done();
  const Result<Opened> opened_above = opened_folder(above);
  if (!opened_above) return opened_above.error();
  const Handle handle_above(opened_above->handle);
  return keeps_what_is_in_it(handle_above.value(), above);
}

Done check_folder(const std::string& folder) {
  const Result<Opened> opened = opened_folder(folder);
  if (!opened) return opened.error();
  ::CloseHandle(opened->handle);
  return done();
}

namespace {

enum class Flush { before_it_counts, whenever };

Done replace_whole(const std::string& path, std::string_view text, unsigned mode, Flush flush) {
  const std::string fresh = path + ".new";
  if (::DeleteFileW(native(fresh).c_str()) == 0) {
    const DWORD code = ::GetLastError();
    if (windows_cause(code) != Cause::absent) return error_from(fresh, "cannot be removed", code);
  }
  Rights rights(mode, false);
  Handle file(::CreateFileW(native(fresh).c_str(), GENERIC_WRITE, 0, rights.attributes(),
                            CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file.valid()) return error_from(fresh, "cannot be made", ::GetLastError());
  const bool written = write_all(file.value(), text) &&
                       (flush == Flush::whenever || ::FlushFileBuffers(file.value()) != 0);
  DWORD code = written ? ERROR_SUCCESS : ::GetLastError();
  if (!file.close() && code == ERROR_SUCCESS) code = ::GetLastError();
  if (code == ERROR_SUCCESS) code = replace_file(fresh, path);
  if (code == ERROR_SUCCESS) return done();
  ::DeleteFileW(native(fresh).c_str());
  return error_from(path, "cannot be written", code);
}

}  // namespace

Done write_file_atomically(const std::string& path, std::string_view text, unsigned mode) {
  return replace_whole(path, text, mode, Flush::before_it_counts);
}

Done write_derived_file(const std::string& path, std::string_view text, unsigned mode) {
  return replace_whole(path, text, mode, Flush::whenever);
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const Result<Opened> opened =
      opened_without_link(path, GENERIC_READ, FILE_FLAG_BACKUP_SEMANTICS, OPEN_EXISTING, nullptr);
  if (!opened) return opened.error();
  Handle file(opened->handle);
  if ((opened->attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ||
      ::GetFileType(file.value()) != FILE_TYPE_DISK) {
    return Error{Cause::malformed, path + ": is not a plain file"};
  }
  std::string bytes;
  std::array<char, 16 * 1024> part;
  for (;;) {
    DWORD got = 0;
    if (::ReadFile(file.value(), part.data(), static_cast<DWORD>(part.size()), &got, nullptr) ==
        0) {
      return error_from(path, "cannot be read", ::GetLastError());
    }
    if (got == 0) return bytes;
    bytes.append(part.data(), got);
    if (bytes.size() > limit) {
      return Error{Cause::malformed, path + ": is larger than " + std::to_string(limit) + " bytes"};
    }
  }
}

FileLock::FileLock(FileLock&& other) noexcept : handle_(other.handle_) { other.handle_ = -1; }
FileLock::~FileLock() {
  // The file stays: removing it would let two programs lock two files of one name.
  if (handle_ != -1) ::CloseHandle(reinterpret_cast<HANDLE>(handle_));
}

Result<FileLock> lock_file(const std::string& path) {
  Rights rights(0600, false);
  const Result<Opened> opened =
      opened_without_link(path, GENERIC_READ | GENERIC_WRITE, 0, OPEN_ALWAYS, &rights);
  if (!opened) {
    const Error& why = opened.error();
    return why.cause == Cause::absent ? Error{Cause::io, why.text} : why;
  }
  OVERLAPPED first_byte{};
  if (::LockFileEx(opened->handle, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0,
                   &first_byte) == 0) {
    const DWORD code = ::GetLastError();
    ::CloseHandle(opened->handle);
    if (code == ERROR_LOCK_VIOLATION || code == ERROR_IO_PENDING) {
      return Error{Cause::busy, path +
                                    ": another program of this kind is running here: stop it, or "
                                    "give another --state"};
    }
    return error_from(path, "cannot be locked", code);
  }
  return FileLock(reinterpret_cast<std::intptr_t>(opened->handle));
}

OwnCost own_cost() {
  OwnCost cost;
  FILETIME made{};
  FILETIME ended{};
  FILETIME kernel{};
  FILETIME user{};
  if (::GetProcessTimes(::GetCurrentProcess(), &made, &ended, &kernel, &user) != 0) {
    cost.cpu = std::chrono::microseconds(
        static_cast<std::int64_t>((ticks_of(kernel) + ticks_of(user)) / 10));
  }
  IO_COUNTERS io{};
  if (::GetProcessIoCounters(::GetCurrentProcess(), &io) != 0) {
    cost.written_bytes = static_cast<std::int64_t>(io.WriteTransferCount);
  }
  PROCESS_MEMORY_COUNTERS memory{};
  memory.cb = sizeof memory;
  if (::K32GetProcessMemoryInfo(::GetCurrentProcess(), &memory, sizeof memory) != 0) {
    cost.resident_bytes = static_cast<std::int64_t>(memory.WorkingSetSize);
  }
  return cost;
}

std::int64_t processor_count() {
  return std::max<std::int64_t>(::GetActiveProcessorCount(ALL_PROCESSOR_GROUPS), 1);
}

void give_way() {
  // Low priority for processor, disk and memory at once.
  ::SetPriorityClass(::GetCurrentProcess(), PROCESS_MODE_BACKGROUND_BEGIN);
  // EcoQoS, from Windows 10 1709 on; the import library does not have it.
  struct Throttling {
    ULONG version = 1;
    ULONG control_mask = 1;  // execution speed
    ULONG state_mask = 1;
  };
  constexpr int process_power_throttling = 4;
  using SetInformation = BOOL(WINAPI*)(HANDLE, int, LPVOID, DWORD);
  const HMODULE kernel = ::GetModuleHandleW(L"kernel32.dll");
  if (kernel == nullptr) return;
  const auto set = reinterpret_cast<SetInformation>(
      reinterpret_cast<void*>(::GetProcAddress(kernel, "SetProcessInformation")));
  Throttling throttling;
  if (set != nullptr) {
    set(::GetCurrentProcess(), process_power_throttling, &throttling, sizeof throttling);
  }
}

std::optional<UtcTime> written_at(const std::string& path) {
  WIN32_FILE_ATTRIBUTE_DATA data{};
  if (::GetFileAttributesExW(native(path).c_str(), GetFileExInfoStandard, &data) == 0) {
    return std::nullopt;
  }
  return utc_from(data.ftLastWriteTime);
}

std::string user_locale() {
  std::array<wchar_t, LOCALE_NAME_MAX_LENGTH> name{};
  if (::GetUserDefaultLocaleName(name.data(), static_cast<int>(name.size())) == 0) return "";
  return narrow(name.data());
}

bool output_is_utf8() { return true; }  // prepare_output() made it so

void log(LogLevel, std::string_view text) {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace wattlife
