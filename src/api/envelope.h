// The envelope of every document of the JSON API, put around text that is JSON already. Used by the
// API's renderers; pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace reinfer::api {

// `data`: JSON text. `next`: the cursor of the page after this one.
std::string api_document(const std::string& data, const std::optional<std::string>& next = {});

// JSON texts as an array.
std::string json_array(const std::vector<std::string>& items);

}  // namespace reinfer::api
