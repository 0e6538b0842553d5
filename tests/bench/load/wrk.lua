-- One line of JSON at the end, and what every request says. Without a function `request` wrk sends the same bytes again.
wrk.headers["Accept"] = os.getenv("BENCH_ACCEPT")

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'BURST {"requests": %.0f, "seconds": %.6f, "bytes": %.0f, "p50_us": %.0f, "p99_us": %.0f, "refused": %.0f, "broken": %.0f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
