// SPDX-License-Identifier: EUPL-1.2
#include "platform/rights_windows.h"

#include <aclapi.h>
#include <sddl.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <vector>

#include "platform/wide_windows.h"

namespace wattlife {

namespace {

std::string text_of(PSID sid) {
  LPWSTR text = nullptr;
  if (::ConvertSidToStringSidW(sid, &text) == 0) return "S-1-0-0";
  const Local<wchar_t> owned(text);
  return narrow(text);
}

// "BUILTIN\Users", or the number when it has no name.
std::string account_of(PSID sid) {
  std::array<wchar_t, 256> name;
  std::array<wchar_t, 256> domain;
  DWORD name_length = static_cast<DWORD>(name.size());
  DWORD domain_length = static_cast<DWORD>(domain.size());
  SID_NAME_USE use{};
  if (::LookupAccountSidW(nullptr, sid, name.data(), &name_length, domain.data(), &domain_length,
                          &use) == 0) {
    return text_of(sid);
  }
  const std::string group = narrow(std::wstring_view(domain.data(), domain_length));
  const std::string account = narrow(std::wstring_view(name.data(), name_length));
  return group.empty() ? account : group + "\\" + account;
}

// A variable-sized answer about the token of this process.
std::vector<std::uint8_t> token_information(TOKEN_INFORMATION_CLASS what) {
  HANDLE opened = nullptr;
  if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &opened) == 0) return {};
  const Handle token(opened);
  DWORD size = 0;
  ::GetTokenInformation(token.value(), what, nullptr, 0, &size);
  std::vector<std::uint8_t> bytes(size);
  if (size == 0 || ::GetTokenInformation(token.value(), what, bytes.data(), size, &size) == 0) {
    return {};
  }
  return bytes;
}

constexpr const char* system_sid = "S-1-5-18";
constexpr const char* administrators_sid = "S-1-5-32-544";

bool runs_as_administrator() {
  std::array<std::uint8_t, SECURITY_MAX_SID_SIZE> sid;
  DWORD size = static_cast<DWORD>(sid.size());
  BOOL member = FALSE;
  return ::CreateWellKnownSid(WinBuiltinAdministratorsSid, nullptr, sid.data(), &size) != 0 &&
         ::CheckTokenMembership(nullptr, sid.data(), &member) != 0 && member != FALSE;
}

// Who may own a folder of ours: whoever runs this program, and what it makes belongs to. For
// SYSTEM and administrators that is both of them, since Windows gives their files to the group.
struct Ourselves {
  std::string user;
  std::vector<std::string> owners;
};

Ourselves ourselves() {
  Ourselves we;
  if (auto bytes = token_information(TokenUser); !bytes.empty()) {
    we.user = text_of(reinterpret_cast<const TOKEN_USER*>(bytes.data())->User.Sid);
    we.owners.push_back(we.user);
  }
  if (auto bytes = token_information(TokenOwner); !bytes.empty()) {
    we.owners.push_back(text_of(reinterpret_cast<const TOKEN_OWNER*>(bytes.data())->Owner));
  }
  if (we.user == system_sid || runs_as_administrator()) {
    we.owners.insert(we.owners.end(), {system_sid, administrators_sid});
  }
  return we;
}

bool is_trusted(const std::string& sid, const Ourselves& we) {
  // CREATOR OWNER and OWNER RIGHTS stand for the owner, who is checked apart. The last is the
  // account that installs Windows itself.
  static constexpr const char* known[] = {
      system_sid, administrators_sid, "S-1-3-0", "S-1-3-4",
      "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"};
  return std::find(std::begin(known), std::end(known), sid) != std::end(known) ||
         std::find(we.owners.begin(), we.owners.end(), sid) != we.owners.end();
}

// What lets somebody change what is in a folder, and what lets them put another in its place.
constexpr DWORD changing = FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_WRITE_EA | FILE_DELETE_CHILD |
                           DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_WRITE | GENERIC_ALL;
constexpr DWORD replacing = FILE_DELETE_CHILD | DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_ALL;

