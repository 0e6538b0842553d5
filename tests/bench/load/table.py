"""The results as text, for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Iterator

from . import goals
from .cells import Cell
from .figures import Figure
from .plots import number
from .results import Results


def text(results: Results) -> str:
    lines = [*_head(results)]
    for cell in results.cells:
        lines += ["", cell.title, *_cell(results, cell)]
    if results.cold:
        lines += ["", *_cold(results)]
    if results.memory:
        lines += ["", "Memory before the rounds", *_memory(results)]
    lines += [
        "",
        "Goals",
        *(f"  {outcome.verdict:<12} {outcome.text}: {outcome.found}" for outcome in results.outcomes),
    ]
    if results.problems:
        lines += ["", "Rounds that do not count", *(f"  {problem}" for problem in results.problems)]
    return "\n".join(lines)


def _head(results: Results) -> Iterator[str]:
    facts = results.facts
    yield f"{facts.taken}; {facts.system}, Linux {facts.kernel}; {facts.processor}, {facts.cores} cores, {facts.memory_gib} GiB"
    yield f"medians of {results.rounds} rounds of {results.seconds} s; +- is half the way from the least round to the greatest"
    if results.disturbance:
        yield results.disturbance
    yield from results.left_out


def _cell(results: Results, cell: Cell) -> Iterator[str]:
    table = results.table
    is_blob = cell.measure == "blob"
    rate, cpu = ("gib_s", "cpu_s_gib") if is_blob else ("rate", "cpu_us")
    units = ("GiB/s", "CPU s/GiB") if is_blob else ("req/s", "CPU us")
    yield (
        f"  {'':<30} {units[0]:>9} {'+-':>5} {units[1]:>9} {'p50 us':>8} {'p99 us':>8} {'origin us':>9}"
        f" | {'x nginx':>7} {'CPU x':>6} | {'x HAProxy':>9} {'CPU x':>6}"
    )
    for name, title in results.servers.items():
        if (name, cell.name) not in table:
            continue
        found = [
            goals.figure(table, name, cell.name, quantity) for quantity in (rate, cpu, "p50_us", "p99_us", "origin_us")
        ]
        ratios = [
            goals.ratio_to(table, name, rival, cell.name, quantity)
            for rival in ("nginx-cache", "haproxy-cache")
            for quantity in (rate, cpu)
        ]
        shown = [number(figure.median) if figure else "-" for figure in found]
        times = [f"{figure.median:.2f}" if figure else "-" for figure in ratios]
        mark = "*" if any(each.is_limited_by_generator for each in table[name, cell.name].values()) else ""
        yield (
            f"  {title:<30} {shown[0]:>9} {_half_spread(found[0]):>5} {shown[1]:>9} {shown[2]:>8} {shown[3]:>8} {shown[4]:>9}"
            f" | {times[0]:>7} {times[1]:>6} | {times[2]:>9} {times[3]:>6} {mark}"
        )
    if any(
        each.is_limited_by_generator for each in results.measurements if each.cell == cell.name and not each.problem
    ):
        yield "  * the load generator had nothing left in some round: compare the processor time"


def _cold(results: Results) -> Iterator[str]:
    images = sum(each.images for each in results.cold_of("origin"))
    yield f"Cold pulls of {images} images, one after the other, none seen before (milliseconds, medians)"
    yield f"  {'':<30} {'manifest':>9} {'slowest':>9} {'image':>9}"
    for name, title in (("origin", "the origin itself"), *results.servers.items()):
        rounds = results.cold_of(name)
        figures = [
            Figure.of(getattr(each, quantity) for each in rounds)
            for quantity in ("manifest_ms", "slowest_manifest_ms", "image_ms")
        ]
        if rounds:
            yield f"  {title:<30} " + " ".join(
                f"{figure.median:>9.2f}" if figure else f"{'-':>9}" for figure in figures
            )


def _memory(results: Results) -> Iterator[str]:
    yield f"  {'':<30} {'idle MiB':>9} {'connection KiB':>15}"
    for name, held in results.memory.items():
        yield f"  {results.servers.get(name, name):<30} {held.idle_mib:>9.1f} {held.connection_kib:>15.1f}"


def _half_spread(figure: Figure | None) -> str:
    return f"{figure.spread * 50:.0f}%" if figure else "-"
