// SPDX-License-Identifier: EUPL-1.2
// The few calls of macOS that the machine tree makes, declared by hand: Apple's headers may be used
// on a Mac only, and this project is built elsewhere too. Names and types as Apple documents them
// (CoreFoundation, IOKit, mach, sysctl); tools/macos/stubs lists the same symbols for the linker.
// A test stands in for all of them, so nothing else of the system may be used beside them.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {

using CFTypeRef = const void*;
using CFAllocatorRef = const struct CFAllocatorOpaque*;
using CFStringRef = const struct CFStringOpaque*;
using CFDataRef = const struct CFDataOpaque*;
using CFNumberRef = const struct CFNumberOpaque*;
using CFBooleanRef = const struct CFBooleanOpaque*;
using CFErrorRef = struct CFErrorOpaque*;
using CFDictionaryRef = const struct CFDictionaryOpaque*;
using CFMutableDictionaryRef = struct CFDictionaryOpaque*;
using CFUUIDRef = const struct CFUUIDOpaque*;
using CFIndex = long;
using CFOptionFlags = unsigned long;
using CFTypeID = unsigned long;
using CFStringEncoding = std::uint32_t;
using CFBoolean = unsigned char;

void CFRelease(CFTypeRef object);
CFTypeID CFGetTypeID(CFTypeRef object);
CFTypeID CFStringGetTypeID();
CFTypeID CFNumberGetTypeID();
CFTypeID CFBooleanGetTypeID();
CFTypeID CFDataGetTypeID();
CFTypeID CFDictionaryGetTypeID();
CFStringRef CFStringCreateWithCString(CFAllocatorRef allocator, const char* text,
                                      CFStringEncoding encoding);
CFBoolean CFStringGetCString(CFStringRef text, char* buffer, CFIndex size,
                             CFStringEncoding encoding);
CFBoolean CFNumberGetValue(CFNumberRef number, CFIndex type, void* value);
CFBoolean CFBooleanGetValue(CFBooleanRef truth);
// What it gives belongs to the dictionary.
const void* CFDictionaryGetValue(CFDictionaryRef dictionary, const void* key);
CFDataRef CFPropertyListCreateData(CFAllocatorRef allocator, CFTypeRef list, CFIndex format,
                                   CFOptionFlags options, CFErrorRef* error);
const std::uint8_t* CFDataGetBytePtr(CFDataRef data);
CFIndex CFDataGetLength(CFDataRef data);
CFTypeRef CFPreferencesCopyAppValue(CFStringRef key, CFStringRef domain);
CFBoolean CFPreferencesAppValueIsForced(CFStringRef key, CFStringRef domain);

struct CFUUIDBytes {
  std::uint8_t bytes[16];
};
CFUUIDRef CFUUIDCreateFromUUIDBytes(CFAllocatorRef allocator, CFUUIDBytes bytes);

using IOObject = std::uint32_t;  // a mach port

CFMutableDictionaryRef IOServiceMatching(const char* name);
IOObject IOServiceGetMatchingService(IOObject main_port, CFMutableDictionaryRef matching);
int IOServiceGetMatchingServices(IOObject main_port, CFMutableDictionaryRef matching,
                                 IOObject* iterator);
IOObject IOIteratorNext(IOObject iterator);
IOObject IORegistryEntryFromPath(IOObject main_port, const char* path);
CFTypeRef IORegistryEntryCreateCFProperty(IOObject entry, CFStringRef key, CFAllocatorRef allocator,
                                          std::uint32_t options);
CFTypeRef IORegistryEntrySearchCFProperty(IOObject entry, const char* plane, CFStringRef key,
                                          CFAllocatorRef allocator, std::uint32_t options);
int IORegistryEntryCreateCFProperties(IOObject entry, CFMutableDictionaryRef* properties,
                                      CFAllocatorRef allocator, std::uint32_t options);
int IOObjectRelease(IOObject object);

// The first members of IOCFPlugInInterface (IOCFPlugIn.h); those that follow are never called.
struct MacPlugIn {
  void* reserved;
  std::int32_t (*QueryInterface)(void* self, CFUUIDBytes wanted, void** interface);
  std::uint32_t (*AddRef)(void* self);
  std::uint32_t (*Release)(void* self);
};
// The first members of IONVMeSMARTInterface (NVMeSMARTLibExternal.h).
struct MacNvmeSmart {
  void* reserved;
  std::int32_t (*QueryInterface)(void* self, CFUUIDBytes wanted, void** interface);
  std::uint32_t (*AddRef)(void* self);
  std::uint32_t (*Release)(void* self);
  std::uint16_t version;
  std::uint16_t revision;
  int (*SMARTReadData)(void* self, void* log);                               // 512 bytes
  int (*GetIdentifyData)(void* self, void* page, std::uint32_t name_space);  // 4,096 bytes
};
int IOCreatePlugInInterfaceForService(IOObject service, CFUUIDRef kind, CFUUIDRef interface,
                                      MacPlugIn*** plug_in, std::int32_t* score);
int IODestroyPlugInInterface(MacPlugIn** plug_in);

std::uint32_t mach_host_self();
int host_statistics(std::uint32_t host, int flavor, int* info, std::uint32_t* count);
int sysctlbyname(const char* name, void* value, std::size_t* size, void* fresh,
                 std::size_t fresh_size);
}