// The first account beside us that this access list gives one of `rights`; empty when there is
// none.
std::string stranger_with(DWORD rights, PACL list, const Ourselves& we) {
  // No list at all is everything to everybody.
  if (list == nullptr) return "everybody";
  for (DWORD index = 0; index < list->AceCount; ++index) {
    void* entry = nullptr;
    if (::GetAce(list, index, &entry) == 0) return "an unreadable entry of its access list";
    const auto* allowed = static_cast<ACCESS_ALLOWED_ACE*>(entry);
    if (allowed->Header.AceType != ACCESS_ALLOWED_ACE_TYPE &&
        allowed->Header.AceType != ACCESS_ALLOWED_CALLBACK_ACE_TYPE) {
      continue;  // entries that deny; objects' entries do not occur on files
    }
    if ((allowed->Mask & rights) == 0) continue;
    const PSID sid = const_cast<DWORD*>(&allowed->SidStart);
    if (!is_trusted(text_of(sid), we)) return account_of(sid);
  }
  return {};
}

// Owner and access list of an open folder.
struct Descriptor {
  PSID owner = nullptr;
  PACL list = nullptr;
  Local<void> memory;
};
Result<Descriptor> descriptor_of(HANDLE folder, const std::string& name) {
  Descriptor descriptor;
  PSECURITY_DESCRIPTOR memory = nullptr;
  const DWORD code = ::GetSecurityInfo(
      folder, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
      &descriptor.owner, nullptr, &descriptor.list, nullptr, &memory);
  if (code != ERROR_SUCCESS) {
    return Error{windows_cause(code), name + ": its owner cannot be read: " + windows_reason(code)};
  }
  descriptor.memory.reset(memory);
  return descriptor;
}

}  // namespace

Rights::Rights(unsigned mode, bool folder) {
  const std::string inherit = folder ? "OICI" : "";
  std::string words = "D:P";
  for (const std::string& who : {std::string("SY"), std::string("BA"), ourselves().user}) {
    words += "(A;" + inherit + ";FA;;;" + who + ")";
  }
  if ((mode & 0004U) != 0) words += folder ? "(A;;FRFX;;;BU)" : "(A;;FR;;;BU)";
  PSECURITY_DESCRIPTOR made = nullptr;
  if (::ConvertStringSecurityDescriptorToSecurityDescriptorW(wide(words).c_str(), SDDL_REVISION_1,
                                                             &made, nullptr) != 0) {
    descriptor_.reset(made);
  }
  attributes_ = {sizeof attributes_, descriptor_.get(), FALSE};
}

Result<FolderRights> rights_of(HANDLE folder, const std::string& name) {
  const Result<Descriptor> found = descriptor_of(folder, name);
  if (!found) return found.error();
  Ourselves we = ourselves();
  const std::string owner = text_of(found->owner);
  FolderRights rights;
  rights.owner = account_of(found->owner);
  rights.ours = std::find(we.owners.begin(), we.owners.end(), owner) != we.owners.end();
  rights.of_the_system = owner == system_sid || owner == administrators_sid;
  if (!rights.ours) we.owners.push_back(owner);
  rights.writer = stranger_with(changing, found->list, we);
  rights.replacer = stranger_with(replacing, found->list, we);
  return rights;
}

Done belongs_to_us_alone(HANDLE folder, const std::string& name) {
  const Result<FolderRights> rights = rights_of(folder, name);
  if (!rights) return rights.error();
  if (!rights->ours) {
    return Error{Cause::denied, name + ": belongs to " + rights->owner +
                                    ", who is not the one that runs this program: run it as the "
                                    "owner, move the folder away, or give another --state"};
  }
  if (!rights->writer.empty()) {
    return Error{Cause::denied, name + ": " + rights->writer +
                                    " can write in it, so its files cannot be trusted: take that "
                                    "right away (icacls) after looking at what is in it"};
  }
  return done();
}

Done keeps_what_is_in_it(HANDLE folder, const std::string& name) {
  const Result<Descriptor> found = descriptor_of(folder, name);
  if (!found) return found.error();
  const Ourselves we = ourselves();
  std::string who = stranger_with(replacing, found->list, we);
  if (!is_trusted(text_of(found->owner), we)) who = account_of(found->owner);
  if (who.empty()) return done();
  return Error{Cause::denied,
               name + ": " + who +
                   " can put something else in the place of what is in it: take that "
                   "right away (icacls, takeown), or give another --state"};
}

}  // namespace wattlife
