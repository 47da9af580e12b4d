// Proves the values of a configuration that name something of this machine: files and environment
// variables. Used by the other files that prove a tenant. They look whether a file can be read and
// keep nothing of it; one thread.
#pragma once

#include <string>

#include "base/problem.h"
#include "config/config.h"

namespace reinfer::config {

// The file's whole path, which starts at the folder of the file it stands in if it is relative;
// "" after reporting what is wrong with it. It is not opened.
std::string prove_path(const Setting<std::string>& setting, base::ProblemList& problems);

// The same for a file that must be readable; `what` it is, for messages. The path is returned all
// the same.
std::string prove_readable_file(const Setting<std::string>& setting, std::string_view what,
                                base::ProblemList& problems);

// The name of an environment variable, "" after reporting what is wrong with it. `secret` is what
// the variable holds, for messages, which never show the value: it may well be the secret itself.
std::string prove_variable(const Setting<std::string>& setting, std::string_view secret,
                           base::ProblemList& problems);

}  // namespace reinfer::config
