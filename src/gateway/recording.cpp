#include "gateway/recording.h"

#include <future>
#include <thread>

#include "base/log.h"

namespace sluice::gateway {

net::Task<Status> record_opening(Lane lane, ledger::Opening opening) {
  struct Shelf {
    explicit Shelf(net::Loop& loop) : written(loop) {}
    const std::thread::id loop = std::this_thread::get_id();
    net::Signal written;
    Status status;
  };
  auto shelf = std::make_shared<Shelf>(lane.loop);
  auto done = [shelf](Status status) {
    shelf->status = std::move(status);
    if (std::this_thread::get_id() != shelf->loop) shelf->written.set();  // here nobody waits yet, nor will
  };
  ledger::Ledger* ledger = lane.shared.ledger.get();
  if (!ledger->open_record(std::move(opening), std::move(done), ledger::Ledger::Wake::Later)) {
    // The requests that have come in this turn of the loop share one commit.
    lane.loop.post([ledger] { ledger->wake(); });
    co_await shelf->written.wait();
  }
  if (!shelf->status)
    co_return fail("ledger.unavailable", "the request can't be recorded, so it is not sent", "",
                   "whoever runs this Sluice finds the cause in its log (" + shelf->status.error().code + ")");
  co_return Status();
}

void record_closing(const Lane& lane, ledger::Closing closing) {
  std::string id = closing.id;
  auto done = [id](Status written) {
    if (!written) log::error("ledger.close_failed", {{"id", id}, {"code", written.error().code}});
  };
  ledger::Ledger* ledger = lane.shared.ledger.get();
  ledger->close_record(std::move(closing), std::move(done), ledger::Ledger::Wake::Later);
  lane.loop.post([ledger] { ledger->wake(); });  // the closings of a turn share one write
}

Status record_act(Shared& shared, ledger::Act act) {
  auto written = std::make_shared<std::promise<Status>>();
  auto future = written->get_future();
  shared.ledger->write_act(std::move(act), [written](Status status) { written->set_value(std::move(status)); });
  Status status = future.get();
  if (status) return {};
  return fail("ledger.unavailable", "this can't be recorded, so it is not done", "",
              "whoever runs this Sluice finds the cause in its log (" + status.error().code + ")");
}

}  // namespace sluice::gateway
