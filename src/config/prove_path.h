// Proves settings that name a file or an environment variable of this machine. Used by the other
// files that prove a tenant. It checks that a file can be read and keeps nothing of it; one thread.
#pragma once

#include <string>

#include "base/problem.h"
#include "config/config.h"

namespace reinfer::config {

// The whole path; a relative one starts at the folder of the configuration file it is written in,
// one after "${CREDENTIALS_DIRECTORY}/" at the folder in which systemd hands credentials to a unit.
// "" after a reported problem. The file is not opened.
std::string prove_path(const Setting<std::string>& setting, base::ProblemList& problems);

// The same for a file that must be readable; `what` describes it in messages. The path is returned
// even if the file cannot be read.
std::string prove_readable_file(const Setting<std::string>& setting, std::string_view what,
                                base::ProblemList& problems);

// The name of an environment variable, "" after a reported problem. `secret` describes the
// variable's content in messages. They never show the setting: people write the secret itself
// there.
std::string prove_variable(const Setting<std::string>& setting, std::string_view secret,
                           base::ProblemList& problems);

}  // namespace reinfer::config
