// SPDX-License-Identifier: EUPL-1.2
#include "tests/e2e/programs.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <fstream>
#include <sstream>

namespace wattlife::e2e {

Program::Program(const std::vector<std::string>& arguments, const std::string& output_path) {
  std::vector<char*> raw;
  raw.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) raw.push_back(const_cast<char*>(argument.c_str()));
  raw.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    const int output = ::open(output_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(output, 1);
    ::dup2(output, 2);
    ::execv(raw[0], raw.data());
    ::_exit(127);
  }
  EXPECT_GT(pid_, 0) << "cannot start " << arguments[0];
}

Program::~Program() {
  if (pid_ > 0) kill();
}

bool Program::running() {
  if (pid_ <= 0) return false;
  if (::waitpid(pid_, &status_, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

int Program::wait(int seconds) {
  if (!comes_true([&] { return !running(); }, seconds)) {
    ADD_FAILURE() << "still running after " << seconds << " s; killed";
    kill();
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
}

void Program::terminate() {
  if (pid_ > 0) ::kill(pid_, SIGTERM);
}

void Program::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, &status_, 0);
  pid_ = -1;
}

int run(const std::vector<std::string>& arguments, const std::string& output_path, int seconds) {
  Program program(arguments, output_path);
  return program.wait(seconds);
}

bool pause_20_ms(int& left) {
  --left;
  const timespec pause{0, 20'000'000};
  ::nanosleep(&pause, nullptr);
  return true;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  EXPECT_TRUE(file.good()) << path;
}

HeldPort::HeldPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
  number_ = ntohs(address.sin_port);
  // Whoever asks for this port by its number may have it too, as long as we do not listen.
  const int shared = 1;
  EXPECT_EQ(::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &shared, sizeof shared), 0);
}

HeldPort::~HeldPort() { ::close(socket_); }

}  // namespace wattlife::e2e
