#pragma once
/// Names under which more people sign than whoever wrote them is likely to mean.

#include <string_view>

#include "policy/attestor.h"
#include "policy/pattern.h"

namespace pullgate::config {

/// Does a repository of somebody whom nobody knows match?
bool lets_any_repository_in(const policy::TextTemplate& pattern);
/// Does a workflow of somebody whom nobody knows match, and no extension says whose it has to be? Where everybody at
/// all matches, the file is refused, and this says no.
bool lets_any_signer_in(const policy::KeylessIdentity& identity);
/// Is it a public workflow that was made to be called by everybody, with no extension that says by whom?
bool is_callable_by_all(const policy::KeylessIdentity& identity);

}  // namespace pullgate::config
