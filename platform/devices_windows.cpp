// SPDX-License-Identifier: EUPL-1.2
#include "platform/devices_windows.h"

#include <windows.h>
//
#include <initguid.h>
//
#include <batclass.h>
#include <devguid.h>
#include <ntddscsi.h>
#include <setupapi.h>
#include <winioctl.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "platform/ata_pass_through.h"
#include "platform/wide_windows.h"

namespace wattlife {
namespace {

Error device_error(std::string_view path, DWORD code) {
  return {windows_cause(code), std::string(path) + ": " + windows_reason(code)};
}

// How drivers say that they do not know a question.
bool is_unknown_question(DWORD code) {
  return code == ERROR_INVALID_FUNCTION || code == ERROR_NOT_SUPPORTED ||
         code == ERROR_INVALID_PARAMETER;
}

// --- Devices of one kind -----------------------------------------------------------------------

struct DeviceList {
  explicit DeviceList(HDEVINFO opened) : handle(opened) {}
  DeviceList(const DeviceList&) = delete;
  DeviceList& operator=(const DeviceList&) = delete;
  ~DeviceList() {
    if (handle != INVALID_HANDLE_VALUE) ::SetupDiDestroyDeviceInfoList(handle);
  }
  HDEVINFO handle;
};

// Paths of the devices that offer `kind`, a line each.
Result<std::string> device_paths(const GUID& kind, std::string_view what, DWORD most) {
  const DeviceList devices(
      ::SetupDiGetClassDevsW(&kind, nullptr, nullptr, DIGCF_PRESENT | DIGCF_DEVICEINTERFACE));
  if (devices.handle == INVALID_HANDLE_VALUE) return device_error(what, ::GetLastError());
  std::string paths;
  for (DWORD index = 0; index < most; ++index) {
    SP_DEVICE_INTERFACE_DATA found{};
    found.cbSize = sizeof found;
    if (::SetupDiEnumDeviceInterfaces(devices.handle, nullptr, &kind, index, &found) == 0) break;
    alignas(SP_DEVICE_INTERFACE_DETAIL_DATA_W) std::array<char, 4096> buffer{};
    auto* detail = reinterpret_cast<SP_DEVICE_INTERFACE_DETAIL_DATA_W*>(buffer.data());
    detail->cbSize = sizeof *detail;
    if (::SetupDiGetDeviceInterfaceDetailW(devices.handle, &found, detail, buffer.size(), nullptr,
                                           nullptr) != 0) {
      paths += narrow(detail->DevicePath) + "\n";
    }
  }
  return paths;
}

// --- Batteries ---------------------------------------------------------------------------------

// Some machines refuse to open a battery for writing; it is never written, but some drivers answer
// only then.
Handle opened_battery(const std::string& device) {
  const std::wstring path = wide(device);
  const auto open = [&](DWORD access) {
    return ::CreateFileW(path.c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                         OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
  };
  const HANDLE both = open(GENERIC_READ | GENERIC_WRITE);
  return Handle(both != INVALID_HANDLE_VALUE ? both : open(GENERIC_READ));
}

// What one value of a pack is called here and there.
struct BatteryValue {
  std::string_view name;
  bool is_status;
  bool always;  // every pack has it: a driver that does not know the question is broken
  BATTERY_QUERY_INFORMATION_LEVEL level;
  DWORD bytes;
};
constexpr DWORD string_bytes = 2 * MAX_BATTERY_STRING_SIZE;
constexpr BatteryValue battery_values[] = {
    {"information", false, true, BatteryInformation, sizeof(BATTERY_INFORMATION)},
    {"status", true, true, BatteryInformation, sizeof(BATTERY_STATUS)},
    {"name", false, false, BatteryDeviceName, string_bytes},
    {"manufacturer", false, false, BatteryManufactureName, string_bytes},
    {"serial", false, false, BatterySerialNumber, string_bytes},
    {"unique_id", false, false, BatteryUniqueID, string_bytes},
    {"manufacture", false, false, BatteryManufactureDate, sizeof(BATTERY_MANUFACTURE_DATE)},
    {"granularity", false, false, BatteryGranularityInformation,
     4 * sizeof(BATTERY_REPORTING_SCALE)},
};

// No pack in this place, or another one since the tag was asked: ERROR_NO_SUCH_DEVICE, which
// mingw's headers lack. Older versions say ERROR_FILE_NOT_FOUND.
constexpr DWORD no_such_device = 433;

Error battery_error(std::string_view path, DWORD code, bool always) {
  Error error = device_error(path, code);
  const bool none = !always && is_unknown_question(code);
  if (code == no_such_device || none) error.cause = Cause::absent;
  return error;
}

// The tag names the pack that is in this place now; it changes when the pack does.
Result<std::string> battery_query(HANDLE battery, const std::string& path,
                                  const BatteryValue& value) {
  DWORD no_wait = 0;
  ULONG tag = BATTERY_TAG_INVALID;
  DWORD got = 0;
  if (::DeviceIoControl(battery, IOCTL_BATTERY_QUERY_TAG, &no_wait, sizeof no_wait, &tag,
                        sizeof tag, &got, nullptr) == 0) {
    return battery_error(path, ::GetLastError(), true);
  }
  if (tag == BATTERY_TAG_INVALID) return battery_error(path, no_such_device, true);
  std::string bytes(value.bytes, '\0');
  BATTERY_WAIT_STATUS status_query{};
  status_query.BatteryTag = tag;
  BATTERY_QUERY_INFORMATION information_query{};
  information_query.BatteryTag = tag;
  information_query.InformationLevel = value.level;
  const BOOL answered =
      value.is_status
          ? ::DeviceIoControl(battery, IOCTL_BATTERY_QUERY_STATUS, &status_query,
                              sizeof status_query, bytes.data(), value.bytes, &got, nullptr)
          : ::DeviceIoControl(battery, IOCTL_BATTERY_QUERY_INFORMATION, &information_query,
                              sizeof information_query, bytes.data(), value.bytes, &got, nullptr);
  if (answered == 0) return battery_error(path, ::GetLastError(), value.always);
  bytes.resize(std::min<std::size_t>(got, bytes.size()));
  return bytes;
}

// --- Energy meters -----------------------------------------------------------------------------

// emi.h, which mingw lacks. All may be asked by anyone who may read the device.
constexpr GUID energy_meter = {
    0x45BD8344, 0x7ED6, 0x49CF, {0xA4, 0x40, 0xC2, 0x76, 0xC9, 0x33, 0xB0, 0x53}};
constexpr DWORD emi_get_version = 0x224000;
constexpr DWORD emi_get_metadata_size = 0x224004;
constexpr DWORD emi_get_metadata = 0x224008;
constexpr DWORD emi_get_measurement = 0x22400C;

Result<std::string> emi_answer(HANDLE device, const std::string& path, DWORD question,
                               std::size_t most) {
  std::string bytes(most, '\0');
  DWORD got = 0;
  if (::DeviceIoControl(device, question, nullptr, 0, bytes.data(),
                        static_cast<DWORD>(bytes.size()), &got, nullptr) == 0) {
    return device_error(path, ::GetLastError());
  }
  bytes.resize(std::min<std::size_t>(got, bytes.size()));
  return bytes;
}

Result<std::string> emi_metadata(HANDLE device, const std::string& path) {
  constexpr std::size_t most_metadata_bytes = 64 * 1024;
  const auto answer = emi_answer(device, path, emi_get_metadata_size, sizeof(ULONG));
  if (!answer) return answer;
  ULONG size = 0;
  if (answer->size() != sizeof size) return Error{Cause::io, path + ": no size of it"};
  std::memcpy(&size, answer->data(), sizeof size);
  if (size == 0 || size > most_metadata_bytes) {
    return Error{Cause::io, path + ": " + std::to_string(size) + " bytes"};
  }
  return emi_answer(device, path, emi_get_metadata, size);
}

// --- Drives ------------------------------------------------------------------------------------

// Access 0 is enough for what is asked, needs no rights, and cannot write.
Handle opened_drive(unsigned number) {
  const std::wstring path = LR"(\\.\PhysicalDrive)" + std::to_wstring(number);
  return Handle(::CreateFileW(path.c_str(), 0, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                              OPEN_EXISTING, 0, nullptr));
}

struct NvmePage {
  std::string_view name;
  STORAGE_PROPERTY_ID property;
  STORAGE_PROTOCOL_NVME_DATA_TYPE type;
  DWORD value;  // controller data structure, or number of the log page
  DWORD bytes;
};
// The health page belongs to the drive; some drivers answer it only for the adapter.
constexpr NvmePage nvme_pages[] = {
    {"identify", StorageAdapterProtocolSpecificProperty, NVMeDataTypeIdentify, 1, 4096},
    {"log/02", StorageDeviceProtocolSpecificProperty, NVMeDataTypeLogPage, 2, 512},
    {"log/02", StorageAdapterProtocolSpecificProperty, NVMeDataTypeLogPage, 2, 512},
};

Result<std::string> nvme_page(HANDLE drive, const std::string& path, const NvmePage& page) {
  constexpr std::size_t query_bytes = offsetof(STORAGE_PROPERTY_QUERY, AdditionalParameters) +
                                      sizeof(STORAGE_PROTOCOL_SPECIFIC_DATA);
  STORAGE_PROTOCOL_SPECIFIC_DATA protocol{};
  protocol.ProtocolType = ProtocolTypeNvme;
  protocol.DataType = static_cast<DWORD>(page.type);
  protocol.ProtocolDataRequestValue = page.value;
  protocol.ProtocolDataOffset = sizeof protocol;
  protocol.ProtocolDataLength = page.bytes;
  STORAGE_PROPERTY_QUERY query{};
  query.PropertyId = page.property;
  query.QueryType = PropertyStandardQuery;
  std::string buffer(query_bytes + page.bytes, '\0');
  std::memcpy(buffer.data(), &query, offsetof(STORAGE_PROPERTY_QUERY, AdditionalParameters));
  std::memcpy(buffer.data() + offsetof(STORAGE_PROPERTY_QUERY, AdditionalParameters), &protocol,
              sizeof protocol);
  DWORD got = 0;
  if (::DeviceIoControl(drive, IOCTL_STORAGE_QUERY_PROPERTY, buffer.data(),
                        static_cast<DWORD>(buffer.size()), buffer.data(),
                        static_cast<DWORD>(buffer.size()), &got, nullptr) == 0) {
    return device_error(path, ::GetLastError());
  }
  buffer.resize(std::min<std::size_t>(got, buffer.size()));
  STORAGE_PROTOCOL_DATA_DESCRIPTOR answer{};
  if (buffer.size() < sizeof answer) return Error{Cause::io, path + ": the answer is cut off"};
  std::memcpy(&answer, buffer.data(), sizeof answer);
  const std::size_t begin = offsetof(STORAGE_PROTOCOL_DATA_DESCRIPTOR, ProtocolSpecificData) +
                            answer.ProtocolSpecificData.ProtocolDataOffset;
  if (begin > buffer.size() || buffer.size() - begin < page.bytes ||
      answer.ProtocolSpecificData.ProtocolDataLength < page.bytes) {
    return Error{Cause::io, path + ": the answer is shorter than a page"};
  }
  return buffer.substr(begin, page.bytes);
}

// How the drive is attached; the system answers from what it knows, and the drive is not asked.
std::optional<STORAGE_BUS_TYPE> bus_of(HANDLE drive) {
  STORAGE_PROPERTY_QUERY query{};
  query.PropertyId = StorageDeviceProperty;
  query.QueryType = PropertyStandardQuery;
  STORAGE_DEVICE_DESCRIPTOR answer{};
  DWORD got = 0;
  const BOOL answered = ::DeviceIoControl(drive, IOCTL_STORAGE_QUERY_PROPERTY, &query, sizeof query,
                                          &answer, sizeof answer, &got, nullptr);
  const bool whole =
      answered != 0 && got >= offsetof(STORAGE_DEVICE_DESCRIPTOR, BusType) + sizeof answer.BusType;
  if (!whole) return std::nullopt;
  return answer.BusType;
}

// Numbers of the physical drives for which `wanted` holds, a line each.
std::string drives_on(bool (*wanted)(HANDLE drive, STORAGE_BUS_TYPE bus)) {
  std::string numbers;
  for (unsigned number = 0; number < most_devices; ++number) {
    const Handle drive = opened_drive(number);
    if (!drive.valid()) continue;
    const auto bus = bus_of(drive.value());
    if (bus && wanted(drive.value(), *bus)) numbers += std::to_string(number) + "\n";
  }
  return numbers;
}

// --- ATA drives ----------------------------------------------------------------------------------

static_assert(sizeof(ATA_PASS_THROUGH_EX) == ata_pass_through_bytes);
static_assert(offsetof(ATA_PASS_THROUGH_EX, AtaFlags) == 2);
static_assert(offsetof(ATA_PASS_THROUGH_EX, DataTransferLength) == 8);
static_assert(offsetof(ATA_PASS_THROUGH_EX, TimeOutValue) == 12);
static_assert(offsetof(ATA_PASS_THROUGH_EX, DataBufferOffset) == 24);
static_assert(offsetof(ATA_PASS_THROUGH_EX, PreviousTaskFile) == 32);
static_assert(offsetof(ATA_PASS_THROUGH_EX, CurrentTaskFile) == 40);

// A RAID driver or a bridge would answer for another drive, or not at all.
bool is_ata(STORAGE_BUS_TYPE bus) { return bus == BusTypeAta || bus == BusTypeSata; }

// Windows has switched the drive off; any command but this question would switch it on.
bool is_switched_off(HANDLE drive) {
  BOOL works = TRUE;
  return ::GetDevicePowerState(drive, &works) != 0 && works == FALSE;
}

// The system asks for a handle that may write before it passes anything on. Only the commands of
// ata_commands.h go through it, and none of them writes.
Handle opened_for_pass_through(unsigned number) {
  const std::wstring path = LR"(\\.\PhysicalDrive)" + std::to_wstring(number);
  return Handle(::CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE,
                              FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0,
                              nullptr));
}

Result<AtaAnswer> sent_to(HANDLE drive, const AtaCommand& command) {
  std::string buffer = ata_pass_through_request(command);
  const auto size = static_cast<DWORD>(buffer.size());
  DWORD got = 0;
  if (::DeviceIoControl(drive, IOCTL_ATA_PASS_THROUGH, buffer.data(), size, buffer.data(), size,
                        &got, nullptr) == 0) {
    const DWORD code = ::GetLastError();
    // A driver that passes no such questions on is no broken drive.
    return Error{is_unknown_question(code) ? Cause::absent : windows_cause(code),
                 windows_reason(code)};
  }
  return ata_pass_through_answer(command, std::string_view(buffer).substr(0, got));
}

Result<std::string> drive_size(HANDLE drive, const std::string& path) {
  DISK_GEOMETRY_EX geometry{};
  DWORD got = 0;
  if (::DeviceIoControl(drive, IOCTL_DISK_GET_DRIVE_GEOMETRY_EX, nullptr, 0, &geometry,
                        sizeof geometry, &got, nullptr) == 0) {
    return device_error(path, ::GetLastError());
  }
  const auto size = static_cast<std::uint64_t>(geometry.DiskSize.QuadPart);
  return std::string(reinterpret_cast<const char*>(&size), sizeof size);
}

}  // namespace

Result<std::string> battery_devices() {
  return device_paths(GUID_DEVCLASS_BATTERY, "battery", most_devices);
}

Result<std::string> battery_value(const std::string& device, const std::string& path,
                                  std::string_view value) {
  const auto* const known = std::find_if(std::begin(battery_values), std::end(battery_values),
                                         [&](const BatteryValue& v) { return v.name == value; });
  if (known == std::end(battery_values)) {
    return Error{Cause::absent, path + ": not a value of a battery"};
  }
  const Handle battery = opened_battery(device);
  if (!battery.valid()) return device_error(path, ::GetLastError());
  Result<std::string> bytes = battery_query(battery.value(), path, *known);
  // A tag that went stale between the two calls looks like a pack that is gone: asked once more.
  if (!bytes && bytes.error().cause == Cause::absent) {
    bytes = battery_query(battery.value(), path, *known);
  }
  return bytes;
}

Result<std::string> emi_devices() { return device_paths(energy_meter, "emi", most_meters); }

Result<std::string> emi_value(const std::string& device, const std::string& path,
                              std::string_view value) {
  constexpr std::size_t most_measurement_bytes = 16 * 256;
  const Handle meter(::CreateFileW(wide(device).c_str(), GENERIC_READ,
                                   FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING,
                                   FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!meter.valid()) return device_error(path, ::GetLastError());
  if (value == "version") return emi_answer(meter.value(), path, emi_get_version, 2);
  if (value == "metadata") return emi_metadata(meter.value(), path);
  if (value == "measurement") {
    return emi_answer(meter.value(), path, emi_get_measurement, most_measurement_bytes);
  }
  return Error{Cause::absent, path + ": not a value of an energy meter"};
}

Result<std::string> internal_drives() {
  static constexpr STORAGE_BUS_TYPE inside[] = {BusTypeAta,  BusTypeSata, BusTypeRAID,
                                                BusTypeNvme, BusTypeScsi, BusTypeMmc};
  return drives_on([](HANDLE, STORAGE_BUS_TYPE bus) {
    return std::find(std::begin(inside), std::end(inside), bus) != std::end(inside);
  });
}

Result<std::string> drive_performance(unsigned number, const std::string& path) {
  const Handle drive = opened_drive(number);
  if (!drive.valid()) return device_error(path, ::GetLastError());
  DISK_PERFORMANCE performance{};
  DWORD got = 0;
  if (::DeviceIoControl(drive.value(), IOCTL_DISK_PERFORMANCE, nullptr, 0, &performance,
                        sizeof performance, &got, nullptr) == 0) {
    const DWORD code = ::GetLastError();
    Error error = device_error(path, code);
    if (is_unknown_question(code)) error.cause = Cause::absent;  // nobody counts at this drive
    return error;
  }
  return std::string(reinterpret_cast<const char*>(&performance),
                     std::min<std::size_t>(got, sizeof performance));
}

Result<std::string> nvme_drives() {
  return drives_on([](HANDLE drive, STORAGE_BUS_TYPE bus) {
    // A RAID driver hides what is behind it: NVMe when it answers as that.
    return bus == BusTypeNvme || (bus == BusTypeRAID && nvme_page(drive, "nvme", nvme_pages[0]));
  });
}

Result<std::string> nvme_value(unsigned number, const std::string& path, std::string_view value) {
  const Handle drive = opened_drive(number);
  if (!drive.valid()) return device_error(path, ::GetLastError());
  if (value == "size") return drive_size(drive.value(), path);
  Result<std::string> page = Error{Cause::absent, path + ": not a value of a drive"};
  for (const NvmePage& known : nvme_pages) {
    if (known.name != value) continue;
    page = nvme_page(drive.value(), path, known);
    if (page) break;
  }
  return page;
}

Result<std::string> ata_drives() {
  return drives_on([](HANDLE, STORAGE_BUS_TYPE bus) { return is_ata(bus); });
}

Result<std::string> ata_value(unsigned number, const std::string& path, std::string_view page) {
  if (!ata_command_of(page)) return Error{Cause::absent, path + ": not a page of a drive"};
  {
    const Handle drive = opened_drive(number);
    if (!drive.valid()) return device_error(path, ::GetLastError());
    const auto bus = bus_of(drive.value());
    if (!bus || !is_ata(*bus)) return Error{Cause::absent, path + ": not an ATA drive"};
    if (is_switched_off(drive.value())) {
      return Error{Cause::asleep, path + ": the drive is switched off, and is left so"};
    }
  }
  const Handle drive = opened_for_pass_through(number);
  if (!drive.valid()) return device_error(path, ::GetLastError());
  auto bytes = ata_page_through(
      page, [&](const AtaCommand& command) { return sent_to(drive.value(), command); });
  if (!bytes) return Error{bytes.error().cause, path + ": " + bytes.error().text};
  return bytes;
}

}  // namespace wattlife
