// SPDX-License-Identifier: EUPL-1.2
// The body of key_access.h on Windows. Keys of CNG have a property with their security descriptor,
// keys of the older providers (CSP) a parameter; both stand for the file in which the key is. Only
// the list of who may do what is asked for and set: owner and audit stay as they are.
#include "platform/key_access_windows.h"

#include <ncrypt.h>

#include <array>
#include <vector>

#include "platform/access_list.h"
#include "platform/key_access.h"
#include "platform/wide_windows.h"

namespace wattlife {
namespace {

constexpr const wchar_t* agent_account = L"NT SERVICE\\WattlifeAgent";

Error failed(const std::string& what, DWORD code) {
  return {windows_cause(code), what + ": " + windows_reason(code)};
}

Result<std::string> agent_sid() {
  std::array<char, SECURITY_MAX_SID_SIZE> sid{};
  std::array<wchar_t, 256> domain{};
  DWORD sid_size = static_cast<DWORD>(sid.size());
  DWORD domain_length = static_cast<DWORD>(domain.size());
  SID_NAME_USE use{};
  if (::LookupAccountNameW(nullptr, agent_account, sid.data(), &sid_size, domain.data(),
                           &domain_length, &use) == 0) {
    const DWORD code = ::GetLastError();
    const Cause cause = code == ERROR_NONE_MAPPED ? Cause::absent : windows_cause(code);
    return Error{
        cause, "the account of the agent (" + narrow(agent_account) + "): " + windows_reason(code)};
  }
  return std::string(sid.data(), ::GetLengthSid(sid.data()));
}

Result<bool> give_to(NCRYPT_KEY_HANDLE key, const std::string& sid) {
  DWORD size = 0;
  SECURITY_STATUS status =
      ::NCryptGetProperty(key, NCRYPT_SECURITY_DESCR_PROPERTY, nullptr, 0, &size,
                          DACL_SECURITY_INFORMATION | NCRYPT_SILENT_FLAG);
  std::string descriptor(size, '\0');
  if (status == ERROR_SUCCESS) {
    status = ::NCryptGetProperty(key, NCRYPT_SECURITY_DESCR_PROPERTY,
                                 reinterpret_cast<PBYTE>(descriptor.data()), size, &size,
                                 DACL_SECURITY_INFORMATION | NCRYPT_SILENT_FLAG);
  }
  if (status != ERROR_SUCCESS) {
    return failed("who may use the key cannot be read", static_cast<DWORD>(status));
  }
  Result<std::string> fresh = descriptor_with_reader(std::move(descriptor), sid);
  if (!fresh) return fresh.error();
  if (fresh->empty()) return false;
  status = ::NCryptSetProperty(
      key, NCRYPT_SECURITY_DESCR_PROPERTY, reinterpret_cast<PBYTE>(fresh->data()),
      static_cast<DWORD>(fresh->size()), DACL_SECURITY_INFORMATION | NCRYPT_SILENT_FLAG);
  if (status == ERROR_SUCCESS) return true;
  return failed("who may use the key cannot be set", static_cast<DWORD>(status));
}

Result<bool> give_to_old(HCRYPTPROV provider, const std::string& sid) {
  DWORD size = 0;
  std::string descriptor;
  bool read = ::CryptGetProvParam(provider, PP_KEYSET_SEC_DESCR, nullptr, &size,
                                  DACL_SECURITY_INFORMATION) != 0;
  if (read) {
    descriptor.resize(size);
    read = ::CryptGetProvParam(provider, PP_KEYSET_SEC_DESCR,
                               reinterpret_cast<BYTE*>(descriptor.data()), &size,
                               DACL_SECURITY_INFORMATION) != 0;
  }
  if (!read) return failed("who may use the key cannot be read", ::GetLastError());
  Result<std::string> fresh = descriptor_with_reader(std::move(descriptor), sid);
  if (!fresh) return fresh.error();
  if (fresh->empty()) return false;
  if (::CryptSetProvParam(provider, PP_KEYSET_SEC_DESCR, reinterpret_cast<BYTE*>(fresh->data()),
                          DACL_SECURITY_INFORMATION) != 0) {
    return true;
  }
  return failed("who may use the key cannot be set", ::GetLastError());
}

}  // namespace

Result<std::string> descriptor_with_reader(std::string descriptor, const std::string& sid) {
  BOOL present = FALSE;
  BOOL defaulted = FALSE;
  PACL list = nullptr;
  if (::GetSecurityDescriptorDacl(descriptor.data(), &present, &list, &defaulted) == 0) {
    return failed("the access list of the key", ::GetLastError());
  }
  if (present == FALSE || list == nullptr) return std::string();  // everybody may use it
  const std::string before(reinterpret_cast<const char*>(list), list->AclSize);
  Result<std::string> after = with_reader(before, sid);
  if (!after)
    return Error{after.error().cause, "the access list of the key: " + after.error().text};
  if (*after == before) return std::string();
  SECURITY_DESCRIPTOR_CONTROL control = 0;
  DWORD revision = 0;
  ::GetSecurityDescriptorControl(descriptor.data(), &control, &revision);
  SECURITY_DESCRIPTOR whole{};
  ::InitializeSecurityDescriptor(&whole, SECURITY_DESCRIPTOR_REVISION);
  constexpr SECURITY_DESCRIPTOR_CONTROL kept = SE_DACL_PROTECTED | SE_DACL_AUTO_INHERITED;
  ::SetSecurityDescriptorControl(&whole, kept, control & kept);
  DWORD size = 0;
  if (::SetSecurityDescriptorDacl(&whole, TRUE, reinterpret_cast<PACL>(after->data()), FALSE) ==
      0) {
    return failed("the new access list of the key", ::GetLastError());
  }
  ::MakeSelfRelativeSD(&whole, nullptr, &size);
  std::string result(size, '\0');
  if (size == 0 || ::MakeSelfRelativeSD(&whole, result.data(), &size) == 0) {
    return failed("the new access list of the key", ::GetLastError());
  }
  return result;
}

Result<bool> let_account_use_key_of(const CERT_CONTEXT& context, const std::string& sid) {
  HCRYPTPROV_OR_NCRYPT_KEY_HANDLE key = 0;
  DWORD kind = 0;
  BOOL ours = FALSE;
  constexpr DWORD flags =
      CRYPT_ACQUIRE_SILENT_FLAG | CRYPT_ACQUIRE_CACHE_FLAG | CRYPT_ACQUIRE_ALLOW_NCRYPT_KEY_FLAG;
  if (::CryptAcquireCertificatePrivateKey(&context, flags, nullptr, &key, &kind, &ours) == 0) {
    return failed("the key of the certificate cannot be opened", ::GetLastError());
  }
  return kind == CERT_NCRYPT_KEY_SPEC ? give_to(key, sid) : give_to_old(key, sid);
}

Result<bool> let_agent_use_key(const CertificateSelector& selector, UtcTime now) {
  if (selector.kind != CertificateSelector::Kind::store) return false;
  const Result<std::vector<StoreCertificate>> found = certificates_of_the_computer();
  if (!found) return found.error();
  std::vector<CertificateFacts> all;
  for (const StoreCertificate& one : *found) all.push_back(one.facts);
  const CertificateChoice choice = chosen_certificate(all, selector, now);
  if (!choice.certificate) return false;
  const Result<std::string> sid = agent_sid();
  if (!sid) return sid.error();
  for (const StoreCertificate& one : *found) {
    if (one.facts == *choice.certificate) return let_account_use_key_of(*one.context, *sid);
  }
  return false;
}

}  // namespace wattlife
