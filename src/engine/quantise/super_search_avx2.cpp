// Compiled for AVX2: nothing here is called before the processor was checked.
#if defined(__x86_64__)
#include "engine/quantise/super_trials.h"

namespace sluice::engine::quantise {

SuperSearch avx2_search() { return {best_lines, best_scales}; }

}  // namespace sluice::engine::quantise
#endif
