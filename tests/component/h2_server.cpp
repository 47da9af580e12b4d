#include "tests/component/h2_server.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <utility>
#include <vector>

#include "simulator/certificates.h"

namespace reinfer::tests {
namespace {

constexpr std::size_t kPrefaceBytes = 24;
constexpr std::size_t kHeadBytes = 9;

bool read_all(ssl_st* session, char* to, std::size_t bytes) {
  while (bytes > 0) {
    const int got = SSL_read(session, to, static_cast<int>(bytes));
    if (got <= 0) return false;
    to += got;
    bytes -= static_cast<std::size_t>(got);
  }
  return true;
}

std::string frame_text(std::uint32_t stream, H2Frame type, std::uint8_t flags,
                       std::string_view payload) {
  std::string frame;
  for (const int shift : {16, 8, 0})
    frame += static_cast<char>(payload.size() >> shift);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0})
    frame += static_cast<char>(stream >> shift);
  frame += payload;
  return frame;
}

bool send_frame(ssl_st* session, std::uint32_t stream, H2Frame type, std::uint8_t flags,
                std::string_view payload) {
  const std::string frame = frame_text(stream, type, flags, payload);
  return SSL_write(session, frame.data(), static_cast<int>(frame.size())) > 0;
}

int choose_h2(ssl_st*, const unsigned char** chosen, unsigned char* length, const unsigned char*,
              unsigned, void*) {
  static constexpr std::array<unsigned char, 2> kH2 = {'h', '2'};
  *chosen = kH2.data();
  *length = kH2.size();
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

bool H2Server::Stream::send(H2Frame type, std::uint8_t flags, std::string_view payload) const {
  return send_frame(session_, id_, type, flags, payload);
}

bool H2Server::Stream::send_many(H2Frame type, int number) const {
  std::string frames;
  for (int i = 0; i < number; ++i)
    frames += frame_text(type == H2Frame::settings ? 0 : id_, type, 0, "");
  return SSL_write(session_, frames.data(), static_cast<int>(frames.size())) > 0;
}

bool H2Server::Stream::send_to_connection(H2Frame type, std::string_view payload) const {
  return send_frame(session_, 0, type, 0, payload);
}

void H2Server::FreeContext::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

H2Server::H2Server(Serve serve)
    : serve_(std::move(serve)), context_(SSL_CTX_new(TLS_server_method())) {
  std::signal(SIGPIPE, SIG_IGN);
  const simulator::Certificates certificates = simulator::make_certificates();
  std::ofstream(folder_.path("ca.pem")) << certificates.ca_pem;
  std::ofstream(folder_.path("leaf.pem")) << certificates.leaves[0].certificate_pem;
  std::ofstream(folder_.path("key.pem")) << certificates.leaves[0].key_pem;
  REQUIRE(SSL_CTX_use_certificate_chain_file(context_.get(), folder_.path("leaf.pem").c_str()) ==
          1);
  REQUIRE(SSL_CTX_use_PrivateKey_file(context_.get(), folder_.path("key.pem").c_str(),
                                      SSL_FILETYPE_PEM) == 1);
  SSL_CTX_set_alpn_select_cb(context_.get(), choose_h2, nullptr);
  raw_ = std::make_unique<RawServer>([this](int socket, int) { serve_connection(socket); });
}

H2Server::~H2Server() = default;

void H2Server::serve_connection(int socket) {
  const std::unique_ptr<ssl_st, decltype(&SSL_free)> session(SSL_new(context_.get()), &SSL_free);
  SSL_set_fd(session.get(), socket);
  std::array<char, kPrefaceBytes> preface{};
  if (SSL_accept(session.get()) != 1 || !read_all(session.get(), preface.data(), preface.size()))
    return;
  send_frame(session.get(), 0, H2Frame::settings, 0, "");
  bool acknowledged = false;
  std::vector<std::uint32_t> asked;
  for (;;) {
    std::array<unsigned char, kHeadBytes> head{};
    if (!read_all(session.get(), reinterpret_cast<char*>(head.data()), head.size())) return;
    std::string payload((std::size_t{head[0]} << 16U) | (std::size_t{head[1]} << 8U) | head[2],
                        '\0');
    if (!read_all(session.get(), payload.data(), payload.size())) return;
    if (head[3] == static_cast<unsigned char>(H2Frame::settings)) {
      if ((head[4] & kAck) != 0)
        acknowledged = true;
      else
        send_frame(session.get(), 0, H2Frame::settings, kAck, "");
    }
    if (head[3] == static_cast<unsigned char>(H2Frame::headers)) {
      ++requests_;
      asked.push_back((std::uint32_t{head[7]} << 8U) | head[8]);
    }
    // Not before: libcurl 7.88 takes a connection on which settings still wait for a dead one.
    if (!acknowledged) continue;
    for (const std::uint32_t stream : std::exchange(asked, {}))
      serve_(Stream(session.get(), stream));
  }
}

}  // namespace reinfer::tests
