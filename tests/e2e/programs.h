// SPDX-License-Identifier: EUPL-1.2
// Runs the real programs in end-to-end tests: start, wait with a deadline, kill without mercy.
#pragma once

#include <string>
#include <vector>

namespace wattlife::e2e {

// One started program. Its output goes to a file. Killed (SIGKILL) when it goes out of scope.
class Program {
 public:
  // `arguments[0]` is a path. The test fails when it cannot be started.
  Program(const std::vector<std::string>& arguments, const std::string& output_path);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  // Exit code, or 128 plus the signal; fails the test and kills it after `seconds`.
  int wait(int seconds);
  bool running();
  int pid() const { return pid_; }  // below zero: it has ended
  void terminate();                 // SIGTERM
  void kill();                      // SIGKILL, and waits until it is gone

 private:
  int pid_ = -1;
  int status_ = 0;
};

// Starts it and waits.
int run(const std::vector<std::string>& arguments, const std::string& output_path,
        int seconds = 120);

// Calls `condition` every 20 ms until it is true; false after `seconds`.
template <class Condition>
bool comes_true(Condition condition, int seconds);
bool pause_20_ms(int& left);

template <class Condition>
bool comes_true(Condition condition, int seconds) {
  for (int left = seconds * 50; left > 0;) {
    if (condition()) return true;
    pause_20_ms(left);
  }
  return false;
}

std::string text_of(const std::string& path);
void write_text(const std::string& path, const std::string& text);
// A port on 127.0.0.1 that is taken while this lives: the system gives it to nobody else, and a
// program of the test listens on it, also again after it was killed.
class HeldPort {
 public:
  HeldPort();
  HeldPort(const HeldPort&) = delete;
  HeldPort& operator=(const HeldPort&) = delete;
  ~HeldPort();
  int number() const { return number_; }

 private:
  int socket_;
  int number_ = 0;
};

}  // namespace wattlife::e2e
