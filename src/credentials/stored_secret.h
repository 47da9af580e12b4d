// Reads secrets from environment variables and files. Used for tokens, client secrets and the files
// of the `sla` command. Blocks for the time of a local read. The only code that reads the
// environment for secrets.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "credentials/token_text.h"
#include "model/plan.h"
#include "model/token_source.h"

namespace reinfer::credentials {

// Reads the secret now. A file may hold at most kTokenBytesMax.
SecretOrError read_stored(const model::SecretSource& source);

// A stored secret, and warnings for the operator about a readable one: other users may read its
// file, or the text holds quotes or "Bearer" around the token.
struct StoredSecret {
  SecretOrError secret;
  std::vector<std::string> warnings;
};
StoredSecret read_with_warnings(const model::SecretSource& source);

// Our environment as "NAME=VALUE" for a child process, without the variables that hold secrets of
// the plan.
std::vector<std::string> environment_for_child(const std::vector<model::TokenSource>& sources);

}  // namespace reinfer::credentials
