// Secrets that are simply stored: in an environment variable or a file. Blocks for the time of a
// local read. The only code that looks at the environment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "credentials/token_text.h"
#include "model/plan.h"
#include "model/token_source.h"

namespace reinfer::credentials {

// Reads it now. A file may hold at most kTokenBytesMax.
SecretOrWhy read_stored(const model::SecretSource& source);

// What an operator should know of a secret that can be read all the same, in words: that others may
// read its file, that quotes or a "Bearer" stood around it. Reads it now.
std::vector<std::string> storage_warnings(const model::SecretSource& source);

// "NAME=VALUE" of our environment for a child, without the variables that hold secrets of the plan.
std::vector<std::string> environment_for_child(const std::vector<model::TokenSource>& sources);

}  // namespace reinfer::credentials
