// SPDX-License-Identifier: EUPL-1.2
#include "tests/platform/fake_macos.h"

#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "platform/macos_calls.h"

namespace wattlife {
namespace {

// What every reference points to. Counted, so that a test sees what was not given back.
struct Object {
  CFTypeID type = 0;
  std::string text;
  std::int64_t number = 0;
  std::map<std::string, FakeValue> members = {};
};
constexpr CFTypeID text_type = 1;
constexpr CFTypeID number_type = 2;
constexpr CFTypeID truth_type = 3;
constexpr CFTypeID data_type = 4;
constexpr CFTypeID other_type = 5;
constexpr CFTypeID dictionary_type = 6;

std::vector<std::unique_ptr<Object>>& objects() {
  static std::vector<std::unique_ptr<Object>> all;
  return all;
}

// One that belongs to another, and is not counted.
Object* lent(CFTypeID type, const std::string& text, std::int64_t number = 0) {
  objects().push_back(std::make_unique<Object>(Object{type, text, number}));
  return objects().back().get();
}

Object* made(CFTypeID type, const std::string& text, std::int64_t number = 0) {
  ++fake_mac().objects;
  return lent(type, text, number);
}

Object* lent_of(const FakeValue& value) {
  constexpr CFTypeID types[] = {text_type, number_type, truth_type, data_type, dictionary_type};
  Object* const object =
      lent(types[static_cast<std::size_t>(value.kind)], value.text, value.number);
  object->members = value.members;
  return object;
}

Object* made_of(const std::map<std::string, FakeValue>& values, const std::string& key) {
  const auto found = values.find(key);
  if (found == values.end()) return nullptr;
  ++fake_mac().objects;
  return lent_of(found->second);
}

const Object& object_of(const void* reference) { return *static_cast<const Object*>(reference); }

// Entries are numbered from 1 in the order in which they were looked for.
std::vector<std::string>& entries() {
  static std::vector<std::string> names;
  return names;
}

// Objects of IOKit that are no first entry of a class: those that are walked over by their place,
// the walks themselves, and NVRAM.
constexpr IOObject first_walked = 1'000;
constexpr IOObject first_walk = 100'000;
constexpr IOObject nvram = 10'000;

struct Walk {
  std::string name;
  std::size_t next = 0;
};
std::vector<Walk>& walks() {
  static std::vector<Walk> all;
  return all;
}

const FakeEntry& walked(IOObject entry) { return fake_mac().entries.at(entry - first_walked); }

// --- The health client of a drive: an object begins with a pointer to its calls ------------------

constexpr std::string_view smart_client(
    "\xAA\x0F\xA6\xF9\xC2\xD6\x45\x7F\xB1\x0B\x59\xA1\x32\x53"
    "\x29\x2F",
    16);
constexpr std::string_view smart_interface(
    "\xCC\xD1\xDB\x19\xFD\x9A\x4D\xAF\xBF\x95\x12\x45\x4B\x23\x0A\xB6", 16);
constexpr std::string_view plug_in_interface(
    "\xC2\x44\xE8\x58\x10\x9C\x11\xD4\x91\xD4\x00\x50\xE4\xC6\x42\x6F", 16);

struct Smart {
  MacNvmeSmart* calls;
  const FakeEntry* entry;
};
struct PlugIn {
  MacPlugIn* calls;
  Smart smart;
};

std::uint32_t add_one(void*) { return static_cast<std::uint32_t>(++fake_mac().objects); }
std::uint32_t release(void*) { return static_cast<std::uint32_t>(--fake_mac().objects); }

int give(const std::string& page, void* into) {
  if (page.empty()) return 0x2c7;
  std::memcpy(into, page.data(), page.size());
  return 0;
}
int give_log(void* self, void* log) { return give(static_cast<Smart*>(self)->entry->log, log); }
int give_identify(void* self, void* page, std::uint32_t name_space) {
  return name_space == 0 ? give(static_cast<Smart*>(self)->entry->identify, page) : 0x2c2;
}

std::int32_t give_interface(void* self, CFUUIDBytes wanted, void** interface) {
  auto* const plug_in = static_cast<PlugIn*>(self);
  if (std::memcmp(wanted.bytes, smart_interface.data(), sizeof wanted.bytes) != 0) return 4;
  if (plug_in->smart.entry->interface_answer != 0) return plug_in->smart.entry->interface_answer;
  ++fake_mac().objects;
  *interface = &plug_in->smart;
  return 0;
}

}  // namespace

FakeMac& fake_mac() {
  static FakeMac mac;
  return mac;
}

}  // namespace wattlife

