// SPDX-License-Identifier: EUPL-1.2
// The store of the system that runs this: on Linux it seals nothing, on Windows it is DPAPI.
#include "platform/secret_store.h"

#include <gtest/gtest.h>

#include <string>

namespace wattlife {
namespace {

const std::string secret = std::string("Zq7\0 of any bytes\xFF", 18) + std::string(14, 'x');

TEST(SecretStore, WhatIsSealedOpensAgain) {
  const SecretStore store = secret_store("test of secrets");
  const Result<std::string> sealed = store.seal(secret);
  ASSERT_TRUE(sealed) << sealed.error().text;
  const Result<std::string> opened = secret_store("test of secrets").open(*sealed);
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ(*opened, secret);
  store.forget(*sealed);
}

TEST(SecretStore, WhatIsSealedIsNotTheSecretItself) {
  const SecretStore store = secret_store("test of secrets");
  if (store.kind.empty()) GTEST_SKIP() << "this system keeps secrets by the mode of a file";
  const Result<std::string> sealed = store.seal(secret);
  ASSERT_TRUE(sealed) << sealed.error().text;
  EXPECT_EQ(sealed->find(secret.substr(0, 3)), std::string::npos);
  store.forget(*sealed);
}

TEST(SecretStore, AnotherPurposeOrOtherBytesDoNotOpen) {
  const SecretStore store = secret_store("test of secrets");
  if (store.kind.empty()) GTEST_SKIP() << "this system keeps secrets by the mode of a file";
  const Result<std::string> sealed = store.seal(secret);
  ASSERT_TRUE(sealed) << sealed.error().text;
  std::string changed = *sealed;
  changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
  const Result<std::string> answers[] = {secret_store("another purpose").open(*sealed),
                                         store.open(changed), store.open("no seal of ours"),
                                         store.open("")};
  for (const Result<std::string>& opened : answers) {
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().cause, Cause::denied) << opened.error().text;
    EXPECT_EQ(opened.error().text.find(secret.substr(0, 3)), std::string::npos);
  }
  store.forget(*sealed);
}

}  // namespace
}  // namespace wattlife
