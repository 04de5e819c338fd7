#include "engine/quantise/super_trials.h"

namespace sluice::engine::quantise {

SuperSearch plain_search() { return {best_lines, best_scales}; }

}  // namespace sluice::engine::quantise
