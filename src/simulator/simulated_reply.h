// A reply as a value, before it is turned into bytes: its content, its apparent sender, and how it
// is sent (whole, or damaged on purpose). Made by api, token_endpoint and
// control, changed by faults, turned into bytes here, sent by connection. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "simulator/request_text.h"

namespace reinfer::simulator {

// Decides the headers: only the application measures itself and knows correlation ids.
enum class Author { application, edge, stranger };

enum class Delivery {
  whole,
  raw,  // the body alone, no head
  close_before_headers,
  close_mid_headers,
  close_mid_body,
  reset,
  slow_body,
  never_answer,
  bad_chunking,
};

enum class TimingStyle {
  truthful,
  absent,
  two_lines,    // a second header line of the edge
  joined,       // the same as one comma-joined line, with a comma inside quotes
  exaggerated,  // more time than it took
  verbatim,     // Reply::timing_text
};

struct Reply {
  int status = 200;
  Author author = Author::application;
  std::string content_type = "application/json";
  std::vector<Header> headers;  // besides the usual ones
  std::string body;
  bool compressible = true;
  Delivery delivery = Delivery::whole;
  base::Nanoseconds body_time{};  // of a slow body
  // How long the server "works"; the simulator's own latency if absent.
  std::optional<base::Nanoseconds> latency;
  TimingStyle timing = TimingStyle::truthful;
  std::string timing_text;
};

Reply json_reply(int status, std::string body);
// {"message":...,"status":"error"}, as the application says it.
Reply error_reply(int status, std::string_view message);
// Something on the way answered instead of the application.
Reply edge_reply(int status, std::string_view content_type, std::string_view body);

std::string json_string(std::string_view text);

// The values the usual headers carry, drawn by the world so that a seed repeats them.
struct Marks {
  std::string ray;          // 16 hexadecimal digits
  std::string correlation;  // a GUID, or the literal "undefined"
};

struct Rendered {
  std::string head;  // status line and headers, without Server-Timing and the empty line
  std::string body;  // compressed if the client asked for it
};

Rendered render(const Reply& reply, const Request& request, const Marks& marks, bool keep_alive);

// "server-timing: ...\r\n" for a reply that took `took`; several lines, or none at all.
std::string timing_lines(const Reply& reply, base::Nanoseconds took);

}  // namespace reinfer::simulator
