// Writes what config reads: strings of a TOML file that is made by a program. Used by the commands
// that write a first configuration. Pure functions, any thread. They prove nothing: whoever writes
// a configuration lets config/load_plan.h read it again.
#pragma once

#include <string>
#include <string_view>

namespace reinfer::config {

// The text as a basic string, in its quotes.
std::string toml_quoted(std::string_view text);

// `text` as comment lines of at most 100 columns, each with a line feed. Its own lines stay lines;
// what a peer may have put into it is made harmless.
std::string toml_comment(std::string_view text);

}  // namespace reinfer::config
