// Where the files of the checkout are that tests read: examples, bad configurations, goldens. One
// file knows the checkout's folder, so that checkouts share what the compiler cache has of the
// others.
#pragma once

#include <string>
#include <string_view>

namespace reinfer::tests {

// `name`: below the checkout, such as "config/reinfer_exporter.toml".
std::string source_path(std::string_view name);

}  // namespace reinfer::tests
