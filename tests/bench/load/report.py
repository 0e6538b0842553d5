"""The report page: one file that fetches nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from . import goals
from .cells import Cell
from .figures import Figure
from .plots import Row, bars, number
from .results import Results

_STYLE = """
:root { --ink: #1c2430; --soft: #5b6675; --line: #d9dfe7; --paper: #ffffff; --card: #f6f8fb; --own: #0b6e4f;
        --other: #9db0c8; --range: #394656; --met: #0b6e4f; --missed: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --soft: #9aa7b8; --line: #303a48; --paper: #12171e; --card: #1a212b; --own: #3ecf9a;
          --other: #52647c; --range: #c7d0dc; --met: #3ecf9a; --missed: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 76rem; color: var(--ink); background: var(--paper);
       font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 .25rem; font-size: 1.7rem; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.2rem; }
h3 { margin: 0 0 .5rem; font-size: .9rem; font-weight: 600; }
p { max-width: 48rem; }
.soft { color: var(--soft); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: 1rem; }
.card { padding: .9rem 1rem .6rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
svg .name { text-anchor: end; }
svg .value { font-variant-numeric: tabular-nums; }
svg .own { fill: var(--own); } svg .other { fill: var(--other); }
svg .range { stroke: var(--range); stroke-width: 1.2; fill: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; white-space: nowrap; }
th { font-weight: 600; color: var(--soft); }
.words th, .words td { text-align: left; white-space: normal; }
td:first-child, th:first-child { text-align: left; }
tr.own td { font-weight: 600; }
tr.cell td { padding-top: 1rem; font-weight: 600; border-bottom-color: var(--soft); }
.met { color: var(--met); font-weight: 600; } .missed { color: var(--missed); font-weight: 600; }
.words td.verdict { white-space: nowrap; }
pre { overflow-x: auto; padding: .8rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card);
      font-size: .8rem; }
