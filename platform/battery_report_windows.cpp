// SPDX-License-Identifier: EUPL-1.2
#include "platform/battery_report_windows.h"

#include <algorithm>

#include "platform/machine_tree.h"
#include "platform/wide_windows.h"

namespace wattlife {
namespace {

// Gone when it goes, and what an earlier, killed run left goes first.
class ReportFile {
 public:
  explicit ReportFile(const std::string& path) : path_(wide(path)) { ::DeleteFileW(path_.c_str()); }
  ReportFile(const ReportFile&) = delete;
  ReportFile& operator=(const ReportFile&) = delete;
  ~ReportFile() { ::DeleteFileW(path_.c_str()); }

  Result<std::string> bytes() const {
    const Handle file(::CreateFileW(path_.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr,
                                    OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
    if (!file.valid()) return failed(::GetLastError());
    std::string text(largest_value_bytes + 1, '\0');
    std::size_t length = 0;
    DWORD got = 0;
    do {
      const auto room = static_cast<DWORD>(text.size() - length);
      if (::ReadFile(file.value(), text.data() + length, room, &got, nullptr) == 0) {
        return failed(::GetLastError());
      }
      length += got;
    } while (got > 0 && length < text.size());
    if (length > largest_value_bytes) return Error{Cause::io, "battery report: over 1 MiB"};
    text.resize(length);
    return text;
  }

 private:
  static Error failed(DWORD code) {
    return {windows_cause(code), "battery report: " + windows_reason(code)};
  }
  std::wstring path_;
};

}  // namespace

std::string powercfg_path() {
  wchar_t folder[MAX_PATH];
  const UINT length = ::GetSystemDirectoryW(folder, MAX_PATH);
  if (length == 0 || length >= MAX_PATH) return "";
  return narrow(std::wstring_view(folder, length)) + "\\powercfg.exe";
}

Done run_tool(const std::string& program, const std::string& arguments, Duration limit) {
  std::wstring command = wide("\"" + program + "\" " + arguments);
  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION started{};
  const BOOL made = ::CreateProcessW(wide(program).c_str(), command.data(), nullptr, nullptr, FALSE,
                                     CREATE_NO_WINDOW | BELOW_NORMAL_PRIORITY_CLASS, nullptr,
                                     nullptr, &startup, &started);
  if (made == 0) {
    const DWORD code = ::GetLastError();
    return Error{windows_cause(code), program + ": " + windows_reason(code)};
  }
  const Handle process(started.hProcess);
  const Handle thread(started.hThread);
  const auto wait = static_cast<DWORD>(limit.count());
  if (::WaitForSingleObject(process.value(), wait) != WAIT_OBJECT_0) {
    ::TerminateProcess(process.value(), 1);
    // Its file can be deleted only when it is really gone.
    ::WaitForSingleObject(process.value(), 1000);
    return Error{Cause::busy, program + ": not ready within " + std::to_string(wait) + " ms"};
  }
  DWORD code = 1;
  if (::GetExitCodeProcess(process.value(), &code) == 0 || code != 0) {
    return Error{Cause::io, program + ": ended with " + std::to_string(code)};
  }
  return done();
}

Result<std::string> battery_report(const std::string& program, const std::string& folder,
                                   Duration limit) {
  std::string path = folder + "\\batteryreport.xml";
  // A slash within an argument would be taken for an option by some tools.
  std::replace(path.begin(), path.end(), '/', '\\');
  const ReportFile file(path);
  const Done ran = run_tool(program, "/batteryreport /xml /output \"" + path + "\"", limit);
  if (!ran) return ran.error();
  return file.bytes();
}

}  // namespace wattlife
