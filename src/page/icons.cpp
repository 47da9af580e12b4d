#include "page/icons.h"

#include <fmt/format.h>

#include <cmath>

namespace reinfer::page {

std::string svg_number(double value) {
  return fmt::format("{:.4g}", std::round(value * 10) / 10);
}

std::string fault_shape(model::Fault fault, double x, double y, double r) {
  switch (fault) {
    case model::Fault::platform:
      return fmt::format("M{} {}h{}v{}h-{}z", svg_number(x - r), svg_number(y - r),
                         svg_number(2 * r), svg_number(2 * r), svg_number(2 * r));
    case model::Fault::edge:
      return fmt::format("M{} {}l{} {}l-{} {}l-{}-{}z", svg_number(x), svg_number(y - r * 1.3),
                         svg_number(r * 1.3), svg_number(r * 1.3), svg_number(r * 1.3),
                         svg_number(r * 1.3), svg_number(r * 1.3), svg_number(r * 1.3));
    case model::Fault::network:
      return fmt::format("M{} {}l{} {}h-{}z", svg_number(x), svg_number(y - r * 1.2),
                         svg_number(r * 1.2), svg_number(r * 2.2), svg_number(r * 2.4));
    case model::Fault::credentials:
      return fmt::format("M{} {}h{}l-{} {}z", svg_number(x - r * 1.2), svg_number(y - r),
                         svg_number(r * 2.4), svg_number(r * 1.2), svg_number(r * 2.2));
    case model::Fault::request:
      return fmt::format("M{} {}l{} {}M{} {}l-{} {}", svg_number(x - r), svg_number(y - r),
                         svg_number(2 * r), svg_number(2 * r), svg_number(x + r), svg_number(y - r),
                         svg_number(2 * r), svg_number(2 * r));
    case model::Fault::monitor:
      return fmt::format("M{} {}a{} {} 0 1 0 {} 0a{} {} 0 1 0-{} 0z", svg_number(x - r),
                         svg_number(y), svg_number(r), svg_number(r), svg_number(2 * r),
                         svg_number(r), svg_number(r), svg_number(2 * r));
    case model::Fault::none:
      break;
  }
  return fmt::format("M{} {}l{} {}l{}-{}", svg_number(x - r), svg_number(y), svg_number(r * 0.7),
                     svg_number(r * 0.7), svg_number(r * 1.3), svg_number(r * 1.4));
}

std::string fault_class(const char* first, model::Fault fault) {
  return fmt::format("{} f-{}", first, model::to_label(fault));
}

void draw_icon(Html& html, model::Fault fault) {
  html.open("svg", {{"class", fault_class("icon", fault)}, {"aria-hidden", "true"}});
  html.single("use", {{"href", fmt::format("#i-{}", model::to_label(fault))}});
  html.close();
}

void draw_state_icon(Html& html, const char* state) {
  html.open("svg", {{"class", fmt::format("icon f-{}", state)}, {"aria-hidden", "true"}});
  html.single("use", {{"href", fmt::format("#i-{}", state)}});
  html.close();
}

void draw_symbols(Html& html) {
  html.open("svg", {{"class", "symbols"}, {"aria-hidden", "true"}});
  for (std::size_t f = 0; f < model::kFaultCount; ++f) {
    const model::Fault fault = static_cast<model::Fault>(f);
    html.open("symbol",
              {{"id", fmt::format("i-{}", model::to_label(fault))}, {"viewBox", "0 0 16 16"}});
    html.single("path", {{"d", fault_shape(fault, 8, 8, 5)}});
    html.close();
  }
  struct StateShape {
    const char* id;
    const char* path;
  };
  for (const StateShape& shape :
       {StateShape{"i-paused", "M5.5 4v8M10.5 4v8"}, {"i-waiting", "M3 8h0M8 8h0M13 8h0"}}) {
    html.open("symbol", {{"id", shape.id}, {"viewBox", "0 0 16 16"}});
    html.single("path", {{"d", shape.path}});
    html.close();
  }
  html.close();
}

}  // namespace reinfer::page
