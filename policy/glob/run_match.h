#pragma once
/// Matching of sequences in which some elements are runs ("any number of anything"): characters of a path component
/// with `*`, and components of a scope with `**`. One set of algorithms for both levels.

#include <cstddef>
#include <vector>

namespace pullgate::policy::glob {

/// Does `pattern` match `text`? `is_run(p)` says whether a pattern element is a run, `fits(p, t)` whether it stands
/// for one text element. Linear but for the last run, which is retried: O(|pattern| * |text|), no allocation.
template <class Pattern, class Text, class IsRun, class Fits>
bool matches(const Pattern& pattern, const Text& text, IsRun is_run, Fits fits) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t last_run = pattern.size();  // none yet
  std::size_t run_end = 0;
  while (t < text.size()) {
    if (p < pattern.size() && is_run(pattern[p])) {
      last_run = p++;
      run_end = t;
    } else if (p < pattern.size() && fits(pattern[p], text[t])) {
      ++p;
      ++t;
    } else if (last_run != pattern.size()) {
      p = last_run + 1;
      t = ++run_end;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && is_run(pattern[p])) ++p;
  return p == pattern.size();
}

/// A table over all suffixes of two patterns, filled from their ends: `step(i, j, at)` computes one cell out of cells
/// with greater indices.
template <class Step>
bool over_suffixes(std::size_t a_size, std::size_t b_size, Step step) {
  std::vector<std::vector<char>> table(a_size + 1, std::vector<char>(b_size + 1, 0));
  auto at = [&](std::size_t i, std::size_t j) { return table[i][j] != 0; };
  for (std::size_t i = a_size + 1; i-- > 0;) {
    for (std::size_t j = b_size + 1; j-- > 0;) table[i][j] = step(i, j, at) ? 1 : 0;
  }
  return at(0, 0);
}

/// Is there a text that both patterns match? `meet(x, y)`: can two elements that are no runs stand for the same?
template <class A, class B, class IsRun, class Meet>
bool overlaps(const A& a, const B& b, IsRun is_run, Meet meet) {
  return over_suffixes(a.size(), b.size(), [&](std::size_t i, std::size_t j, auto at) {
    if (i < a.size() && is_run(a[i])) return at(i + 1, j) || (j < b.size() && at(i, j + 1));
    if (j < b.size() && is_run(b[j])) return at(i, j + 1) || (i < a.size() && at(i + 1, j));
    if (i == a.size() || j == b.size()) return i == a.size() && j == b.size();
    return meet(a[i], b[j]) && at(i + 1, j + 1);
  });
}

/// Does `a` match every text that `b` matches? A run of `b` may only be swallowed by a run of `a`, so that "yes" is
/// always right.
template <class A, class B, class IsRun, class Contains>
bool covers(const A& a, const B& b, IsRun is_run, Contains contains) {
  return over_suffixes(a.size(), b.size(), [&](std::size_t i, std::size_t j, auto at) {
    if (i == a.size()) return j == b.size();
    if (is_run(a[i])) return at(i + 1, j) || (j < b.size() && at(i, j + 1));
    return j < b.size() && !is_run(b[j]) && contains(a[i], b[j]) && at(i + 1, j + 1);
  });
}

}  // namespace pullgate::policy::glob
