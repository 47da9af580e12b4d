#include "http/yaml_table.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace reinfer::http {
namespace {

// Aliases may make a small file a huge tree.
constexpr std::size_t kDepthMax = 8;
constexpr std::size_t kValuesMax = 10'000;

base::Place place_of(const YAML::Mark& mark) {
  return mark.is_null() ? base::Place{} : base::Place{mark.line + 1, mark.column + 1};
}

class Copier {
 public:
  YamlValue copy(const YAML::Node& node, std::size_t depth = 0) {
    YamlValue value;
    value.place = place_of(node.Mark());
    if (depth > kDepthMax || ++values_ > kValuesMax) {
      too_much_ = true;
    } else if (node.IsScalar()) {
      value.kind = YamlValue::Kind::scalar;
      value.text = node.Scalar();
      value.quoted = node.Tag() == "!";
    } else if (node.IsSequence()) {
      value.kind = YamlValue::Kind::list;
      for (const auto& item : node)
        value.items.push_back(copy(item, depth + 1));
    } else if (node.IsMap()) {
      value.kind = YamlValue::Kind::table;
      for (const auto& pair : node)
        value.members.push_back({pair.first.IsScalar() ? pair.first.Scalar() : "",
                                 place_of(pair.first.Mark()), copy(pair.second, depth + 1)});
    }
    return value;
  }
  bool too_much() const { return too_much_; }

 private:
  std::size_t values_ = 0;
  bool too_much_ = false;
};

}  // namespace

tl::expected<YamlValue, base::Problem> parse_yaml(std::string_view text, const std::string& file) {
  try {
    Copier copier;
    YamlValue value = copier.copy(YAML::Load(std::string(text)));
    if (copier.too_much())
      return tl::unexpected(
          base::Problem{file, 0, 0, "",
                        fmt::format("is too deep or too large, allowed: {} levels and {} values",
                                    kDepthMax, kValuesMax)});
    return value;
  } catch (const YAML::Exception& error) {
    const base::Place place = place_of(error.mark);
    return tl::unexpected(
        base::Problem{file, place.line, place.column, "", "is not YAML: " + error.msg});
  }
}

}  // namespace reinfer::http
