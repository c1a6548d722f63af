// SPDX-License-Identifier: EUPL-1.2
#include "tests/platform/fake_macos.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "platform/macos_calls.h"

namespace wattlife {
namespace {

// What every reference points to. Counted, so that a test sees what was not given back.
struct Object {
  CFTypeID type = 0;
  std::string text;
  std::int64_t number = 0;
};
constexpr CFTypeID text_type = 1;
constexpr CFTypeID number_type = 2;
constexpr CFTypeID truth_type = 3;
constexpr CFTypeID data_type = 4;
constexpr CFTypeID other_type = 5;

std::vector<std::unique_ptr<Object>>& objects() {
  static std::vector<std::unique_ptr<Object>> all;
  return all;
}

Object* made(CFTypeID type, const std::string& text, std::int64_t number = 0) {
  objects().push_back(std::make_unique<Object>(Object{type, text, number}));
  ++fake_mac().objects;
  return objects().back().get();
}

const Object& object_of(const void* reference) { return *static_cast<const Object*>(reference); }

// Entries are numbered from 1 in the order in which they were looked for.
std::vector<std::string>& entries() {
  static std::vector<std::string> names;
  return names;
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
