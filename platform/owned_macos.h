// SPDX-License-Identifier: EUPL-1.2
// Objects of CoreFoundation and of IOKit that are given back when their owner goes.
#pragma once

#include <cstdint>
#include <string>

#include "platform/macos_calls.h"

namespace wattlife::macos {

inline constexpr CFStringEncoding utf8 = 0x08000100;
inline constexpr CFIndex signed_64_bits = 4;  // kCFNumberSInt64Type
inline constexpr CFIndex xml_format = 100;    // kCFPropertyListXMLFormat_v1_0

template <class Ref>
class Owned {
 public:
  explicit Owned(Ref object) : object_(object) {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (object_ != nullptr) CFRelease(object_);
  }
  Ref get() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  Ref object_;
};

inline Owned<CFStringRef> text_object(const std::string& text) {
  return Owned<CFStringRef>(CFStringCreateWithCString(nullptr, text.c_str(), utf8));
}

// An entry of the registry, or a walk over some of them.
class OwnedEntry {
 public:
  explicit OwnedEntry(IOObject object) : object_(object) {}
  OwnedEntry(const OwnedEntry&) = delete;
  OwnedEntry& operator=(const OwnedEntry&) = delete;
  ~OwnedEntry() {
    if (object_ != 0) IOObjectRelease(object_);
  }
  IOObject get() const { return object_; }
  explicit operator bool() const { return object_ != 0; }

 private:
  IOObject object_;
};

}  // namespace wattlife::macos
