#include <algorithm>

#include "http/pool.h"

namespace sluice::http {

using Kind = Framing::Kind;

namespace {

Failure cancelled() { return fail("net.cancelled", "the answer was cancelled"); }
Failure broken() { return fail("http.truncated", "the answer ended with an error before"); }

}  // namespace

Body::Body(std::unique_ptr<Slot> slot, std::unique_ptr<Link> link, ResponseHead head_in)
    : head(std::move(head_in)), slot_(std::move(slot)), link_(std::move(link)) {
  remaining_ = head.framing.length;
  if (finished()) give_back();
}

// Whatever is left open here was not read to its end: closing tells the upstream to stop.
Body::~Body() = default;

bool Body::finished() const {
  switch (head.framing.kind) {
    case Kind::None:
      return true;
    case Kind::Length:
      return remaining_ == 0;
    case Kind::Chunked:
      return chunks_.done();
    case Kind::UntilClose:
      return ended_;
  }
  return false;
}

// Bytes behind the end belong to no request of ours; such a connection can't be trusted with another.
void Body::give_back() {
  if (link_ && head.keep_alive && link_->unused().empty() && link_->stream.open())
    slot_->pool->keep(std::move(link_));
  link_.reset();
  slot_.reset();
}

void Body::cancel() {
  cancelled_ = true;
  if (!link_) return;
  link_->stream.close();
  if (reading_) return;  // the reader still uses it
  link_.reset();
  slot_.reset();
}

Failure Body::early_end(const Error& error) const {
  if (cancelled_) return cancelled();
  if (error.code != "net.closed" && error.code != "net.reset") return fail(error);
  return fail("http.truncated", "the connection ended before the answer did: " + error.message, error.where);
}

Result<std::string> Body::decode() {
  std::string_view unused = link_->unused();
  std::string piece;
  switch (head.framing.kind) {
    case Kind::None:
      break;
    case Kind::Length:
      piece = unused.substr(0, std::size_t(std::min<std::uint64_t>(remaining_, unused.size())));
      remaining_ -= piece.size();
      link_->use(piece.size());
      break;
    case Kind::Chunked: {
      auto used = chunks_.feed(unused, piece);
      if (!used)
        return fail("http.bad_response", "the answer's chunks: " + used.error().message, used.error().where);
      link_->use(*used);
      break;
    }
    case Kind::UntilClose:
      piece = unused;
      link_->use(piece.size());
      break;
  }
  return piece;
}

// One frame for the whole wait: thousands of streams stand here.
net::Task<Result<std::string>> Body::read(std::shared_ptr<Body> self, Duration stall) {
  Body& b = *self;
  if (b.cancelled_) co_return cancelled();
  if (b.broken_) co_return broken();
  if (!b.link_) co_return std::string();
  b.link_->stream.set_deadline(stall);
  b.reading_ = true;
  Result<std::string> piece = b.decode();
  while (piece && piece->empty() && !b.finished()) {
    auto got = co_await b.link_->receive();
    if (got)
      piece = b.decode();
    else if (b.head.framing.kind == Kind::UntilClose && got.error().code == "net.closed" && !b.cancelled_)
      b.ended_ = true;
    else
      piece = b.early_end(got.error());
  }
  b.reading_ = false;
  if (!piece || b.cancelled_) {
    b.broken_ = true;
    b.link_.reset();
    b.slot_.reset();
    if (piece) co_return cancelled();
  } else if (b.finished()) {
    b.give_back();  // before the last piece is handed out, so that a reader who stops there wastes nothing
  }
  co_return piece;
}

net::Task<Result<std::string>> Body::read_all(std::shared_ptr<Body> self, std::size_t limit, Duration stall) {
  std::string all;
  if (self->head.framing.kind == Kind::Length) {
    if (self->head.framing.length > limit) {
      self->cancel();
      co_return fail("http.response_too_large", "the answer is larger than " + std::to_string(limit) + " bytes");
    }
    all.reserve(std::size_t(self->head.framing.length));
  }
  for (;;) {
    auto piece = co_await read(self, stall);
    if (!piece) co_return piece;
    if (piece->empty()) co_return all;
    if (piece->size() > limit - all.size()) {
      self->cancel();
      co_return fail("http.response_too_large", "the answer is larger than " + std::to_string(limit) + " bytes");
    }
    all += *piece;
  }
}

ClientResponse::ClientResponse(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClientResponse::ClientResponse(ClientResponse&&) noexcept = default;
ClientResponse::~ClientResponse() {
  if (impl_) impl_->body->cancel();
}
int ClientResponse::status() const { return impl_->body->head.status; }
const Headers& ClientResponse::headers() const { return impl_->body->head.headers; }
void ClientResponse::forget_headers() { impl_->body->head.headers = {}; }
net::Task<Result<std::string>> ClientResponse::read(Duration stall) { return Body::read(impl_->body, stall); }
net::Task<Result<std::string>> ClientResponse::read_all(std::size_t limit, Duration stall) {
  return Body::read_all(impl_->body, limit, stall);
}
void ClientResponse::cancel() { impl_->body->cancel(); }

}  // namespace sluice::http
