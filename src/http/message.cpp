#include "http/message.h"

#include "base/text.h"

namespace reinfer::http {

std::optional<std::string> HttpRequest::header(std::string_view name) const {
  for (const model::Header& header : headers)
    if (base::equals_ignoring_case(header.name, name)) return header.value;
  return std::nullopt;
}

std::string HttpRequest::headers_joined(std::string_view name) const {
  std::string all;
  for (const model::Header& header : headers)
    if (base::equals_ignoring_case(header.name, name))
      all += (all.empty() ? "" : ", ") + header.value;
  return all;
}

std::optional<std::string> HttpRequest::parameter(const std::string& name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::map<std::string, std::string>> match_path(std::string_view pattern,
                                                             std::string_view path) {
  const auto wanted = base::split(pattern, '/');
  const auto given = base::split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  std::map<std::string, std::string> place;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool named = wanted[i].size() > 2 && wanted[i].front() == '{';
    if (named && !given[i].empty())
      place.emplace(wanted[i].substr(1, wanted[i].size() - 2), given[i]);
    else if (wanted[i] != given[i])
      return std::nullopt;
  }
  return place;
}

}  // namespace reinfer::http
