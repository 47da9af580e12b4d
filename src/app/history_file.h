// The history of an exporter, opened to be read by a command while the exporter may be at work.
// Used by `incidents`, `evidence` and `sla`, each on its only thread.
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "history/archive.h"

namespace reinfer::app {

// Of the folder that the exporter serves with. The error says what is wrong and names the option.
tl::expected<std::unique_ptr<history::Archive>, std::string> open_history(
    const std::string& storage_path);

}  // namespace reinfer::app
