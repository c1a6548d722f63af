// SPDX-License-Identifier: EUPL-1.2
#include "agent/model_priors.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "platform/process.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

TEST(ModelPriors, a_table_says_what_it_knows_and_leaves_the_rest_to_the_form) {
  const std::string text = R"(format = "1"
[[model]]
manufacturer = "LENOVO"
model = "ThinkPad T480"
base_mw = 2100
base_mw_deviation = 300
package_permille = 1120
package_permille_deviation = 40
[[model]]
model = "OptiPlex 7060"
form = "desktop"
)";
  const auto priors = model_priors_from(text, "model-priors.toml");
  ASSERT_TRUE(priors) << priors.error().text;
  ASSERT_EQ(priors->size(), 2U);
  Prior want = prior_of(FormFactor::laptop_14);
  want.mean[awake_input] = 2.1;
  want.deviation[awake_input] = 0.3;
  want.mean[package_input] = 1.12;
  want.deviation[package_input] = 0.04;
  EXPECT_EQ((*priors)[0], (ModelPrior{"LENOVO", "ThinkPad T480", want}));
  EXPECT_EQ((*priors)[1], (ModelPrior{"", "OptiPlex 7060", prior_of(FormFactor::desktop)}));
}

TEST(ModelPriors, what_is_wrong_is_named) {
  const std::string head = "format = \"1\"\n[[model]]\nmodel = \"T480\"\n";
  const struct {
    std::string text;
    const char* named;
  } cases[] = {
      {"", "format"},
      {"format = \"2\"\n", "format"},
      {"format = \"1\"\n[[model]]\nbase_mw = 1\n", "\"model\""},
      {head + "bass_mw = 2000\nbass_mw_deviation = 100\n", "bass_mw"},
      {head + "base_mw = 2000\n", "base_mw_deviation"},
      {head + "base_mw_deviation = 200\n", "\"base_mw\""},
      {head + "base_mw = -1\nbase_mw_deviation = 100\n", "base_mw"},
      {head + "base_mw = 100001\nbase_mw_deviation = 100\n", "100000"},
      {head + "base_mw = 2000\nbase_mw_deviation = 9\n", "base_mw_deviation"},
      {head + "package_permille = 3001\npackage_permille_deviation = 100\n", "package_permille"},
      {head + "base_mw = \"two\"\nbase_mw_deviation = 100\n", "two"},
      {head + "base_mw = 2.5\nbase_mw_deviation = 100\n", "base_mw"},
      {head + "form = \"toaster\"\n", "form"},
      {head + "base_mw = = 2\n", "priors.toml:4"},
      {"format = \"1\"\nmodel = 3\n", "[[model]]"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto priors = model_priors_from(c.text, "priors.toml");
    ASSERT_FALSE(priors);
    EXPECT_EQ(priors.error().cause, Cause::malformed);
    EXPECT_NE(priors.error().text.find("priors.toml"), std::string::npos) << priors.error().text;
    EXPECT_NE(priors.error().text.find(c.named), std::string::npos) << priors.error().text;
  }
}

TEST(ModelPriors, no_file_is_no_priors_and_no_fault) {
  const TemporaryFolder folder;
  const auto priors = read_model_priors(folder / "nothing");
  ASSERT_TRUE(priors);
  EXPECT_TRUE(priors->empty());
}

// As the sampler finds it when no --config is given: on Windows settings are in no folder.
TEST(ModelPriors, the_file_is_found_in_a_folder_of_our_own_on_every_system) {
  EXPECT_TRUE(std::filesystem::path(default_files_folder()).is_absolute())
      << default_files_folder();
  const TemporaryFolder folder;
  const std::string config = folder / "Wattlife/config";
  const Done made = ensure_own_folder(config, 0755);
  ASSERT_TRUE(made) << made.error().text;
  const std::string text = "format = \"1\"\n[[model]]\nmodel = \"T480\"\n";
  ASSERT_TRUE(write_file_atomically(config + "/model-priors.toml", text, 0644));
  for (const std::string& path :
       {config, std::filesystem::path(config).make_preferred().string()}) {
    const auto priors = read_model_priors(path);
    ASSERT_TRUE(priors) << priors.error().text;
    ASSERT_EQ(priors->size(), 1U);
    EXPECT_EQ(priors->front().model, "T480");
  }
}

TEST(ModelPriors, a_folder_that_others_can_write_is_not_believed) {
  if (std::filesystem::path::preferred_separator == '\\') {
    GTEST_SKIP() << "rights are access lists here: process_windows_test";
  }
  const TemporaryFolder folder;
  const std::string config = folder / "config";
  std::filesystem::create_directory(config);
  std::ofstream(config + "/model-priors.toml") << "format = \"1\"\n[[model]]\nmodel = \"T480\"\n";
  std::filesystem::permissions(config, std::filesystem::perms::owner_all);
  const auto own = read_model_priors(config);
  ASSERT_TRUE(own) << own.error().text;
  EXPECT_EQ(own->size(), 1U);
  std::filesystem::permissions(config, std::filesystem::perms::all);
  const auto shared = read_model_priors(config);
  ASSERT_FALSE(shared);
  EXPECT_EQ(shared.error().cause, Cause::denied);
  EXPECT_NE(shared.error().text.find("model-priors.toml"), std::string::npos);
}

}  // namespace
}  // namespace wattlife
