// A file that a command makes and never overwrites. Used by the commands that write a first
// configuration. It blocks for the time of a local write; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace reinfer::app {

// Whether something of that name is there already, in words that begin with the option; a command
// asks before it does anything.
std::optional<std::string> refuse_existing(std::string_view option, const std::string& path);

// Makes the file, or says why it could not, in the same way. A file that could not be written to
// its end is removed.
std::optional<std::string> write_new_file(std::string_view option, const std::string& path,
                                          std::string_view text);

}  // namespace reinfer::app
