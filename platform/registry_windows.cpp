// SPDX-License-Identifier: EUPL-1.2
#include "platform/registry_windows.h"

#include <windows.h>

#include <array>
#include <cstdint>
#include <cstring>

#include "platform/wide_windows.h"

namespace wattlife {
namespace {

Error registry_error(const std::string& name, LSTATUS status) {
  const auto code = static_cast<DWORD>(status);
  return {windows_cause(code), name + ": " + windows_reason(code)};
}

class RegistryKey {
 public:
  explicit RegistryKey(std::string_view path) {
    // A 32-bit view would hide the policies from nobody but ourselves.
    status_ = ::RegOpenKeyExW(HKEY_LOCAL_MACHINE, wide(path).c_str(), 0,
                              KEY_QUERY_VALUE | KEY_ENUMERATE_SUB_KEYS | KEY_WOW64_64KEY, &key_);
  }
  RegistryKey(const RegistryKey&) = delete;
  RegistryKey& operator=(const RegistryKey&) = delete;
  ~RegistryKey() {
    if (status_ == ERROR_SUCCESS) ::RegCloseKey(key_);
  }
  HKEY key() const { return key_; }
  LSTATUS status() const { return status_; }

 private:
  HKEY key_ = nullptr;
  LSTATUS status_;
};

std::wstring expanded(const std::wstring& text) {
  std::wstring result(32'768, L'\0');
  const DWORD length =
      ::ExpandEnvironmentStringsW(text.c_str(), result.data(), static_cast<DWORD>(result.size()));
  if (length == 0 || length > result.size()) return text;
  result.resize(length - 1);
  return result;
}

// The value as the text that the settings table reads.
Result<std::string> text_from(const std::string& name, DWORD type, const std::string& bytes) {
  std::wstring text(bytes.size() / sizeof(wchar_t), L'\0');
  std::memcpy(text.data(), bytes.data(), text.size() * sizeof(wchar_t));
  const auto up_to_nul = [&] { return std::wstring(text.c_str()); };
  switch (type) {
    case REG_SZ:
      return narrow(up_to_nul());
    case REG_EXPAND_SZ:
      return narrow(expanded(up_to_nul()));
    case REG_MULTI_SZ: {
      std::string joined;
      for (std::size_t at = 0; at < text.size() && text[at] != L'\0';) {
        const std::wstring line(text.c_str() + at);
        if (!joined.empty()) joined += '\n';
        joined += narrow(line);
        at += line.size() + 1;
      }
      return joined;
    }
    case REG_DWORD:
      if (bytes.size() == sizeof(DWORD)) {
        DWORD number = 0;
        std::memcpy(&number, bytes.data(), sizeof number);
        return std::to_string(number);
      }
      break;
    case REG_QWORD:
      if (bytes.size() == sizeof(std::uint64_t)) {
        std::uint64_t number = 0;
        std::memcpy(&number, bytes.data(), sizeof number);
        return std::to_string(number);
      }
      break;
    default:
      break;
  }
  return Error{
      Cause::malformed,
      name + ": is of a type that holds no setting; use REG_SZ, REG_DWORD or REG_MULTI_SZ"};
}

}  // namespace

Result<std::string> registry_text(std::string_view key_path, std::string_view value) {
  const std::string name = "HKLM\\" + std::string(key_path) + "\\" + std::string(value);
  const RegistryKey key(key_path);
  if (key.status() != ERROR_SUCCESS) return registry_error(name, key.status());
  // One byte pair more than a text needs, so that it ends in NUL whatever the writer left out.
  std::string bytes(64 * 1024, '\0');
  DWORD length = static_cast<DWORD>(bytes.size() - 2 * sizeof(wchar_t));
  DWORD type = 0;
  const LSTATUS status = ::RegQueryValueExW(key.key(), wide(value).c_str(), nullptr, &type,
                                            reinterpret_cast<BYTE*>(bytes.data()), &length);
  if (status != ERROR_SUCCESS) return registry_error(name, status);
  const bool is_text = type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ;
  bytes.resize(is_text ? length + 2 * sizeof(wchar_t) : length);
  return text_from(name, type, bytes);
}

std::vector<std::string> registry_names(std::string_view key_path) {
  std::vector<std::string> names;
  const RegistryKey key(key_path);
  if (key.status() != ERROR_SUCCESS) return names;
  for (DWORD index = 0; index < 1000; ++index) {
    std::array<wchar_t, 256> name;
    DWORD length = static_cast<DWORD>(name.size());
    const LSTATUS status =
        ::RegEnumValueW(key.key(), index, name.data(), &length, nullptr, nullptr, nullptr, nullptr);
    if (status == ERROR_NO_MORE_ITEMS) break;
    if (status == ERROR_SUCCESS && length > 0) {
      names.push_back(narrow(std::wstring_view(name.data(), length)));
    }
  }
  return names;
}

std::vector<std::string> registry_keys(std::string_view key_path) {
  std::vector<std::string> names;
  const RegistryKey key(key_path);
  if (key.status() != ERROR_SUCCESS) return names;
  for (DWORD index = 0; index < 1000; ++index) {
    std::array<wchar_t, 256> name;
    DWORD length = static_cast<DWORD>(name.size());
    const LSTATUS status =
        ::RegEnumKeyExW(key.key(), index, name.data(), &length, nullptr, nullptr, nullptr, nullptr);
    if (status != ERROR_SUCCESS) break;
    names.push_back(narrow(std::wstring_view(name.data(), length)));
  }
  return names;
}

Result<std::string> registry_bytes(std::string_view key_path, std::string_view value) {
  const std::string name = "HKLM\\" + std::string(key_path) + "\\" + std::string(value);
  const RegistryKey key(key_path);
  if (key.status() != ERROR_SUCCESS) return registry_error(name, key.status());
  std::string bytes(64 * 1024, '\0');
  DWORD length = static_cast<DWORD>(bytes.size());
  const LSTATUS status = ::RegQueryValueExW(key.key(), wide(value).c_str(), nullptr, nullptr,
                                            reinterpret_cast<BYTE*>(bytes.data()), &length);
  if (status != ERROR_SUCCESS) return registry_error(name, status);
  bytes.resize(length);
  return bytes;
}

}  // namespace wattlife
