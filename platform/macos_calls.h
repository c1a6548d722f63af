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
using CFMutableDictionaryRef = struct CFDictionaryOpaque*;
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
CFStringRef CFStringCreateWithCString(CFAllocatorRef allocator, const char* text,
                                      CFStringEncoding encoding);
CFBoolean CFStringGetCString(CFStringRef text, char* buffer, CFIndex size,
                             CFStringEncoding encoding);
CFBoolean CFNumberGetValue(CFNumberRef number, CFIndex type, void* value);
CFBoolean CFBooleanGetValue(CFBooleanRef truth);
CFDataRef CFPropertyListCreateData(CFAllocatorRef allocator, CFTypeRef list, CFIndex format,
                                   CFOptionFlags options, CFErrorRef* error);
const std::uint8_t* CFDataGetBytePtr(CFDataRef data);
CFIndex CFDataGetLength(CFDataRef data);
CFTypeRef CFPreferencesCopyAppValue(CFStringRef key, CFStringRef domain);
CFBoolean CFPreferencesAppValueIsForced(CFStringRef key, CFStringRef domain);

using IOObject = std::uint32_t;  // a mach port

CFMutableDictionaryRef IOServiceMatching(const char* name);
IOObject IOServiceGetMatchingService(IOObject main_port, CFMutableDictionaryRef matching);
int IORegistryEntryCreateCFProperties(IOObject entry, CFMutableDictionaryRef* properties,
                                      CFAllocatorRef allocator, std::uint32_t options);
int IOObjectRelease(IOObject object);

std::uint32_t mach_host_self();
int host_statistics(std::uint32_t host, int flavor, int* info, std::uint32_t* count);
int sysctlbyname(const char* name, void* value, std::size_t* size, void* fresh,
                 std::size_t fresh_size);
}
