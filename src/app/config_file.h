// Which file a command reads as its configuration: the one that the command line names, with the
// option or as an argument, or the first that is there of the usual ones. Used by options.cpp; main
// thread. It looks whether files exist and reads none.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace reinfer::app {

// Where a file is looked for that the command line does not name, in this order.
std::vector<std::string> usual_config_files();

// As the command line names it; "" where it does not.
struct ConfigFileGiven {
  std::string option;                 // before the command
  std::string command_option;         // after it
  std::vector<std::string> argument;  // without the option
};

// Whether the word is the name of a configuration and not of a target: it ends in .toml, and there
// is such a file.
bool names_config_file(const std::string& word);

// Takes the names of configurations out of the arguments of `probe`; the rest are targets.
std::vector<std::string> take_config_files(std::vector<std::string>& arguments);

// The error says that several are given, or that none is and where one was looked for.
tl::expected<std::string, std::string> choose_config_file(const ConfigFileGiven& given,
                                                          const std::vector<std::string>& usual);

}  // namespace reinfer::app
