// SPDX-License-Identifier: EUPL-1.2
#include "platform/devices_macos.h"

#include <functional>
#include <optional>

#include "core/text.h"
#include "platform/machine_tree.h"
#include "platform/owned_macos.h"

namespace wattlife::macos {
namespace {

constexpr unsigned most_entries = 64;  // of one class; a laptop has a handful
constexpr std::size_t log_bytes = 512;
constexpr std::size_t identify_bytes = 4096;
constexpr std::uint32_t recursively = 1;  // kIORegistryIterateRecursively: what is below it

// kIONVMeSMARTUserClientTypeID, kIONVMeSMARTInterfaceID, kIOCFPlugInInterfaceID.
constexpr CFUUIDBytes smart_client = {{0xAA, 0x0F, 0xA6, 0xF9, 0xC2, 0xD6, 0x45, 0x7F, 0xB1, 0x0B,
                                       0x59, 0xA1, 0x32, 0x53, 0x29, 0x2F}};
constexpr CFUUIDBytes smart_interface = {{0xCC, 0xD1, 0xDB, 0x19, 0xFD, 0x9A, 0x4D, 0xAF, 0xBF,
                                          0x95, 0x12, 0x45, 0x4B, 0x23, 0x0A, 0xB6}};
constexpr CFUUIDBytes plug_in_interface = {{0xC2, 0x44, 0xE8, 0x58, 0x10, 0x9C, 0x11, 0xD4, 0x91,
                                            0xD4, 0x00, 0x50, 0xE4, 0xC6, 0x42, 0x6F}};

Error absent(const std::string& path, const std::string& what) {
  return {Cause::absent, path + ": " + what};
}

Error refused(const std::string& path, int answer) {
  return {Cause::io, path + ": IOKit says " + std::to_string(answer)};
}

Result<std::string> xml_of(const std::string& path, CFTypeRef list) {
  const Owned<CFDataRef> xml(CFPropertyListCreateData(nullptr, list, xml_format, 0, nullptr));
  if (!xml) return Error{Cause::io, path + ": cannot be written as a property list"};
  const auto length = static_cast<std::size_t>(CFDataGetLength(xml.get()));
  if (length > largest_value_bytes) return Error{Cause::io, path + ": larger than 1 MiB"};
  return std::string(reinterpret_cast<const char*>(CFDataGetBytePtr(xml.get())), length);
}

// --- Properties of one entry ---------------------------------------------------------------------

Owned<CFTypeRef> property(IOObject entry, const std::string& key) {
  const auto name = text_object(key);
  return Owned<CFTypeRef>(name ? IORegistryEntryCreateCFProperty(entry, name.get(), nullptr, 0)
                               : nullptr);
}

bool is_of(CFTypeRef object, CFTypeID type) {
  return object != nullptr && CFGetTypeID(object) == type;
}

bool is_true(IOObject entry, const std::string& key) {
  const auto value = property(entry, key);
  return is_of(value.get(), CFBooleanGetTypeID()) &&
         CFBooleanGetValue(static_cast<CFBooleanRef>(value.get())) != 0;
}

// The text at `key` of the dictionary `outer`.
std::optional<std::string> text_in(IOObject entry, const std::string& outer,
                                   const std::string& key) {
  const auto dictionary = property(entry, outer);
  const auto name = text_object(key);
  if (!name || !is_of(dictionary.get(), CFDictionaryGetTypeID())) return std::nullopt;
  const void* const text =
      CFDictionaryGetValue(static_cast<CFDictionaryRef>(dictionary.get()), name.get());
  std::string bytes(256, '\0');
  if (!is_of(text, CFStringGetTypeID()) ||
      CFStringGetCString(static_cast<CFStringRef>(text), bytes.data(),
                         static_cast<CFIndex>(bytes.size()), utf8) == 0) {
    return std::nullopt;
  }
  return bytes.substr(0, bytes.find('\0'));
}

// Of the medium of a drive: IOMedia is the first below it that has a size.
std::optional<std::int64_t> size_below(IOObject entry) {
  const auto key = text_object("Size");
  if (!key) return std::nullopt;
  const Owned<CFTypeRef> size(
      IORegistryEntrySearchCFProperty(entry, "IOService", key.get(), nullptr, recursively));
  std::int64_t number = 0;
  if (!is_of(size.get(), CFNumberGetTypeID()) ||
      CFNumberGetValue(static_cast<CFNumberRef>(size.get()), signed_64_bits, &number) == 0 ||
      number <= 0) {
    return std::nullopt;
  }
  return number;
}

// Calls `use` for each entry of `name`, until it says that it has what it wants. False when the
// registry cannot be walked.
bool for_each_entry(const char* name, const std::function<bool(IOObject)>& use) {
  IOObject found = 0;
  // The dictionary belongs to the call that looks for it.
  if (IOServiceGetMatchingServices(0, IOServiceMatching(name), &found) != 0) return false;
  const OwnedEntry walk(found);
  for (unsigned i = 0; i < most_entries; ++i) {
    const OwnedEntry entry(IOIteratorNext(walk.get()));
    if (!entry || use(entry.get())) break;
  }
  return true;
}

// --- Drives --------------------------------------------------------------------------------------

bool is_internal_drive(IOObject entry) {
  return is_true(entry, "NVMe SMART Capable") &&
         text_in(entry, "Protocol Characteristics", "Physical Interconnect Location") ==
             "Internal" &&
         size_below(entry).has_value();
}

// The page that `ask` writes into, of the health client of a drive. It is held for one call.
Result<std::string> smart_page(IOObject drive, const std::string& path, std::size_t bytes,
                               const std::function<int(MacNvmeSmart**, void*)>& ask) {
  const Owned<CFUUIDRef> client(CFUUIDCreateFromUUIDBytes(nullptr, smart_client));
  const Owned<CFUUIDRef> kind(CFUUIDCreateFromUUIDBytes(nullptr, plug_in_interface));
  MacPlugIn** plug_in = nullptr;
  std::int32_t score = 0;
  const int made =
      IOCreatePlugInInterfaceForService(drive, client.get(), kind.get(), &plug_in, &score);
  if (made != 0 || plug_in == nullptr) return refused(path, made);
  void* interface = nullptr;
  const std::int32_t answer = (*plug_in)->QueryInterface(plug_in, smart_interface, &interface);
  if (answer != 0 || interface == nullptr) {
    IODestroyPlugInInterface(plug_in);
    return refused(path, answer);
  }
  auto* const smart = static_cast<MacNvmeSmart**>(interface);
  std::string page(bytes, '\0');
  const int read = ask(smart, page.data());
  (*smart)->Release(smart);
  IODestroyPlugInInterface(plug_in);
  if (read != 0) return refused(path, read);
  return page;
}

Result<std::string> value_of_drive(IOObject drive, const std::string& path,
                                   std::string_view value) {
  if (value == "log/02") {
    return smart_page(drive, path, log_bytes, [](MacNvmeSmart** smart, void* page) {
      return (*smart)->SMARTReadData(smart, page);
    });
  }
  if (value == "identify") {
    constexpr std::uint32_t controller = 0;  // not one of its namespaces
    return smart_page(drive, path, identify_bytes, [](MacNvmeSmart** smart, void* page) {
      return (*smart)->GetIdentifyData(smart, page, controller);
    });
  }
  if (value == "size") {
    const auto size = size_below(drive);
    if (!size) return absent(path, "no medium");
    std::string bytes;
    for (unsigned shift = 0; shift < 64; shift += 8) {
      bytes += static_cast<char>(static_cast<std::uint64_t>(*size) >> shift & 0xFF);
    }
    return bytes;
  }
  const auto model =
      value == "model" ? text_in(drive, "Device Characteristics", "Product Name") : std::nullopt;
  if (!model) return absent(path, "not told");
  return *model;
}

}  // namespace

Result<std::string> entry_properties(const std::string& path, const std::string& name) {
  // The dictionary belongs to the call that looks for it.
  const OwnedEntry entry(IOServiceGetMatchingService(0, IOServiceMatching(name.c_str())));
  if (!entry) return absent(path, "no such entry");
  CFMutableDictionaryRef properties = nullptr;
  const int answer = IORegistryEntryCreateCFProperties(entry.get(), &properties, nullptr, 0);
  if (answer != 0) return refused(path, answer);
  const Owned<CFMutableDictionaryRef> owner(properties);
  return xml_of(path, properties);
}

Result<std::string> internal_drives() {
  unsigned count = 0;
  const bool walked = for_each_entry("IOBlockStorageDevice", [&](IOObject entry) {
    if (is_internal_drive(entry)) ++count;
    return false;
  });
  if (!walked) return Error{Cause::io, "nvme: the registry cannot be walked"};
  return std::to_string(count);
}

Result<std::string> drive_value(unsigned number, const std::string& path, std::string_view value) {
  std::optional<Result<std::string>> found;
  unsigned before = 0;
  for_each_entry("IOBlockStorageDevice", [&](IOObject entry) {
    if (!is_internal_drive(entry) || before++ != number) return false;
    found = value_of_drive(entry, path, value);
    return true;
  });
  return found ? *std::move(found) : absent(path, "no such drive");
}

// --- The panel -----------------------------------------------------------------------------------

Result<std::string> panel_edid() {
  const std::string path = "panel/edid";
  std::optional<std::string> edid;
  // AppleBacklightDisplay takes a display only when its framebuffer says kIOConnectionBuiltIn.
  for_each_entry("AppleBacklightDisplay", [&](IOObject entry) {
    const auto bytes = property(entry, "IODisplayEDID");
    if (!is_of(bytes.get(), CFDataGetTypeID())) return false;
    const auto data = static_cast<CFDataRef>(bytes.get());
    const auto length = static_cast<std::size_t>(CFDataGetLength(data));
    if (length > largest_value_bytes) return false;
    edid.emplace(reinterpret_cast<const char*>(CFDataGetBytePtr(data)), length);
    return true;
  });
  return edid ? Result<std::string>(*std::move(edid)) : absent(path, "no such entry");
}

Result<std::string> panel_attributes() {
  const std::string path = "ioreg/DisplayAttributes";
  std::optional<Result<std::string>> found;
  // The framebuffers of M1 and M2, and those of later ones.
  for (const char* const name : {"AppleCLCD2", "IOMobileFramebufferShim"}) {
    for_each_entry(name, [&](IOObject entry) {
      if (is_true(entry, "external")) return false;
      const auto attributes = property(entry, "DisplayAttributes");
      if (!is_of(attributes.get(), CFDictionaryGetTypeID())) return false;
      found = xml_of(path, attributes.get());
      return true;
    });
    if (found) return *std::move(found);
  }
  return absent(path, "no such entry");
}

// --- NVRAM ---------------------------------------------------------------------------------------

Result<std::string> lock_variables() {
  const OwnedEntry options(IORegistryEntryFromPath(0, "IODeviceTree:/options"));
  if (!options) return absent("nvram/locks", "no NVRAM");
  std::string names;
  for (const char* const name :
       {"fmm-mobileme-token-FMM", "fmm-mobileme-token-FMM-BridgeHasAccount"}) {
    if (property(options.get(), name)) names += std::string(name) + '\n';
  }
  return names;
}

}  // namespace wattlife::macos
