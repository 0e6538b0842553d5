#pragma once
/// Which of several objections leads.

#include <vector>

#include "policy/decision.h"

namespace pullgate::policy {

/// Smaller is more telling. The order, and why:
///  1. what no evidence could change: the image is rejected, or no rule is about it;
///  2. what trusted evidence proves and the rule does not allow: builder, then what that builder says (level, build
///     type, source, base);
///  3. evidence that is forged, copied or broken: somebody meant it to count;
///  4. not enough attestors: a summary of what follows;
///  5. evidence by somebody else;
///  6. evidence that could not be read or is of a kind that we do not know;
///  7. no evidence;
///  8. a base that nothing trusted names: mostly a consequence of one of the above.
int telling_rank(Reason reason);

/// The most telling one first; equally telling ones stay in the order of the rule's tree.
void put_most_telling_first(std::vector<Objection>& objections);

}  // namespace pullgate::policy