using namespace wattlife;  // NOLINT: the calls below are of no namespace

void CFRelease(CFTypeRef) { --fake_mac().objects; }
CFTypeID CFGetTypeID(CFTypeRef object) { return object_of(object).type; }
CFTypeID CFStringGetTypeID() { return text_type; }
CFTypeID CFNumberGetTypeID() { return number_type; }
CFTypeID CFBooleanGetTypeID() { return truth_type; }
CFTypeID CFDataGetTypeID() { return data_type; }
CFTypeID CFDictionaryGetTypeID() { return dictionary_type; }

const void* CFDictionaryGetValue(CFDictionaryRef dictionary, const void* key) {
  const auto& members = object_of(dictionary).members;
  const auto found = members.find(object_of(key).text);
  return found == members.end() ? nullptr : lent_of(found->second);
}

CFUUIDRef CFUUIDCreateFromUUIDBytes(CFAllocatorRef, CFUUIDBytes bytes) {
  return reinterpret_cast<CFUUIDRef>(
      made(other_type, {reinterpret_cast<const char*>(bytes.bytes), sizeof bytes.bytes}));
}

CFStringRef CFStringCreateWithCString(CFAllocatorRef, const char* text, CFStringEncoding) {
  return reinterpret_cast<CFStringRef>(made(text_type, text));
}

CFBoolean CFStringGetCString(CFStringRef text, char* buffer, CFIndex size, CFStringEncoding) {
  const std::string& own = object_of(text).text;
  if (own.size() + 1 > static_cast<std::size_t>(size)) return 0;
  std::memcpy(buffer, own.c_str(), own.size() + 1);
  return 1;
}

CFBoolean CFNumberGetValue(CFNumberRef number, CFIndex, void* value) {
  std::memcpy(value, &object_of(number).number, sizeof(std::int64_t));
  return 1;
}

CFBoolean CFBooleanGetValue(CFBooleanRef truth) { return object_of(truth).number != 0; }

CFDataRef CFPropertyListCreateData(CFAllocatorRef, CFTypeRef list, CFIndex format, CFOptionFlags,
                                   CFErrorRef*) {
  const std::string& text = object_of(list).text;
  if (format != 100 || text.empty()) return nullptr;
  return reinterpret_cast<CFDataRef>(made(data_type, text));
}

const std::uint8_t* CFDataGetBytePtr(CFDataRef data) {
  return reinterpret_cast<const std::uint8_t*>(object_of(data).text.data());
}
CFIndex CFDataGetLength(CFDataRef data) {
  return static_cast<CFIndex>(object_of(data).text.size());
}

CFTypeRef CFPreferencesCopyAppValue(CFStringRef key, CFStringRef domain) {
  if (object_of(domain).text != "nl.wattlife.agent") return nullptr;
  const auto found = fake_mac().preferences.find(object_of(key).text);
  if (found == fake_mac().preferences.end()) return nullptr;
  const FakePreference& own = found->second;
  constexpr CFTypeID types[] = {text_type, number_type, truth_type, other_type};
  return made(types[static_cast<std::size_t>(own.kind)], own.text, own.number);
}

CFBoolean CFPreferencesAppValueIsForced(CFStringRef key, CFStringRef) {
  return fake_mac().preferences.at(object_of(key).text).forced ? 1 : 0;
}

CFMutableDictionaryRef IOServiceMatching(const char* name) {
  return reinterpret_cast<CFMutableDictionaryRef>(made(other_type, name));
}

IOObject IOServiceGetMatchingService(IOObject, CFMutableDictionaryRef matching) {
  const std::string name = object_of(matching).text;
  --fake_mac().objects;  // it takes the dictionary
  if (fake_mac().registry.count(name) == 0) return 0;
  entries().push_back(name);
  ++fake_mac().objects;
  return static_cast<IOObject>(entries().size());
}

