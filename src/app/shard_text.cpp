#include "app/shard_text.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace reinfer::app {
namespace {

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::size_t> ordinal_of(std::string_view host_name) {
  const std::string_view name = host_name.substr(0, host_name.find('.'));
  const std::size_t hyphen = name.rfind('-');
  return hyphen == std::string_view::npos ? std::nullopt : number(name.substr(hyphen + 1));
}

}  // namespace

tl::expected<model::Shard, std::string> parse_shard(std::string_view text,
                                                    std::string_view host_name,
                                                    std::string_view shards) {
  const std::size_t slash = text.find('/');
  const std::string_view which = text.substr(0, slash);
  const bool automatic = which == "auto";
  const bool counted = slash != std::string_view::npos;
  if (!counted && !automatic)
    return tl::unexpected(fmt::format(
        "\"{}\" is no shard, allowed: INDEX/COUNT such as 0/3, auto/COUNT, or auto", text));
  const auto count = number(counted ? text.substr(slash + 1) : shards);
  if (!count || *count < 1 || *count > model::kShardsMax) {
    const std::string where = counted ? "" : fmt::format(" of {}", kShardsVariable);
    return tl::unexpected(fmt::format("the count{} is \"{}\", allowed: 1 to {}", where,
                                      counted ? text.substr(slash + 1) : shards,
                                      model::kShardsMax));
  }
  const auto index = automatic ? ordinal_of(host_name) : number(which);
  const std::string of_whom =
      automatic ? fmt::format(" at the end of the host's name \"{}\"", host_name) : "";
  if (!index)
    return tl::unexpected(fmt::format("there is no number{}, allowed: 0 to {}",
                                      automatic ? of_whom : " before the slash", *count - 1));
  if (*index >= *count)
    return tl::unexpected(fmt::format("the index{} is {}, allowed: 0 to {}, the first is 0",
                                      of_whom, *index, *count - 1));
  return model::Shard{*index, *count};
}

}  // namespace reinfer::app
