"""The page in a browser without a window: every view opens and does what it says, and the console stays empty."""

import json
import os
import random
import shutil
import subprocess

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

CHROMIUM = os.environ.get("FASTKMEANS_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
if not CHROMIUM:
    pytest.skip("no Chromium on the PATH (Debian: apt-get install chromium): the page is not tried",
                allow_module_level=True)

WIDTHS = (1280, 390)


def rows(classes, documents):
    """Synthetic documents: each class has its own word, one that it shares with the next, and one of many."""
    return [
        (f"class {number}", f"own{number} shared{(number + copy % 2) % classes} common{(number * 7 + copy) % 97}")
        for number in range(classes) for copy in range(documents)
    ]


@pytest.fixture(scope="session")
def tool():
    """The command line's program, which trains models and writes reports."""
    program = os.environ.get("FASTKMEANS_TOOL")
    if not program:
        pytest.skip("FASTKMEANS_TOOL names no program of the command line")
    return program


@pytest.fixture(scope="session")
def trained(tool, tmp_path_factory):
    """A folder with a model of 45 classes."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "rows.tsv").write_text("".join(f"{label}\t{text}\n" for label, text in rows(45, 12)))
    subprocess.run([tool, "train", "--input", "rows.tsv", "--model", "m45.safetensors", "--quiet"], cwd=folder, check=True)
    return folder


def synthetic(classes):
    """What `report` puts into the page, for a model that nobody has to train: three prototypes a class."""
    chance = random.Random(1)
    labels = [f"class {number}" for number in range(classes)]
    prototypes, places = [], []
    for number, label in enumerate(labels):
        x, y = chance.gauss(0, 1), chance.gauss(0, 1)
        for place in range(3):
            mass = 1 + int(chance.expovariate(0.1))
            words = [f"own{number}", f"common{chance.randrange(97)}"]
            prototypes.append({"prototype": 3 * number + place, "class": label, "mass": mass, "share": 1 / 3, "words": words})
            places.append([x + chance.gauss(0, 0.1), y + chance.gauss(0, 0.1), number, mass, []])

    def document(number):
        wanted = number % 20
        label = wanted if number % 5 else (wanted + 1) % 20
        side = {"label": labels[label], "prototype": 3 * label, "position_in_class": 0, "mass": 9, "similarity": 0.5,
                "confidence": 0.6, "score": 1}
        words = [{"word": f"own{label}", "lead": 0.8}, {"word": f"shared{label}", "lead": -0.1}]
        return {"wanted": labels[wanted], "text": f"own{label} shared{label} number{number}", **side, "rejected": False,
                "winner": side, "rival": {**side, "label": labels[wanted - 1]}, "words": words}

    documents = [document(number) for number in range(200)]
    cells = [[labels.index(one["wanted"]), labels.index(one["label"]), 60, 1] for one in documents]
    return {
        "title": "Many classes", "subtitle": "synthetic",
        "models": [{"name": "m", "version": "1", "ready": True, "learns": False, "takes": "text"}],
        "classes": [{"label": label, "mass": 30, "prototypes": 3} for label in labels],
        "map": {"explained_share": 0.2, "classes": labels, "prototypes": places, "borders": [[0, 1, 5.0]]},
        "prototypes": prototypes[:10_000], "pairs": [],
        "judged": {"figures": [["documents", "200"]], "labels": labels, "cells": cells, "documents": documents},
    }


@pytest.fixture(scope="session")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """Opens pages; when the test ends, their consoles must have had no error."""
    errors, pages = [], []

    def open_page(url, width):
        page = browser.new_page(viewport={"width": width, "height": 900})
        pages.append(page)
        page.set_default_timeout(60_000)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        page.wait_for_selector("#classes tr")
        return page

    yield open_page
    for page in pages:
        assert page.inner_text("#error") == "" and page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.close()
    assert errors == []


def shows(page, selector, text):
    page.wait_for_function("([s, t]) => document.querySelector(s)?.textContent.includes(t)", arg=[selector, text])


def look(page):
    """What a server's page and a report have in common: map, classes, threshold, pairs, corrections, two colours."""
    page.focus("#map")
    page.keyboard.press("n")
    page.wait_for_selector("#picked b")
    for key in ("+", "ArrowLeft", "-"):
        page.keyboard.press(key)
    page.fill("#find", "class 7")
    page.locator("#classes button").first.click()
    shows(page, "#class h3", "class 7")
    page.wait_for_selector("#class .words")
    before = page.inner_text("#judgement")
    page.focus("#threshold")
    page.keyboard.press("End")
    shows(page, "#thresholdValue", "1.00")
    assert page.inner_text("#judgement") != before and "$2 >= 1" in page.inner_text("#command")
    assert page.locator("#doubtful tr").count() > 0 and page.locator("#scores tr").count() > 1
    assert page.locator("#results svg").count() == 2
    page.locator("#pairs button").first.click()
    page.wait_for_selector("#faces .case")
    page.locator("#faces .case button").nth(1).click()
    page.locator("#faces .case button").nth(0).click()
    assert page.input_value("#tsv").startswith("class ") and page.input_value("#tsv").count("\n") == 1
    page.locator("#discard").click()
    assert page.is_hidden("#corrections")
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != back
    for view in page.locator("nav a:visible").all():
        view.press("Enter")
        assert page.evaluate("document.querySelector(location.hash).getBoundingClientRect().top") < 900


@pytest.mark.parametrize("width", WIDTHS)
def test_every_view(start, trained, visit, width):
    server = start("--model", trained / "m45.safetensors")
    page = visit(server.url, width)
    page.locator("#text").press_sequentially("own3 shared3")
    shows(page, "#label", "class 3")
    page.wait_for_selector("#lit mark")
    assert "Confidence" in page.inner_text("#detail") and page.locator("#reasons span").count() > 0
    wrong = [("class 8", "own7 shared7 common1"), ("class 7", "own7 shared7 common2"), ("class 7", "own8 shared8")]
    page.fill("#lines", "\n".join("\t".join(row) for row in wrong + rows(9, 12)))
    page.click("#judge")
    shows(page, "#figures", str(len(wrong) + 108))
    look(page)
    assert page.is_hidden("#stream") and page.locator("#class").get_by_role("button", name="Rename").count() == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_report(tool, trained, visit, tmp_path, width):
    wrong = f"class 8\town7 shared7 common1\nclass 9\t</script><b id=hostile>own7 shared7 & \"quotes\"\n"
    (tmp_path / "rows.tsv").write_text(wrong + "".join(f"{label}\t{text}\n" for label, text in rows(20, 10)))
    subprocess.run([tool, "report", "--model", trained / "m45.safetensors", "--input", "rows.tsv", "--output",
                    "report.html", "--documents", "50", "--title", "Tickets <of> today", "--quiet"], cwd=tmp_path, check=True)
    page = visit((tmp_path / "report.html").as_uri(), width)
    shows(page, "#figures", "202")
    assert page.title() == "Tickets <of> today" and page.locator("#hostile").count() == 0
    assert page.locator("#example option").count() == 50 and "wrong: " in page.inner_text("#example")
    page.select_option("#example", index=1)
    shows(page, "#label", "class")
    look(page)
    assert "50 of 202" in page.inner_text("#kept") and page.is_hidden("#paste")


@pytest.mark.parametrize("width", WIDTHS)
def test_24216_classes(server, visit, tmp_path, width):
    head, script = server.get("/").text.split("<script>", 1)
    data = f'<script type="application/json" id="data">{json.dumps(synthetic(24_216))}</script>'
    (tmp_path / "many.html").write_text(head + data + "<script>" + script)
    page = visit((tmp_path / "many.html").as_uri(), width)
    shows(page, "#figures", "200")
    shows(page, "#classCount", "24216 of 24216")
    page.select_option("#example", index=1)
    look(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_learning(start, trained, visit, tmp_path, width):
    shutil.copy(trained / "m45.safetensors", tmp_path / "m.safetensors")
    server = start("--model", "m.safetensors", "--learn")
    page = visit(server.url, width)
    shows(page, "#events", "Nothing was learned")
    server.post("/v1/models/m/learn", {"texts": ["printer toner", "toner paper", "own3"], "labels": ["printing"] * 2 + ["class 3"]})
    shows(page, "#events", "new printing")
    assert page.locator("#stream svg").count() == 2
    # A part of a class becomes a class.
    parts = server.get("/v1/models/m/prototypes?class=class 3").json()["prototypes"]
    page.reload()
    page.wait_for_selector("#classes tr")
    page.fill("#find", "class 3")
    page.locator("#classes button", has_text="class 3").last.click()
    shows(page, "#class h3", "class 3")
    if len(parts) > 1:
        page.fill("#class input", "a part")
        page.locator("#class").get_by_role("button", name="Split off").first.click()
        page.fill("#find", "a part")
        shows(page, "#classes", "a part")
    page.fill("#find", "printing")
    page.locator("#classes button").first.click()
    shows(page, "#class h3", "printing")
    page.fill("#class input", "printers")
    page.locator("#class").get_by_role("button", name="Rename").click()
    page.fill("#find", "printers")
    shows(page, "#classes", "printers")
    # A correction is learned.
    page.fill("#lines", "class 8\town7 shared7 common1")
    page.click("#judge")
    page.locator("#pairs button").first.click()
    page.locator("#faces .case button").nth(1).click()
    page.click("#learn")
    page.wait_for_selector("#corrections", state="hidden")
    assert "fastkmeans_documents_total 4\n" in server.get("/metrics").text
