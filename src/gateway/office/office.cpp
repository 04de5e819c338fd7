#include "gateway/office/office.h"

namespace sluice::gateway {

Office::~Office() { close(); }

void Office::open() {
  thread_ = std::thread([this] { loop_.run(); });
}

void Office::close() {
  loop_.stop();
  if (thread_.joinable()) thread_.join();
}

void Office::post(std::function<void()> work) { loop_.post(std::move(work)); }

}  // namespace sluice::gateway
