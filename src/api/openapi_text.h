// The description of the API as it is written, compiled in. Used by openapi.cpp, which puts this
// exporter's own servers into it. Constant; any thread.
#pragma once

#include <string_view>

namespace reinfer::api {

std::string_view openapi_text();

}  // namespace reinfer::api
