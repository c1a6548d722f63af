// SPDX-License-Identifier: EUPL-1.2
// The sample configurations of installers/linux/collector, run by the real nginx and HAProxy: what
// they pass on, what they take away, and that no address of a laptop is written anywhere.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "collector/certificate.h"
#include "core/text.h"
#include "platform/process.h"
#include "tests/e2e/programs.h"
#include "tests/e2e/recording_server.h"
#include "tests/e2e/samples.h"
#include "tests/places.h"
#include "tests/temporary_folder.h"

namespace wattlife::e2e {
namespace {

enum class Kind { nginx, haproxy };
std::string name_of(const ::testing::TestParamInfo<Kind>& kind) {
  return kind.param == Kind::nginx ? "nginx" : "haproxy";
}

std::string program_of(Kind kind) {
  return kind == Kind::nginx ? nginx_program() : haproxy_program();
}

class Proxies : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    program_ = program_of(GetParam());
    if (program_.empty()) {
      GTEST_SKIP() << "not on this machine: package "
                   << (GetParam() == Kind::nginx ? "nginx-light" : "haproxy");
    }
    if (!std::filesystem::exists("/usr/bin/curl")) GTEST_SKIP() << "there is no curl";
    ASSERT_TRUE(make_certificates(tls(), now().utc));
    write_text(tls() + "/wattlife.pem",
               text_of(tls() + "/server.pem") + text_of(tls() + "/server.key"));
  }
  std::string tls() const { return folder_ / "tls"; }

  // The sample with only places changed: ports, folders, and where the log goes.
  void write_configuration(int collector, int admin) {
    if (GetParam() == Kind::haproxy) {
      write_text(configuration(),
                 haproxy_sample({port_.number(), {collector, 8081}, {admin, 9465}}, tls()));
      return;
    }
    const std::string port = std::to_string(port_.number());
    std::string text =
        replaced(text_of(places::sources() + "/installers/linux/collector/nginx.conf"),
                 "127.0.0.1:8080", "127.0.0.1:" + std::to_string(collector));
    text = replaced(text, "listen 443 ssl", "listen 127.0.0.1:" + port + " ssl");
    text = replaced(text, "  listen [::]:443 ssl http2;\n", "");
    text = replaced(text, "/etc/wattlife-collector/tls", tls());
    text = replaced(text, "/var/log/nginx", folder_.path());
    const std::string user = ::geteuid() == 0 ? "user root;\n" : "";
    text = user + "daemon off;\nworker_processes 1;\npid " + (folder_ / "pid") + ";\nerror_log " +
           (folder_ / "main-error.log") + " crit;\nevents {}\nhttp {\naccess_log off;\n" +
           "client_body_temp_path " + (folder_ / "body") + ";\nproxy_temp_path " +
           (folder_ / "proxy") + ";\n" + text + "}\n";
    write_text(configuration(), text);
  }
  std::string configuration() const { return folder_ / "configuration"; }
  std::string log() const { return folder_ / "proxy.log"; }

  std::vector<std::string> command(bool only_check) const {
    if (GetParam() == Kind::haproxy) {
      return {program_, "-f", configuration(), only_check ? "-c" : "-db"};
    }
    std::vector<std::string> all = {program_, "-p", folder_.path(), "-c", configuration()};
    if (only_check) all.emplace_back("-t");
    return all;
  }

  // What curl says: the answer with its header, then the status alone on a line.
  std::string ask(const std::string& path, std::vector<std::string> more) {
    std::vector<std::string> all = {"/usr/bin/curl",
                                    "--silent",
                                    "--include",
                                    "--max-time",
                                    "20",
                                    "--cacert",
                                    tls() + "/ca.pem",
                                    "https://localhost:" + std::to_string(port_.number()) + path};
    all.insert(all.end(), more.begin(), more.end());
    const std::string output = folder_ / ("answer-" + std::to_string(++answers_));
    run(all, output);
    return text_of(output);
  }
  std::unique_ptr<Program> start() {
    auto proxy = std::make_unique<Program>(command(false), log());
    EXPECT_TRUE(
        comes_true([&] { return ask("/stijl.css", {}).find(" 200") != std::string::npos; }, 30))
        << text_of(log());
    return proxy;
  }
  // All that the proxy wrote, wherever.
  std::string written() {
    std::string all;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
      const std::string name = file.path().filename().string();
      if (name.ends_with(".log")) all += text_of(file.path().string());
    }
    return all;
  }

  TemporaryFolder folder_;
  std::string program_;
  HeldPort port_;
  int answers_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Samples, Proxies, ::testing::Values(Kind::nginx, Kind::haproxy), name_of);

TEST_P(Proxies, takes_the_sample_without_a_warning) {
  write_configuration(8080, 9464);
  EXPECT_EQ(run(command(true), log()), 0) << text_of(log());
  const std::string said = lower_case(text_of(log()));
  EXPECT_EQ(said.find("warn"), std::string::npos) << said;
}

