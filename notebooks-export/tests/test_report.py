"""Pages in headless Chromium: they render, say nothing on the console, fetch nothing, and work from the keyboard."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simulate_export.report import __main__ as report
from simulate_export.report import units
from simulate_export.report.page import Page, script_json, table

SCENARIO = "Scenarios/pd-separation.json"
SMALL = ["--set", "workloads.chat.traffic.max_requests=120"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def folder(simulate, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    simulate("run", SCENARIO, *SMALL, "-o", folder / "result.json", "--requests", folder / "requests.jsonl",
             "--timeline", folder / "run.pftrace", "--timeline-level", "operator", "--timeline-window", "5s:15s")
    simulate("sweep", "run", SCENARIO, *SMALL, "--set", "workloads.chat.kv.dtype=bf16,int8",
             "--set", "workloads.chat.router.prefill=round-robin,least-loaded,prefix-aware",
             "--set", "workloads.chat.traffic.speed=0.5,1,2", "-o", folder / "sweep.jsonl")
    assert report.main([str(folder / "result.json"), "--requests", str(folder / "requests.jsonl"), "--timeline",
                        str(folder / "run.pftrace"), "-o", str(folder / "result.html")]) == 0
    assert report.main([str(folder / "sweep.jsonl"), "-o", str(folder / "sweep.html")]) == 0
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium: scripts/install-dependencies --python")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=["result", "sweep"], scope="module")
def opened(request, browser, folder: Path) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.said = []
    page.on("console", lambda message: page.said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda sent: page.said.append(sent.url) if not sent.url.startswith(("file:", "data:")) else None)
    page.kind = request.param
    page.goto((folder / f"{request.param}.html").as_uri())
    page.wait_for_selector("html[data-ready=yes]", timeout=20_000)
    yield page
    page.close()


def test_every_chart_is_drawn_and_nothing_is_said_or_fetched(opened) -> None:
    charts = opened.locator(".chart")
    assert charts.count() >= {"result": 12, "sweep": 3}[opened.kind]
    assert opened.locator(".chart .main-svg").count() >= charts.count()
    for index in range(charts.count()):
        marks = charts.nth(index).locator("path.point, .points path, .lines path, .bars path, path.box").count()
        assert marks > 0, charts.nth(index).get_attribute("id")
    assert opened.said == []


def test_it_reads_in_order_and_names_what_it_shows(opened) -> None:
    assert opened.locator("html").get_attribute("lang") == "en"
    assert opened.title() and opened.locator("h1").count() == 1
    levels = opened.eval_on_selector_all("h1, h2, h3", "all => all.map(one => Number(one.tagName[1]))")
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    names = opened.eval_on_selector_all(
        "[role=img]", "all => all.map(one => document.getElementById(one.getAttribute('aria-labelledby')).textContent)")
    assert all(len(name) > 10 for name in names)
    assert opened.eval_on_selector_all("table", "all => all.every(one => one.caption && one.tHead)")
    identifiers = opened.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
    assert len(identifiers) == len(set(identifiers))


def test_text_has_contrast(opened) -> None:
    """4.5 to 1 at least, as WCAG 2 asks of normal text."""
    pairs = opened.evaluate("""() => [...document.querySelectorAll('p, li, a, th, td, summary, h1, h2, figcaption, .mark')]
        .filter(one => one.offsetParent).map(one => {
            let back = one;
            while (back && getComputedStyle(back).backgroundColor === 'rgba(0, 0, 0, 0)') back = back.parentElement;
            return [getComputedStyle(one).color, back ? getComputedStyle(back).backgroundColor : 'rgb(255, 255, 255)'];
        }).map(JSON.stringify).filter((one, index, all) => all.indexOf(one) === index).map(JSON.parse)""")
    assert pairs

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for ink, paper in pairs:
        light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, paper)


def test_the_keyboard_is_enough(opened) -> None:
    """Skip link, section links, opening of numbers and sorting of tables by Tab, Enter and Space alone."""
    focused = "document.activeElement"
    opened.reload()
    opened.wait_for_selector("html[data-ready=yes]", timeout=20_000)
    opened.keyboard.press("Tab")
    assert opened.evaluate(f"{focused}.textContent") == "Skip to the content"
    assert opened.evaluate(f"{focused}.getBoundingClientRect().left") >= 0
    opened.keyboard.press("Enter")
    assert opened.evaluate(f"{focused}.id") == "content"
    seen, opened_details, sorted_tables = set(), 0, 0
    for _ in range(400):
        opened.keyboard.press("Tab")
        kind = opened.evaluate(f"{focused}.tagName")
        if kind == "BODY":
            break
        seen.add(kind)
        assert opened.evaluate(f"getComputedStyle({focused}).outlineStyle") != "none"
        if kind == "SUMMARY" and opened_details < 4:
            opened.keyboard.press("Enter")
            opened_details += opened.evaluate(f"{focused}.parentElement.open")
        if kind == "BUTTON" and sorted_tables < 3:
            opened.keyboard.press("Space")
            assert opened.evaluate(f"{focused}.closest('th').getAttribute('aria-sort')") == "ascending"
            keys = opened.evaluate(f"""(() => {{ const head = {focused}.closest('th');
                const column = [...head.parentNode.children].indexOf(head);
                return [...head.closest('table').tBodies[0].rows].map(row => row.children[column].dataset.key) }})()""")
            present = [key for key in keys if key]
            try:
                assert present == sorted(present, key=float)
            except ValueError:
                assert [key.lower() for key in present] == sorted(key.lower() for key in present)
            sorted_tables += 1
    else:
        pytest.fail("Tab never leaves the page")
    assert opened_details > 0 and sorted_tables > 0


@pytest.mark.parametrize("width", [400, 800])
def test_a_small_window_scrolls_no_text_sideways(opened, width) -> None:
    opened.set_viewport_size({"width": width, "height": 800})
    fits = (f"document.documentElement.scrollWidth <= {width} && "
            f"[...document.querySelectorAll('.main-svg')].every(one => one.clientWidth <= {width})")
    for _ in range(100):
        if opened.evaluate(fits):
            return
        opened.wait_for_timeout(100)
    pytest.fail("the page or a chart is wider than the window")


def test_the_numbers_on_the_page_are_those_of_the_result(folder: Path) -> None:
    text = (folder / "result.html").read_text()
    document = json.loads((folder / "result.json").read_text())
    for variant, run in document["variants"].items():
        metrics = run["workloads"]["chat"]["metrics"]
        assert units.seconds(metrics["ttft_s"]["p99"]) in text, variant
        for reason in document["comparison"]["variants"][variant]["why"]:
            assert reason in text
    assert "http-equiv=\"Content-Security-Policy\"" in text
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=\"(?!data:)", text)


def test_a_result_alone_is_enough(folder: Path, tmp_path: Path) -> None:
    assert report.main([str(folder / "result.json"), "-o", str(tmp_path / "page.html")]) == 0
    assert 'id="chart-3"' in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize(("arguments", "message"), [
    (["nothing.json"], "nothing.json"),
    (["requests.jsonl"], "not one JSON document"),
    (["result.json", "--pareto", "max a"], "belongs to a sweep"),
    (["sweep.jsonl", "--pareto", "max nonsense"], "expected max or min and a figure"),
    (["sweep.jsonl", "--requests", "requests.jsonl"], "belong to a result"),
])
def test_mistakes_are_explained_and_leave_no_page(folder, tmp_path, monkeypatch, capsys, arguments, message) -> None:
    monkeypatch.chdir(folder)
    assert report.main([*arguments, "-o", str(tmp_path / "page.html")]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_texts_cannot_break_the_page() -> None:
    evil = "</script><img src=x onerror=alert(1)>&"
    page = Page(evil, evil)
    page.section("Part", "").add(table(pd.DataFrame({evil: [evil]}), caption=evil))
    page.chart(evil, evil, [{"name": evil}], {})
    html = page.html("")
    assert "<img" not in html and html.count("</script>") == 2
    assert json.loads(script_json({"a": [evil, float("nan"), float("inf")]})) == {"a": [evil, None, None]}


@pytest.mark.parametrize(("value", "text"), [
    (0, "0 s"), (0.0104, "10.4 ms"), (1.949, "1.95 s"), (3569.4, "3,569 s"), (7200, "2.00 h"), (3e-9, "3.00 ns"),
])
def test_times_are_written_as_people_read_them(value, text) -> None:
    assert units.seconds(value) == text


def test_names_say_how_a_figure_is_written() -> None:
    assert units.by_name("ttft_s.p99", 0.5) == "500 ms"
    assert units.by_name("goodput_requests_per_s", 2.32) == "2.32"
    assert units.by_name("pools.prefill.utilisation", 0.693) == "69.3 %"
    assert units.by_name("kv_bytes", 42465230848) == "42.5 GB"
    assert units.by_name("preemptions", 12031) == "12,031"
    assert units.by_name("tpot_s.mean", None) == "–"
    assert units.title("output_tokens_per_s_per_device") == "output tokens/s/card"
    assert units.title("ttft_s.p99") == "TTFT p99"


def test_an_error_table_becomes_a_chart_and_a_table(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "errors.txt").write_text(
        "h100: 12 kernels\n\npredicted  measured   MAPE  roofline MAPE\n"
        "---------  --------  -----  -------------\ngemm bf16   nothing  9.5 %         31.0 %\n"
        "gemm bf16        16  8.5 %         31.0 %\n")
    output = tmp_path / "page.html"
    assert report.main([str(folder / "result.json"), "--errors", str(tmp_path / "errors.txt"), "-o", str(output)]) == 0
    charts = json.loads(re.search(r"const CHARTS = (\[.*\]);\n", output.read_text())[1])
    errors = charts[-1]["data"]
    assert [item["name"] for item in errors] == ["MAPE", "roofline MAPE"]
    assert errors[0]["y"] == ["gemm bf16, measured: nothing", "gemm bf16, measured: 16"]
    assert errors[0]["x"] == pytest.approx([9.5, 8.5])
    assert "9.5 %" in output.read_text()
    (tmp_path / "errors.txt").write_text("nothing here")
    assert report.main([str(folder / "result.json"), "--errors", str(tmp_path / "errors.txt"), "-o", str(output)]) == 2


def test_other_kinds_of_workloads_have_their_sections(tmp_path: Path) -> None:
    """Figures of jobs and of reinforcement learning, under the names that scripts rely on."""
    spread = {"mean": 2.0, "p50": 1.0, "p90": 3.0, "p95": 4.0, "p99": 5.0, "max": 6.0, "count": 9}
    jobs = {"metrics": {"jobs_completed": 9, "jct_s": spread, "utilisation": 0.5, "makespan_s": 100.0,
                        "tenants": {"a": {"jct_s": spread, "jobs_completed": 4}, "b": {"jobs_completed": 5}}}}
    learning = {"metrics": {"steps": 3, "step_time_s": spread, "mfu": 0.3, "bubble_ratio": 0.2,
                            "phases": {"rollout_s": 1.5, "training_s": 0.5}, "feasible": True}}
    for name, workload in (("jobs", jobs), ("rl", learning)):
        document = {"schema": "simulate-result/1", "engine_version": "1", "variants": {"base": {"workloads": {
            name: workload}}}, "scenario": {"hash": "0", "document": {"name": name}}}
        (tmp_path / "result.json").write_text(json.dumps(document))
        assert report.main([str(tmp_path / "result.json"), "-o", str(tmp_path / f"{name}.html")]) == 0
    text = (tmp_path / "jobs.html").read_text()
    assert 'id="tenants"' in text and "job completion time" in text and "50.0 %" in text
    assert 'id="where-a-step-spends-its-time"' in (tmp_path / "rl.html").read_text()
