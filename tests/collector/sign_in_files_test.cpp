// SPDX-License-Identifier: EUPL-1.2
// Secrets on disk, and the provider over real HTTPS.
#include "collector/sign_in_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <barrier>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <thread>
#include <vector>

#include "collector/commands.h"
#include "collector/jose.h"
#include "collector/seal.h"
#include "core/text.h"
#include "platform/process.h"
#include "tests/temporary_folder.h"
#include "tests/tls_server.h"

namespace wattlife {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

unsigned mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 0777;
}

TEST(SignInFiles, a_secret_that_others_can_read_is_none) {
  const TemporaryFolder folder;
  const std::string path = folder / "secret";
  EXPECT_EQ(read_secret_file(path).error().cause, Cause::absent);
  for (const unsigned mode : {0600u, 0400u}) {
    ASSERT_TRUE(write_file_atomically(path, "s", mode));
    EXPECT_TRUE(read_secret_file(path)) << mode;
  }
  for (const unsigned mode : {0640u, 0604u, 0620u, 0666u}) {
    ASSERT_TRUE(write_file_atomically(path, "s", mode));
    std::filesystem::permissions(path, static_cast<std::filesystem::perms>(mode));
    const auto secret = read_secret_file(path);
    ASSERT_FALSE(secret) << mode;
    EXPECT_EQ(secret.error().cause, Cause::denied);
  }
}

TEST(SignInFiles, what_systemd_lays_ready_comes_first) {
  const TemporaryFolder folder;
  const TemporaryFolder credentials;
  ASSERT_TRUE(write_file_atomically(folder / "client.secret", "old", 0600));
  ASSERT_TRUE(write_file_atomically(credentials / "client.secret", "new", 0400));
  ASSERT_EQ(::setenv("CREDENTIALS_DIRECTORY", credentials.path().c_str(), 1), 0);
  EXPECT_EQ(*read_secret_file(folder / "client.secret"), "new");
  ASSERT_EQ(::unsetenv("CREDENTIALS_DIRECTORY"), 0);
  EXPECT_EQ(*read_secret_file(folder / "client.secret"), "old");
}

// systemd lets the service read it by an access list, and then the mode says 0440.
TEST(SignInFiles, what_systemd_lays_ready_may_look_as_if_a_group_could_read_it) {
  const TemporaryFolder folder;
  const TemporaryFolder credentials;
  ASSERT_TRUE(write_file_atomically(credentials / "session.key", std::string(64, '0'), 0400));
  std::filesystem::permissions(credentials / "session.key",
                               static_cast<std::filesystem::perms>(0440));
  ASSERT_EQ(::setenv("CREDENTIALS_DIRECTORY", credentials.path().c_str(), 1), 0);
  SignInSettings settings;
  settings.way = SignInWay::local;
  settings.session_key_file = folder / "session.key";
  settings.users_file = folder / "users.toml";
  const auto parts = sign_in_parts(settings);
  ASSERT_EQ(::unsetenv("CREDENTIALS_DIRECTORY"), 0);
  ASSERT_TRUE(parts) << parts.error().text;
  EXPECT_FALSE(std::filesystem::exists(folder / "session.key")) << "none was made beside it";
  std::filesystem::copy_file(credentials / "session.key", folder / "session.key");
  EXPECT_FALSE(sign_in_parts(settings)) << "the same mode, and nobody vouches for it";
}

TEST(SignInFiles, the_key_of_the_cookies_is_made_once) {
  const TemporaryFolder folder;
  SignInSettings settings;
  settings.way = SignInWay::local;
  settings.session_key_file = folder / "session.key";
  settings.users_file = folder / "users.toml";
  const auto first = sign_in_parts(settings);
  ASSERT_TRUE(first) << first.error().text;
  EXPECT_EQ(first->seal_key.size(), seal_key_bytes);
  EXPECT_EQ(mode_of(folder / "session.key"), 0600u);
  EXPECT_EQ(sign_in_parts(settings)->seal_key, first->seal_key);
  EXPECT_TRUE(first->users()->empty());
  ASSERT_TRUE(write_users(settings.users_file, {{"jan", "x", {Role::auditor}, {}}}));
  EXPECT_EQ(mode_of(settings.users_file), 0600u);
  EXPECT_EQ(first->users()->size(), 1u);
}

// Two collectors on one machine that start at once: with keys of their own, who signed in at one
// would not be known at the other.
// The service cannot write in /etc: whoever keeps it must hear where the key belongs.
TEST(SignInFiles, a_key_that_cannot_be_made_says_what_to_do) {
  const TemporaryFolder folder;
  const std::string path = folder / "none/device.key";
  const auto key = own_key(path);
  ASSERT_FALSE(key);
  EXPECT_TRUE(has(key.error().text, path + ": is not there")) << key.error().text;
  EXPECT_TRUE(has(key.error().text, "sign-in session-key")) << key.error().text;
  EXPECT_TRUE(has(key.error().text, "/etc/credstore")) << key.error().text;
}

