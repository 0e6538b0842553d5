"""What pullgate costs: `load` measures the running program beside others; the C++ beside it measures its parts."""
