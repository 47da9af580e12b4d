#include "probe/reply_body.h"

#include <nlohmann/json.hpp>

namespace reinfer::probe {
namespace {

// A SAX reader: it keeps no tree, so a hostile body cannot make memory grow.
class TopLevelReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit TopLevelReader(std::string_view key) : key_(key) {}

  Reply take() { return std::move(reply_); }

  bool null() override { return value(std::nullopt); }
  bool boolean(bool) override { return value(model::JsonType::boolean); }
  bool number_integer(number_integer_t) override { return value(model::JsonType::number); }
  bool number_unsigned(number_unsigned_t) override { return value(model::JsonType::number); }
  bool number_float(number_float_t, const string_t&) override {
    return value(model::JsonType::number);
  }
  bool binary(binary_t&) override { return value(std::nullopt); }

  bool string(string_t& text) override {
    value(model::JsonType::string);
    if (depth_ == 1 && current_ == "status") reply_.status = text;
    if (depth_ == 1 && current_ == "message") reply_.message = text;
    return true;
  }

  bool start_object(std::size_t) override {
    if (depth_ == 0) reply_.is_object = true;
    value(model::JsonType::object);
    ++depth_;
    return true;
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override {
    value(model::JsonType::array);
    if (depth_ == 1 && at_key()) reply_.key_length = 0;
    ++depth_;
    return true;
  }
  bool end_array() override {
    --depth_;
    return true;
  }

  bool key(string_t& name) override {
    if (depth_ == 1) current_ = name;
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool at_key() const { return !key_.empty() && current_ == key_; }

  // Called at the start of every value, before depth_ counts it.
  bool value(std::optional<model::JsonType> type) {
    if (depth_ == 2 && at_key() && reply_.key_type == model::JsonType::array) ++*reply_.key_length;
    if (depth_ != 1) return true;
    if (current_ == "status") reply_.status.reset();
    if (current_ == "message") reply_.message.reset();
    if (at_key()) {
      reply_.key_type = type;
      reply_.key_length.reset();
    }
    return true;
  }

  std::string_view key_;
  std::string current_;
  std::size_t depth_ = 0;
  Reply reply_;
};

}  // namespace

Reply parse_reply(std::string_view body, std::string_view key) {
  TopLevelReader reader(key);
  const bool complete = nlohmann::json::sax_parse(body.begin(), body.end(), &reader);
  Reply reply = reader.take();
  return complete && reply.is_object ? reply : Reply{};
}

}  // namespace reinfer::probe
