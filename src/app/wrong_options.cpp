#include "app/wrong_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "base/spelling.h"
#include "base/text.h"

namespace reinfer::app {
namespace {

constexpr std::string_view kConfigEnding = ".toml";
constexpr std::size_t kShownBytes = 100;

std::vector<const CLI::App*> commands_of(const CLI::App& cli) {
  return cli.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<std::string> options_of(const CLI::App& cli) {
  std::vector<std::string> names;
  for (const CLI::Option* option : cli.get_options())
    for (const std::string& name : option->get_lnames())
      names.push_back("--" + name);
  return names;
}

// A long name whose beginning was written counts as near, too.
std::optional<std::string> meant(const std::string& word, const std::vector<std::string>& words) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  if (const auto near = base::nearest_word(word, views)) return std::string(*near);
  constexpr std::size_t kBeginningMin = 5;
  const auto longer = std::find_if(words.begin(), words.end(), [&](const std::string& candidate) {
    return word.size() >= kBeginningMin && candidate.starts_with(word);
  });
  return longer == words.end() ? std::nullopt : std::optional(*longer);
}

std::string question(const std::optional<std::string>& guess) {
  return guess ? fmt::format(" (did you mean {}?)", *guess) : "";
}

const CLI::App* command_given(const CLI::App& cli) {
  const auto given = cli.get_subcommands();
  return given.empty() ? nullptr : given.front();
}

std::string wrong_option(const CLI::App& cli, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  const std::string shown = base::sanitise(name, kShownBytes);
  const CLI::App* given = command_given(cli);
  std::vector<std::string> known = options_of(cli);
  if (given != nullptr)
    for (std::string& own : options_of(*given))
      known.push_back(std::move(own));
  const std::string help = fmt::format("{}{} --help lists them", cli.get_name(),
                                       given == nullptr ? "" : " " + given->get_name());
  std::vector<std::string> owners;
  for (const CLI::App* command : commands_of(cli))
    if (const auto own = options_of(*command); std::find(own.begin(), own.end(), name) != own.end())
      owners.push_back(command->get_name());
  if (!owners.empty())
    return fmt::format(
        "{}: is an option of {}{}; {}", shown, base::join(owners, " and "),
        given == nullptr ? ", which stands before it" : ", not of " + given->get_name(), help);
  return fmt::format("{}: is not an option{}; {}", shown, question(meant(name, known)), help);
}

std::string wrong_argument(const CLI::App& cli, const std::string& word) {
  const std::string shown = base::sanitise(word, kShownBytes);
  if (const CLI::App* given = command_given(cli))
    return fmt::format("{}: {} takes no such argument; {} {} --help says what it takes", shown,
                       given->get_name(), cli.get_name(), given->get_name());
  if (word.ends_with(kConfigEnding))
    return fmt::format("{}: is not a command; to serve with this configuration: {} -c {}", shown,
                       cli.get_name(), shown);
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(cli))
    names.push_back(command->get_name());
  return fmt::format("{}: is not a command{}, allowed: {}, or none to serve", shown,
                     question(meant(word, names)), base::join(names, ", "));
}

}  // namespace

std::string usage_error(const CLI::App& cli, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = cli.remaining(true);
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError) && !unknown.empty()) {
    const std::string& word = unknown.front();
    const bool option = word.size() > 1 && word.front() == '-';
    return (option ? wrong_option(cli, word) : wrong_argument(cli, word)) + "\n";
  }
  std::ostringstream out;
  std::ostringstream err;
  cli.exit(error, out, err);
  return err.str();
}

}  // namespace reinfer::app