TEST_P(Proxies, passes_on_the_certificate_and_nothing_that_a_client_made_up) {
  RecordingServer collector;
  write_configuration(collector.port(), collector.port());
  const auto proxy = start();
  const std::vector<std::string> forged = {
      "-H", "Client-Cert: :Zm9yZ2Vk:",      "-H", "Client-Cert-Chain: :Zm9yZ2Vk:",
      "-H", "X-Forwarded-For: 203.0.113.9", "-H", "Forwarded: for=203.0.113.9",
      "-H", "X-Real-IP: 203.0.113.9",       "-H", "X-Wattlife-Subject: chef",
      "-H", "X-Wattlife-Roles: beheerder",  "-H", "X-Wattlife-Organisations: 1"};
  // One that is not for clients: also that is for the collector to judge.
  std::vector<std::string> with_certificate = forged;
  for (const std::string& text : {std::string("--cert"), tls() + "/server.pem",
                                  std::string("--key"), tls() + "/server.key"}) {
    with_certificate.push_back(text);
  }
  for (const std::string path : {"/device/v1/reports", "/werklijst"}) {
    EXPECT_NE(ask(path + "?zonder", forged).find(" 200"), std::string::npos);
    const std::string without = collector.last(path + "?zonder");
    ASSERT_FALSE(without.empty());
    for (const char* header : {"client-cert", "x-forwarded-for", "forwarded", "x-real-ip",
                               "x-wattlife-", "203.0.113.9", "127.0.0.1\r\nx-"}) {
      EXPECT_EQ(without.find(std::string("\r\n") + header), std::string::npos) << without;
    }
    EXPECT_EQ(without.find("203.0.113.9"), std::string::npos) << without;
    EXPECT_NE(ask(path + "?met", with_certificate).find(" 200"), std::string::npos);
    const std::string with = collector.last(path + "?met");
    EXPECT_NE(with.find("\r\nclient-cert: "), std::string::npos) << with;
    EXPECT_EQ(with.find("zm9yz2vk"), std::string::npos) << with;
    // Of nginx PEM in percent code, of HAProxy DER between colons: the collector reads both.
    EXPECT_NE(with.find(GetParam() == Kind::nginx ? "begin%20certificate" : "client-cert: :mii"),
              std::string::npos)
        << with;
  }
}

TEST_P(Proxies, writes_no_address_and_no_line_for_a_device) {
  RecordingServer collector;
  write_configuration(collector.port(), collector.port());
  {
    const auto proxy = start();
    ask("/device/v1/reports", {"--data-binary", "x"});
    ask("/Device/v1/../../device/v1/enrolments", {"--path-as-is"});
    ask("/device/v1/reports",
        {"--data-binary", "x", "--cert", tls() + "/server.pem", "--key", tls() + "/server.key"});
    ask("/werklijst", {});
    EXPECT_TRUE(comes_true([&] { return written().find("/werklijst") != std::string::npos; }, 10))
        << "people are not logged, so this test would see nothing: " << written();
    proxy->terminate();
    proxy->wait(20);
  }
  std::string lines = written();
  EXPECT_EQ(lines.find("/device/"), std::string::npos) << lines;
  EXPECT_EQ(lines.find("/Device/"), std::string::npos) << lines;
}

// Refusals reach the device as problems that it acts on, never as a page of the proxy.
TEST_P(Proxies, answers_of_the_collector_come_through_as_they_are) {
  const HeldPort held_listen;
  const HeldPort held_admin;
  const int listen = held_listen.number();
  const int admin = held_admin.number();
  const std::string bin = places::programs() + "/wattlife-collector";
  const std::string database = "sqlite://" + (folder_ / "fleet.db");
  ASSERT_EQ(run({bin, "migrate", "--database", database}, log()), 0);
  write_text(folder_ / "collector.toml",
             "[sign_in]\nway = \"proxy\"\npublic_url = \"https://localhost\"\n"
             "trusted_peers = [\"127.0.0.1\"]\n[sign_in.roles]\nbeheer = \"beheerder\"\n");
  const Program collector({bin, "serve", "--config", folder_ / "collector.toml", "--listen",
                           "127.0.0.1:" + std::to_string(listen), "--behind-proxy", "127.0.0.1",
                           "--admin", "127.0.0.1:" + std::to_string(admin), "--database", database},
                          folder_ / "collector.log");
  write_configuration(listen, admin);
  const auto proxy = start();
  write_text(folder_ / "large", std::string(70 * 1024, 'x'));
  const std::string media = "Content-Type: application/x-protobuf";
  const std::string nobody =
      "Authorization: Bearer " + std::string(32, '0') + "." + std::string(64, '0');
  const std::string stranger =
      ask("/device/v1/reports", {"-H", media, "-H", nobody, "--data-binary", "x"});
  EXPECT_NE(stranger.find(" 401"), std::string::npos) << stranger;
  EXPECT_NE(stranger.find("urn:wattlife:problem:unknown-device"), std::string::npos) << stranger;
  const std::string large =
      ask("/device/v1/reports",
          {"-H", media, "-H", nobody, "-H", "Expect:", "--data-binary", "@" + (folder_ / "large")});
  EXPECT_NE(large.find(" 413"), std::string::npos) << large;
  EXPECT_NE(large.find("urn:wattlife:problem:too-large"), std::string::npos) << large;
}

}  // namespace
}  // namespace wattlife::e2e