TEST(SignInFiles, who_starts_at_once_goes_by_one_key) {
  for (int round = 0; round < 20; ++round) {
    const TemporaryFolder folder;
    SignInSettings settings;
    settings.way = SignInWay::proxy;
    settings.session_key_file = folder / "session.key";
    std::array<std::string, 4> keys;
    std::barrier start(static_cast<std::ptrdiff_t>(keys.size()));
    std::vector<std::thread> threads;
    for (std::string& key : keys) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        const auto parts = sign_in_parts(settings);
        EXPECT_TRUE(parts) << parts.error().text;
        if (parts) key = parts->seal_key;
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::string& key : keys) EXPECT_EQ(key, keys[0]);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  }
}

TEST(SignInFiles, users_that_others_can_read_sign_nobody_in) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_users(folder / "users.toml", {{"jan", "x", {Role::auditor}, {}}}));
  std::filesystem::permissions(folder / "users.toml", static_cast<std::filesystem::perms>(0644));
  EXPECT_EQ(read_users(folder / "users.toml").error().cause, Cause::denied);
}

// A provider over HTTPS, as far as `sign-in check` asks.
class CheckTest : public ::testing::Test {
 protected:
  CheckTest()
      : server_([this](const std::string& request) { return answer(request); }),
        pair_(*make_key_pair()) {
    EXPECT_TRUE(write_file_atomically(folder_ / "client.jwk", pair_.private_jwk, 0600));
  }
  std::string answer(const std::string& request) {
    if (has(request, "GET /jwks ")) return http_answer(200, "application/json", keys_);
    std::string issuer = server_.url("");
    const std::string metadata = "{\"issuer\":\"" + issuer + "\",\"authorization_endpoint\":\"" +
                                 issuer + "/a\",\"token_endpoint\":\"" + issuer +
                                 "/t\",\"jwks_uri\":\"" + issuer +
                                 "/jwks\",\"response_types_supported\":[\"code\"],"
                                 "\"code_challenge_methods_supported\":[\"" +
                                 challenge_ + "\"]}";
    return http_answer(200, "application/json", metadata);
  }
  CommandResult check(const std::string& more = "") {
    const std::string toml =
        "[sign_in]\nway = \"openid\"\npublic_url = \"https://w.example\"\nissuer = \"" +
        server_.url("") + "\"\nclient_id = \"w\"\nclient_key_file = \"client.jwk\"\n" + more +
        "[sign_in.roles]\na = \"auditor\"\n";
    EXPECT_TRUE(write_file_atomically(folder_ / "collector.toml", toml, 0600));
    CommandOptions options;
    options.config = folder_ / "collector.toml";
    return sign_in_check(options);
  }
  std::string trusted() const { return "ca_bundle = \"" + server_.authority_path() + "\"\n"; }

  TemporaryFolder folder_;
  std::string challenge_ = "S256";
  std::string keys_ = "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}";
  TlsServer server_;
  KeyPair pair_;
};

TEST_F(CheckTest, says_what_to_register) {
  const CommandResult outcome = check(trusted());
  EXPECT_EQ(outcome.code, exit_ok) << outcome.error;
  EXPECT_TRUE(has(outcome.out, "https://w.example/aanmelden/terug")) << outcome.out;
  EXPECT_TRUE(has(outcome.out, "signatures: 1.")) << outcome.out;
}

TEST_F(CheckTest, says_what_is_wrong_with_the_provider) {
  const CommandResult untrusted = check();
  EXPECT_EQ(untrusted.code, exit_unavailable);
  EXPECT_TRUE(has(untrusted.error, "the certificate of the sign-in provider")) << untrusted.error;
  EXPECT_TRUE(has(untrusted.error, "sign_in.ca_bundle")) << untrusted.error;
  challenge_ = "plain";
  EXPECT_EQ(check(trusted()).code, exit_negative);
  challenge_ = "S256";
  keys_ = "{\"keys\":[]}";
  EXPECT_EQ(check(trusted()).code, exit_negative);
  keys_ = "<html>";
  EXPECT_EQ(check(trusted()).code, exit_negative);
}

TEST_F(CheckTest, says_what_is_wrong_with_our_key) {
  ASSERT_TRUE(write_file_atomically(folder_ / "client.jwk", "no key", 0600));
  const CommandResult outcome = check(trusted());
  EXPECT_EQ(outcome.code, exit_configuration);
  EXPECT_TRUE(has(outcome.error, "client_key_file")) << outcome.error;
}

}  // namespace
}  // namespace wattlife
