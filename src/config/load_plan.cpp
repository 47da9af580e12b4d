#include "config/load_plan.h"

#include <fmt/format.h>

#include "config/document.h"
#include "config/read.h"

namespace reinfer::config {
namespace {

// Adds the content of an included file to `config`.
void read_included(const ConfigFile& file, Config& config, base::ProblemList& problems) {
  if (!file.text) {
    problems.add(file.included_at, "include", fmt::format("{} {}", file.name, file.text.error()));
    return;
  }
  const int number = problems.add_file(file.name);
  const auto document = parse_document(*file.text, file.name, number);
  if (document)
    read_included_config(*document, config, problems);
  else
    problems.add(number, document.error());
}

}  // namespace

tl::expected<model::Plan, base::Problems> make_plan(const std::vector<ConfigFile>& files,
                                                    const TokenInspector& inspect_token) {
  const ConfigFile& first = files.front();
  if (!first.text)
    return tl::unexpected(base::Problems{{first.name, 0, 0, "", first.text.error()}});
  const auto document = parse_document(*first.text, first.name);
  if (!document) return tl::unexpected(base::Problems{document.error()});
  base::ProblemList problems(first.name);
  Config config = read_config(*document, problems);
  for (std::size_t i = 1; i < files.size(); ++i)
    read_included(files[i], config, problems);
  auto plan = prove(config, inspect_token, problems);
  if (!plan) return tl::unexpected(problems.sorted());
  return std::move(*plan);
}

tl::expected<model::Plan, base::Problems> load_plan(const std::string& path,
                                                    const TokenInspector& inspect_token) {
  return make_plan(read_config_files(path), inspect_token);
}

tl::expected<model::Plan, base::Problems> parse_plan(std::string_view toml,
                                                     const std::string& file_name,
                                                     const TokenInspector& inspect_token) {
  return make_plan(with_included(toml, file_name), inspect_token);
}

}  // namespace reinfer::config
