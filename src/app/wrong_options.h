// The error for a command line that cannot be read: an unknown option or command with the one
// that was probably meant, everything else in the words of CLI11. Used by options.cpp. Pure.
#pragma once

#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
class ParseError;
}  // namespace CLI

namespace reinfer::app {

// With a newline at its end.
std::string usage_error(const CLI::App& cli, const CLI::ParseError& error);

}  // namespace reinfer::app
