// SPDX-License-Identifier: EUPL-1.2
#include "platform/display_windows.h"

#include <windows.h>
//
#include <winioctl.h>
//
#include <ntddvdeo.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>

#include "platform/wide_windows.h"

// mingw's powrprof.h lacks these; as the documentation of powrprof.dll and powerbase.h gives them.
extern "C" DWORD WINAPI PowerSettingRegisterNotification(LPCGUID setting, DWORD flags,
                                                         HANDLE recipient, PVOID* registration);
extern "C" DWORD WINAPI PowerSettingUnregisterNotification(PVOID registration);

namespace wattlife {
namespace {

using PowerCallback = ULONG(CALLBACK*)(PVOID context, ULONG type, PVOID setting);
struct PowerSubscription {  // DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS
  PowerCallback callback;
  PVOID context;
};
constexpr DWORD notify_callback = 2;       // DEVICE_NOTIFY_CALLBACK
constexpr ULONG setting_changed = 0x8013;  // PBT_POWERSETTINGCHANGE
constexpr std::uint32_t nothing_said = UINT32_MAX;
// GUID_CONSOLE_DISPLAY_STATE
constexpr GUID console_display_state = {
    0x6fe69556, 0x704a, 0x47a0, {0x8f, 0x24, 0xc2, 0x8d, 0x93, 0x6f, 0xda, 0x47}};

// There is one console. Outside of the class, since a call may still run when the watch ends.
std::atomic<std::uint32_t> last_state{nothing_said};

ULONG CALLBACK display_changed(PVOID, ULONG type, PVOID setting) {
  if (type != setting_changed || setting == nullptr) return ERROR_SUCCESS;
  const auto* told = static_cast<const POWERBROADCAST_SETTING*>(setting);
  if (::IsEqualGUID(told->PowerSetting, console_display_state) == 0) return ERROR_SUCCESS;
  std::uint32_t state = nothing_said;
  if (told->DataLength == sizeof state) std::memcpy(&state, told->Data, sizeof state);
  last_state.store(state);
  return ERROR_SUCCESS;
}

PowerSubscription subscription = {display_changed, nullptr};

}  // namespace

DisplayWatch::DisplayWatch() {
  if (::PowerSettingRegisterNotification(&console_display_state, notify_callback, &subscription,
                                         &registration_) != ERROR_SUCCESS) {
    registration_ = nullptr;
  }
}

DisplayWatch::~DisplayWatch() {
  if (registration_ != nullptr) ::PowerSettingUnregisterNotification(registration_);
}

Result<std::string> DisplayWatch::state() const {
  const std::uint32_t state = last_state.load();
  if (state == nothing_said) {
    return Error{Cause::absent, "display/state: Windows has not told it"};
  }
  return std::string(reinterpret_cast<const char*>(&state), sizeof state);
}

Result<std::string> display_brightness() {
  constexpr const char* path = "display/brightness";
  const Handle panel(::CreateFileW(LR"(\\.\LCD)", 0, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                   OPEN_EXISTING, 0, nullptr));
  DWORD got = 0;
  std::string bytes(sizeof(DISPLAY_BRIGHTNESS), '\0');
  if (!panel.valid() ||
      ::DeviceIoControl(panel.value(), IOCTL_VIDEO_QUERY_DISPLAY_BRIGHTNESS, nullptr, 0,
                        bytes.data(), static_cast<DWORD>(bytes.size()), &got, nullptr) == 0) {
    const DWORD code = ::GetLastError();
    // No internal panel, or one whose driver does not know the question.
    const bool none = code == ERROR_INVALID_FUNCTION || code == ERROR_NOT_SUPPORTED;
    return Error{none ? Cause::absent : windows_cause(code),
                 std::string(path) + ": " + windows_reason(code)};
  }
  bytes.resize(std::min<std::size_t>(got, bytes.size()));
  return bytes;
}

}  // namespace wattlife
