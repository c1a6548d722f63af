// SPDX-License-Identifier: EUPL-1.2
// DPAPI, bound to the account that runs this program and to the purpose.
#include <windows.h>
//
#include <dpapi.h>
#include <wincrypt.h>

#include <memory>

#include "platform/secret_store.h"
#include "platform/wide_windows.h"

namespace wattlife {
namespace {

// What came out of DPAPI: wiped, then given back.
struct WipeAndFree {
  std::size_t size = 0;
  void operator()(BYTE* bytes) const {
    ::SecureZeroMemory(bytes, size);
    ::LocalFree(bytes);
  }
};

DATA_BLOB blob_of(std::string_view bytes) {
  return {static_cast<DWORD>(bytes.size()),
          reinterpret_cast<BYTE*>(const_cast<char*>(bytes.data()))};
}

std::string text_of(const DATA_BLOB& blob) {
  const std::unique_ptr<BYTE, WipeAndFree> owned(blob.pbData, WipeAndFree{blob.cbData});
  return {reinterpret_cast<const char*>(blob.pbData), blob.cbData};
}

Error failed(const char* what, DWORD code) {
  // Sealed by another account or on another machine, or not what was sealed.
  const bool for_ever = code == static_cast<DWORD>(NTE_BAD_KEY_STATE) ||
                        code == static_cast<DWORD>(NTE_BAD_DATA) ||
                        code == static_cast<DWORD>(NTE_BAD_KEYSET) || code == ERROR_INVALID_DATA;
  return {
      for_ever ? Cause::denied : Cause::io,
      std::string("DPAPI of Windows: a secret cannot be ") + what + ": " + windows_reason(code)};
}

}  // namespace

SecretStore secret_store(std::string_view purpose) {
  const std::string entropy = "nl.wattlife/" + std::string(purpose);
  SecretStore store;
  store.kind = "dpapi";
  store.seal = [entropy](std::string_view secret) -> Result<std::string> {
    DATA_BLOB in = blob_of(secret);
    DATA_BLOB bound_to = blob_of(entropy);
    DATA_BLOB out{};
    if (::CryptProtectData(&in, L"Wattlife", &bound_to, nullptr, nullptr, CRYPTPROTECT_UI_FORBIDDEN,
                           &out) == 0) {
      return failed("sealed", ::GetLastError());
    }
    return text_of(out);
  };
  store.open = [entropy](std::string_view sealed) -> Result<std::string> {
    DATA_BLOB in = blob_of(sealed);
    DATA_BLOB bound_to = blob_of(entropy);
    DATA_BLOB out{};
    if (::CryptUnprotectData(&in, nullptr, &bound_to, nullptr, nullptr, CRYPTPROTECT_UI_FORBIDDEN,
                             &out) == 0) {
      return failed("opened", ::GetLastError());
    }
    return text_of(out);
  };
  store.forget = [](std::string_view) {};  // it was in the file, and is gone with it
  return store;
}

Result<std::string> service_credential(std::string_view, std::size_t) {
  return Error{Cause::absent, "Windows hands no secrets to a service"};
}

}  // namespace wattlife
