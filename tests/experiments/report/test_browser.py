"""The report in headless Chromium, from a file: what a reader sees and does.

Needs chromium and chromedriver on the path (Debian: apt-get install chromium-driver).
"""

import shutil
from contextlib import contextmanager

import pytest

PROGRAMS = ("chromium", "chromedriver")


@contextmanager
def chromium(width=1280, height=900, *, dark=False, script=True):
    """A browser window of that size; skips, naming what is missing, where there is none."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not run: missing {' and '.join(missing)}")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        if not script:
            driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="module")
def browser():
    """One window for the tests of this file; each of them loads the page anew."""
    with chromium() as driver:
        yield driver


@pytest.fixture
def page(browser, zoo):
    """The page in that window, and afterwards no complaint on the console."""
    browser.get("about:blank")  # else the address of a claim in the same page loads nothing
    browser.get(f"file://{zoo.out}/index.html")
    yield browser
    assert browser.get_log("browser") == []


def shown(driver):
    """Ids of the claims that are displayed."""
    return set(
        driver.execute_script(
            "return [...document.querySelectorAll('article.claim')]"
            ".filter(c => c.getClientRects().length).map(c => c.id)"
        )
    )


def choose(driver, name, value):
    """Set a filter as a reader does."""
    from selenium.webdriver.support.ui import Select

    Select(driver.find_element("id", f"by-{name}")).select_by_value(value)


def test_the_first_line_is_on_the_first_screen(page, zoo):
    first = page.find_element("tag name", "h1")
    assert " ".join(first.text.split()) == zoo.data["summary"]["sentence"]
    assert first.rect["y"] + first.rect["height"] < 450


def test_searching_leaves_the_claims_that_hold_every_word(page, zoo):
    query = page.find_element("id", "query")
    everything = {one["id"] for one in zoo.data["claims"]}
    assert shown(page) == everything
    query.send_keys("ABOUT  zoo.m")
    assert shown(page) == {"zoo.MISPRINT"}
    assert page.find_element("id", "count").text == f"1 of {len(everything)} claims shown"
    assert not page.find_element("id", "wing-interp").is_displayed()
    query.send_keys(" nonsense")
    assert shown(page) == set()
    assert page.find_element("id", "nothing").is_displayed()
    page.find_element("id", "reset").click()
    assert shown(page) == everything
    assert query.get_attribute("value") == ""
    assert not page.find_element("id", "nothing").is_displayed()


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("wing", "zoo", "wing"),
        ("level", "symbolic", "level"),
        ("level", "none", "level"),
        ("group", "refuted", "group"),
        ("group", "stale", "group"),
        ("kind", "erratum", "kind"),
    ],
)
def test_each_filter_leaves_what_it_says(page, zoo, name, value, key):
    choose(page, name, value)
    expected = {one["id"] for one in zoo.data["claims"] if one[key] == value}
    assert shown(page) == expected != set()
    assert page.find_element("id", "count").text.startswith(f"{len(expected)} of ")


def test_filters_and_search_are_joined_by_and(page):
    choose(page, "wing", "zoo")
    choose(page, "group", "established")
    page.find_element("id", "query").send_keys("searched zoo")
    assert shown(page) == set()
    page.find_element("id", "query").clear()
    page.find_element("id", "query").send_keys("zoo.prop")
    assert shown(page) == {"zoo.PROP"}


def test_a_link_leads_to_a_claim_that_a_filter_hides(page):
    choose(page, "wing", "interp")
    page.execute_script("location.hash = '#zoo.SUM'")
    assert "zoo.SUM" in shown(page)
    top = page.execute_script(
        "return document.getElementById('zoo.SUM').getBoundingClientRect().top"
    )
    bar = page.find_element("id", "tools").rect["height"]
    assert bar <= top < 400


def test_open_all_opens_and_closes_the_evidence(page):
    button = page.find_element("id", "unfold")
    count = "return document.querySelectorAll('details.evidence[open]').length"
    assert page.execute_script(count) == 0
    button.click()
    assert page.execute_script(count) == len(shown(page))
    button.click()
    assert page.execute_script(count) == 0


def test_the_theme_can_be_switched_and_is_remembered(page):
    ground = "return getComputedStyle(document.body).backgroundColor"
    light = page.execute_script(ground)
    page.find_element("id", "theme").click()
    dark = page.execute_script(ground)
    assert dark != light
    page.refresh()
    assert page.execute_script(ground) == dark
    page.find_element("id", "theme").click()
    assert page.execute_script(ground) == light


def test_the_graph_shows_what_a_claim_rests_on_and_leads_to_it(page):
    box = page.find_element("css selector", "svg.wide [data-box='zoo.RESTS']")
    page.execute_script("arguments[0].focus()", box)
    lit = page.execute_script(
        "return [...document.querySelectorAll('svg.wide .box.on')].map(b => b.dataset.box).sort()"
    )
    assert lit == ["zoo.RESTS", "zoo.SUM", "zoo.SYM", "zoo.WRONG"]
    page.execute_script("arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", box)
    assert page.execute_script("return location.hash") == "#zoo.RESTS"


def test_no_script_of_a_claim_is_run(page):
    assert page.title.startswith("touchstone: ")
    assert "document.title=" in page.find_element("id", "zoo.HTML").text
    assert (
        page.execute_script(
            "return document.querySelectorAll('article img, article script').length"
        )
        == 0
    )


def test_nothing_is_fetched_but_the_page(page):
    names = page.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [name for name in names if not name.startswith("file:")] == []


def test_a_phone_shows_everything_without_scrolling_sideways(zoo):
    with chromium(360, 740) as driver:
        driver.get(f"file://{zoo.out}/index.html")
        wide = "return document.documentElement.scrollWidth"
        assert driver.execute_script(wide) == 360
        driver.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
        assert driver.execute_script(wide) == 360
        # Nothing sticks out that would have to be scrolled by itself either.
        out = driver.execute_script(
            "return [...document.querySelectorAll('main *, .first *')].filter(e =>"
            " e.getBoundingClientRect().right > 361).map(e => e.tagName + e.textContent.slice(0, 40))"
        )
        assert out == []
        assert driver.find_element("css selector", "svg.narrow").is_displayed()
        assert not driver.find_element("css selector", "svg.wide").is_displayed()
        assert driver.get_log("browser") == []


def test_the_dark_scheme_of_the_reader_is_followed(zoo):
    with chromium(dark=True) as driver:
        driver.get(f"file://{zoo.out}/index.html")
        ground = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
        red, green, blue = (int(part) for part in ground[4:-1].split(","))
        assert red + green + blue < 120
        assert driver.find_element("id", "theme").text == "Light"


def test_without_a_script_everything_is_there(zoo):
    with chromium(script=False) as driver:
        driver.get(f"file://{zoo.out}/index.html")
        assert not driver.find_element("id", "tools").is_displayed()
        assert not driver.find_element("id", "theme").is_displayed()
        for name in zoo.claims:
            assert driver.find_element("id", name).is_displayed()
        article = driver.find_element("id", "zoo.SUM")
        assert "8 is not 4" not in article.text
        article.find_element("css selector", "details.evidence > summary").click()
        assert "8 is not 4" in article.text
