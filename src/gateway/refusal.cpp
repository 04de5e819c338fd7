#include "gateway/refusal.h"

#include <string>

#include "gateway/steering.h"

namespace sluice::gateway {
namespace {

// Answers to one request (`n`): each is a call to the deployment, at once, and counts and costs like one.
constexpr std::int64_t kMostAnswers = 16;

}  // namespace

Status refuse_request(const chat::Request& request) {
  SLUICE_TRY_VOID(refuse_steering(request));
  if (request.protocol == chat::Protocol::OpenAiChat && request.sampling.n > kMostAnswers)
    return fail("request.unsupported", "at most " + std::to_string(kMostAnswers) + " answers to one request",
                "$.n", "ask again for more: each answer is a call of its own to the deployment");
  return {};
}

}  // namespace sluice::gateway