summary { cursor: pointer; }
"""

# They ask the origin for every manifest: beside them nobody else's bar could be seen. The table has them.
_OFF_THE_SCALE = ("nginx-pass", "registry")

_METHOD = (
    "Each server has one worker and a core of its own; the load generator and the origin, a docker-registry, "
    "share another. All connections are kept open. Nobody writes an access log; pullgate writes its decision log "
    "to a file, one line for each manifest that was asked for, as it does when nothing else is said, and once "
    "more to /dev/null for comparison.",
    "Every server has to answer with the very same bytes, by digest, before the first burst, before "
    "every other, which also makes that a cache is warm, and after the last. A burst with any answer but 200, with "
    "one that is too short, or with a broken connection does not count.",
    "Manifests are asked for by wrk. HEAD and blobs are asked for by a generator of our own, because wrk waits "
    "for a body after HEAD and reads blobs in small pieces; it drops bodies in the kernel. It is slower than wrk: "
    "compare HEAD by processor time. Both send the next request of a connection when the last is answered, so "
    "that latencies are those of a server at its limit. wrk adds the requests that a stall has kept from being "
    "sent.",
    "Processor time is user and system time of the server and its children, from /proc. Ratios are taken within a "
    "round, and their median counts. HAProxy keeps no object that is larger than its limit, and forwards it. The "
    "caches do not ask for a tag again within an hour; what a server makes the origin do is in the column for it.",
)


def page(results: Results) -> str:
    sections = [
        *_head(results),
        *_goals(results),
        *_plots(results),
        *_cold(results),
        *_numbers(results),
        *_method(results),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>pullgate under load</title>'
        f"<style>{_STYLE}</style></head><body>\n" + "\n".join(sections) + "\n</body></html>\n"
    )


def _head(results: Results) -> Iterator[str]:
    facts = results.facts
    yield "<h1>pullgate under load</h1>"
    yield (
        f'<p class="soft">{escape(facts.taken)}. {escape(facts.system)}, Linux {escape(facts.kernel)}, {escape(facts.processor)}, '
        f"{facts.cores} cores, {facts.memory_gib} GiB. Medians of {results.rounds} rounds of {results.seconds} s, in which every "
        "server has its turn; the thin line of a bar reaches from the least round to the greatest.</p>"
    )
    if results.disturbance:
        yield f'<p class="soft">{escape(results.disturbance)}</p>'
    yield from (f"<p>{escape(line)}</p>" for line in results.left_out)
    if results.problems:
        yield '<h2 class="missed">Rounds that do not count</h2><ul>'
        yield from (f"<li>{escape(problem)}</li>" for problem in results.problems)
        yield "</ul>"


def _goals(results: Results) -> Iterator[str]:
    yield '<h2>Goals</h2><div class="scroll"><table class="words"><tr><th>Goal</th><th></th><th>Found</th></tr>'
    for outcome in results.outcomes:
        kind = {"met": "met", "not met": "missed"}.get(outcome.verdict, "soft")
        yield (
            f'<tr><td>{escape(outcome.text)}</td><td class="verdict {kind}">{outcome.verdict}</td>'
            f"<td>{escape(outcome.found)}</td></tr>"
        )
    yield "</table></div>"


def _plots(results: Results) -> Iterator[str]:
    manifests = [cell for cell in results.cells if cell.measure != "blob"]
    blobs = [cell for cell in results.cells if cell.measure == "blob"]
    for heading, cells, quantity, hidden in (
        ("Warm manifests: requests per second", manifests, "rate", ()),
        ("Warm manifests: processor time per request, microseconds", manifests, "cpu_us", _OFF_THE_SCALE),
        ("Warm manifests: p99, microseconds", manifests, "p99_us", _OFF_THE_SCALE),
        ("Blobs: GiB per second", blobs, "gib_s", ()),
        ("Blobs: processor seconds per GiB", blobs, "cpu_s_gib", ()),
    ):
        cards = [
            (cell.title, [row for row in _rows(results, cell, quantity) if row.server not in hidden]) for cell in cells
        ]
        if cards:
            yield f"<h2>{escape(heading)}</h2>"
            yield _cards(cards)


def _rows(results: Results, cell: Cell, quantity: str) -> list[Row]:
    table = results.table
    found = ((name, title, goals.figure(table, name, cell.name, quantity)) for name, title in results.servers.items())
    return [Row(name, title, figure) for name, title, figure in found if figure]


def _cards(cards: Iterable[tuple[str, list[Row]]]) -> str:
    shown = (f'<div class="card"><h3>{escape(title)}</h3>{bars(title, rows)}</div>' for title, rows in cards if rows)
    return f'<div class="cards">{"".join(shown)}</div>'


def _cold(results: Results) -> Iterator[str]:
    if not results.cold:
        return
    images = sum(each.images for each in results.cold_of("origin"))
    yield "<h2>Cold pulls, milliseconds</h2>"
    yield (
        f"<p>{images} images that no server has seen, pulled one after the other on one connection: the manifest by tag, the "
        "config, three layers. pullgate gathers and verifies the signature in between.</p>"
    )
    cards = []
    for title, quantity in (
        ("until the manifest is there, p50", "manifest_ms"),
        ("until the image is there, p50", "image_ms"),
    ):
        rows = []
        for name, shown in (("origin", "the origin itself"), *results.servers.items()):
            figure = Figure.of(getattr(each, quantity) for each in results.cold_of(name))
            if figure:
                rows.append(Row(name, shown, figure))
        cards.append((title, rows))
    yield _cards(cards)


def _numbers(results: Results) -> Iterator[str]:
    table = results.table
    yield '<h2>All figures</h2><div class="scroll"><table><tr><th></th><th>req/s</th><th>+-</th><th>CPU us</th><th>p50 us</th>'
    yield "<th>p99 us</th><th>origin us</th><th>GiB/s</th><th>CPU s/GiB</th>"
    yield "<th>x nginx</th><th>CPU x</th><th>x HAProxy</th><th>CPU x</th></tr>"
    for cell in results.cells:
        yield f'<tr class="cell"><td colspan="13">{escape(cell.title)}</td></tr>'
        for name, title in results.servers.items():
            if (name, cell.name) in table:
                yield _number_row(table, cell, name, title)
    yield "</table></div>"
    yield '<h2>Memory before the rounds</h2><div class="scroll"><table>'
    yield "<tr><th></th><th>idle, MiB</th><th>each idle connection, KiB</th></tr>"
    for name, held in results.memory.items():
        yield f"<tr{_own(name)}><td>{escape(results.servers.get(name, name))}</td><td>{held.idle_mib:.1f}</td>"
        yield f"<td>{held.connection_kib:.1f}</td></tr>"
    yield "</table></div>"


def _number_row(table: goals.Table, cell: Cell, name: str, title: str) -> str:
    rate = goals.figure(table, name, cell.name, "rate")
    quantities = [
        "cpu_us",
        "p50_us",
        "p99_us",
        "origin_us",
        *(["gib_s", "cpu_s_gib"] if cell.measure == "blob" else []),
    ]
    figures = [goals.figure(table, name, cell.name, quantity) for quantity in quantities]
    shown = [number(rate.median), f"{rate.spread * 50:.0f}%"] if rate else ["", ""]
    shown += [number(figure.median) if figure else "" for figure in figures]
    shown += [""] * (8 - len(shown))
    for rival in ("nginx-cache", "haproxy-cache"):
        for quantity in ("rate", "cpu_us"):
            found = goals.ratio_to(table, name, rival, cell.name, quantity)
            shown.append(f"{found.median:.2f}" if found else "")
    return f"<tr{_own(name)}><td>{escape(title)}</td>" + "".join(f"<td>{value}</td>" for value in shown) + "</tr>"


def _method(results: Results) -> Iterator[str]:
    yield "<h2>How it was measured</h2>"
    yield from (f"<p>{escape(paragraph)}</p>" for paragraph in _METHOD)
    versions = ", ".join(f"{name} {version}" for name, version in results.facts.versions.items())
    yield f"<p>{escape(versions)}.</p>"
    for name, text in results.configurations.items():
        yield f"<details><summary>{escape(name)}</summary><pre>{escape(text)}</pre></details>"


def _own(name: str) -> str:
    return ' class="own"' if name.startswith(goals.SUBJECT) else ""
