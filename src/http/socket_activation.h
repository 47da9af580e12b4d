// Socket activation: systemd, or whoever speaks sd_listen_fds(3), opens the sockets and hands them
// over, so that a restart refuses nobody. The only part of the HTTP side that reads the
// environment. Main thread, before any other thread exists.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "http/listener.h"

namespace reinfer::http {

// The sockets meant for this process ($LISTEN_PID and $LISTEN_FDS, from descriptor 3), or in words
// why there are none. Both variables go out of the environment: no child may take them for its own.
tl::expected<std::vector<Listener>, std::string> activated_listeners();

}  // namespace reinfer::http
