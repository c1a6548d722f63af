// SPDX-License-Identifier: EUPL-1.2
// What process.h means by "ours" on Windows: owners and access lists instead of modes. Only built
// for Windows. Wine keeps an access list only as far as a mode of POSIX can hold it, so that these
// tests show the code runs, and not yet what Windows itself makes of the lists.
#include <gtest/gtest.h>
#include <windows.h>
//
#include <aclapi.h>
#include <sddl.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "platform/process.h"
#include "platform/wide_windows.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

std::string access_list(const std::string& path) {
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  ::GetNamedSecurityInfoW(wide(path).c_str(), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, nullptr,
                          nullptr, nullptr, nullptr, &descriptor);
  LPWSTR words = nullptr;
  ::ConvertSecurityDescriptorToStringSecurityDescriptorW(
      descriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &words, nullptr);
  const std::string text = words == nullptr ? std::string() : narrow(words);
  ::LocalFree(words);
  ::LocalFree(descriptor);
  return text;
}

void set_access_list(const std::string& path, const std::string& sddl) {
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  ASSERT_NE(::ConvertStringSecurityDescriptorToSecurityDescriptorW(
                wide(sddl).c_str(), SDDL_REVISION_1, &descriptor, nullptr),
            0);
  ASSERT_NE(::SetFileSecurityW(wide(path).c_str(), DACL_SECURITY_INFORMATION, descriptor), 0);
  ::LocalFree(descriptor);
}

TEST(ProcessWindows, ProgramAndStateFoldersAreRealPaths) {
  EXPECT_TRUE(std::filesystem::is_directory(wide(program_folder())));
  const std::string state = default_state_folder();
  EXPECT_EQ(state.substr(state.size() - 9), "\\Wattlife");
  EXPECT_EQ(state.substr(1, 2), ":\\");
}

TEST(ProcessWindows, AFolderThatEverybodyMayWriteInIsRefusedWithTheirName) {
  const TemporaryFolder folder;
  ASSERT_TRUE(ensure_own_folder(folder / "own", 0750));
  set_access_list(folder / "own", "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;WD)");
  const Done refused = ensure_own_folder(folder / "own", 0750);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::denied);
  EXPECT_NE(refused.error().text.find("icacls"), std::string::npos) << refused.error().text;
}

TEST(ProcessWindows, AFolderBelowOneThatEverybodyMayReplaceThingsInIsRefused) {
  const TemporaryFolder folder;
  ASSERT_TRUE(ensure_own_folder(folder / "above/own", 0750));
  set_access_list(folder / "above", "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;;FA;;;WD)");
  const Done refused = ensure_own_folder(folder / "above/own", 0750);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::denied);
  EXPECT_NE(refused.error().text.find("above: "), std::string::npos) << refused.error().text;
}

TEST(ProcessWindows, AFolderThatEverybodyMayReadIsFine) {
  const TemporaryFolder folder;
  const Done made = ensure_own_folder(folder / "open", 0755);
  ASSERT_TRUE(made) << made.error().text;
  const Done again = ensure_own_folder(folder / "open", 0755);
  EXPECT_TRUE(again) << again.error().text;
}

TEST(ProcessWindows, AClosedFileHasNoReaderBesideSystemAdministratorsAndOwner) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "closed", "x", 0600));
  const std::string closed = access_list(folder / "closed");
  EXPECT_EQ(closed.find(";;;BU)"), std::string::npos) << closed;
  EXPECT_EQ(closed.find(";;;WD)"), std::string::npos) << closed;
}

TEST(ProcessWindows, PathsBeyondTheOldLimitAndOutsideAsciiWork) {
  const TemporaryFolder folder;
  std::string deep = folder / "caf\xC3\xA9";
  for (int level = 0; level < 12; ++level) deep += "\\a-name-of-thirty-characters-ab";
  ASSERT_GT(deep.size(), 300U);
  const Done made = ensure_own_folder(deep, 0750);
  ASSERT_TRUE(made) << made.error().text;
  const Done written = write_file_atomically(deep + "\\file.txt", "text", 0600);
  ASSERT_TRUE(written) << written.error().text;
  EXPECT_EQ(*read_file(deep + "/file.txt", 10), "text");
}

TEST(ProcessWindows, AnOpenReaderSeesTheOldTextOrTheNewOne) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "f", "one", 0644));
  const Handle reader(::CreateFileW(wide(folder / "f").c_str(), GENERIC_READ,
                                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                    OPEN_EXISTING, 0, nullptr));
  ASSERT_TRUE(reader.valid());
  const Done replaced = write_file_atomically(folder / "f", "two", 0644);
  // It may be refused as long as somebody reads; the old text must then be whole.
  EXPECT_EQ(*read_file(folder / "f", 10), replaced ? "two" : "one");
}

}  // namespace
}  // namespace wattlife
