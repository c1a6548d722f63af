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
  // `rights`: KEY_QUERY_VALUE for values and their names, KEY_ENUMERATE_SUB_KEYS for keys. Each is
  // asked for where it is used and nowhere else: a key may give one of them only.
  RegistryKey(std::string_view path, REGSAM rights) {
    // A 32-bit view would hide the policies from nobody but ourselves.
    status_ =
        ::RegOpenKeyExW(HKEY_LOCAL_MACHINE, wide(path).c_str(), 0, rights | KEY_WOW64_64KEY, &key_);
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
  const RegistryKey key(key_path, KEY_QUERY_VALUE);
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

namespace {

// The names that `next` gives, one for each index. Absent, denied; an entry that cannot be read in
// between ends the list with that error: half a list would look like a whole one.
Result<std::vector<std::string>> names_by_index(std::string_view key_path, REGSAM rights,
                                                LSTATUS (*next)(HKEY key, DWORD index,
                                                                wchar_t* name, DWORD* length)) {
  constexpr DWORD most_names = 1000;
  const std::string what = "HKLM\\" + std::string(key_path);
  const RegistryKey key(key_path, rights);
  if (key.status() != ERROR_SUCCESS) return registry_error(what, key.status());
  std::vector<std::string> names;
  for (DWORD index = 0; index < most_names; ++index) {
    std::array<wchar_t, 256> name;
    DWORD length = static_cast<DWORD>(name.size());
    const LSTATUS status = next(key.key(), index, name.data(), &length);
    if (status == ERROR_NO_MORE_ITEMS) break;
    if (status == ERROR_MORE_DATA) continue;  // a longer name than any that is looked for
    if (status != ERROR_SUCCESS) return registry_error(what, status);
    if (length > 0) names.push_back(narrow(std::wstring_view(name.data(), length)));
  }
  return names;
}

}  // namespace

Result<std::vector<std::string>> registry_names(std::string_view key_path) {
  return names_by_index(
      key_path, KEY_QUERY_VALUE, [](HKEY key, DWORD index, wchar_t* name, DWORD* length) {
        return ::RegEnumValueW(key, index, name, length, nullptr, nullptr, nullptr, nullptr);
      });
}

Result<std::vector<std::string>> registry_keys(std::string_view key_path) {
  return names_by_index(
      key_path, KEY_ENUMERATE_SUB_KEYS, [](HKEY key, DWORD index, wchar_t* name, DWORD* length) {
        return ::RegEnumKeyExW(key, index, name, length, nullptr, nullptr, nullptr, nullptr);
      });
}

Result<std::string> registry_bytes(std::string_view key_path, std::string_view value) {
  const std::string name = "HKLM\\" + std::string(key_path) + "\\" + std::string(value);
  const RegistryKey key(key_path, KEY_QUERY_VALUE);
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