int IORegistryEntryCreateCFProperties(IOObject entry, CFMutableDictionaryRef* properties,
                                      CFAllocatorRef, std::uint32_t) {
  const std::string& name = entries().at(entry - 1);
  const auto answer = fake_mac().registry_answers.find(name);
  if (answer != fake_mac().registry_answers.end()) return answer->second;
  *properties =
      reinterpret_cast<CFMutableDictionaryRef>(made(other_type, fake_mac().registry.at(name)));
  return 0;
}

int IOServiceGetMatchingServices(IOObject, CFMutableDictionaryRef matching, IOObject* iterator) {
  const std::string name = object_of(matching).text;
  --fake_mac().objects;  // it takes the dictionary
  if (fake_mac().walk_answer != 0) return fake_mac().walk_answer;
  walks().push_back({name});
  ++fake_mac().objects;
  *iterator = first_walk + static_cast<IOObject>(walks().size()) - 1;
  return 0;
}

IOObject IOIteratorNext(IOObject iterator) {
  Walk& walk = walks().at(iterator - first_walk);
  while (walk.next < fake_mac().entries.size()) {
    const std::size_t place = walk.next++;
    if (fake_mac().entries[place].name != walk.name) continue;
    ++fake_mac().objects;
    return first_walked + static_cast<IOObject>(place);
  }
  return 0;
}

IOObject IORegistryEntryFromPath(IOObject, const char* path) {
  if (std::string_view(path) != "IODeviceTree:/options" || fake_mac().nvram.empty()) return 0;
  ++fake_mac().objects;
  return nvram;
}

CFTypeRef IORegistryEntryCreateCFProperty(IOObject entry, CFStringRef key, CFAllocatorRef,
                                          std::uint32_t) {
  return made_of(entry == nvram ? fake_mac().nvram : walked(entry).properties, object_of(key).text);
}

CFTypeRef IORegistryEntrySearchCFProperty(IOObject entry, const char* plane, CFStringRef key,
                                          CFAllocatorRef, std::uint32_t options) {
  const std::int64_t bytes = walked(entry).medium_bytes;
  if (std::string_view(plane) != "IOService" || object_of(key).text != "Size" || options != 1 ||
      bytes == 0) {
    return nullptr;
  }
  return made(number_type, "", bytes);
}

int IOCreatePlugInInterfaceForService(IOObject service, CFUUIDRef kind, CFUUIDRef interface,
                                      MacPlugIn*** plug_in, std::int32_t*) {
  static MacPlugIn calls{nullptr, give_interface, add_one, release};
  static MacNvmeSmart smart_calls{nullptr, nullptr, add_one,  release,
                                  1,       0,       give_log, give_identify};
  static PlugIn client{};
  if (object_of(kind).text != smart_client || object_of(interface).text != plug_in_interface) {
    return 0x2be;
  }
  const FakeEntry& entry = walked(service);
  if (entry.client_answer != 0) return entry.client_answer;
  client = {&calls, {&smart_calls, &entry}};
  ++fake_mac().objects;
  *plug_in = &client.calls;
  return 0;
}

int IODestroyPlugInInterface(MacPlugIn**) {
  --fake_mac().objects;
  return 0;
}

int IOObjectRelease(IOObject) {
  --fake_mac().objects;
  return 0;
}

std::uint32_t mach_host_self() { return 7; }

int host_statistics(std::uint32_t, int flavor, int* info, std::uint32_t* count) {
  if (flavor != 3 || *count < 4) return 4;
  std::memcpy(info, fake_mac().ticks, sizeof fake_mac().ticks);
  *count = 4;
  return fake_mac().load_answer;
}

int sysctlbyname(const char* name, void* value, std::size_t* size, void*, std::size_t) {
  const auto found = fake_mac().sysctl.find(name);
  errno = found == fake_mac().sysctl.end() ? ENOENT : ENOMEM;
  if (found == fake_mac().sysctl.end() || found->second.size() > *size) return -1;
  std::memcpy(value, found->second.data(), found->second.size());
  *size = found->second.size();
  return 0;
}
