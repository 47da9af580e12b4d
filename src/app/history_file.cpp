#include "app/history_file.h"

#include <fmt/format.h>

#include <filesystem>

namespace reinfer::app {

tl::expected<std::unique_ptr<history::Archive>, std::string> open_history(
    const std::string& storage_path) {
  const auto problem = [&](std::string_view text) {
    return tl::unexpected(fmt::format("--storage.path={}: {}", storage_path, text));
  };
  const std::string file = storage_path + "/history.db";
  std::error_code error;
  if (!std::filesystem::exists(file, error))
    return problem(error ? error.message()
                         : "there is no history.db in it; an exporter that serves with this path "
                           "makes it");
  auto database = history::open_to_read(file);
  if (database) return std::make_unique<history::Archive>(std::move(*database));
  return problem("history.db cannot be read: " + database.error().text);
}

}  // namespace reinfer::app
