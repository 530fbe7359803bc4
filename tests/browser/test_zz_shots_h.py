from tests.browser.test_the_day_without_network import Machine, prepared, press
from tests.browser.conftest import *  # noqa
import pytest
def test_shots(tmp_path, page_at):
    m = Machine(tmp_path); m.start()
    try:
        held = m.a_day(hours_ago=11)
        page = page_at(360)
        prepared(m, page)
        press(page, held["one"], "present"); press(page, held["two"], "late")
        page.wait_for_timeout(1500)
        page.screenshot(path="/tmp/h_day.png", full_page=True)
        page.goto(f"{m.url}/sessions/{held['session']}/attendance"); page.screenshot(path="/tmp/h_reg.png", full_page=True)
        page.get_by_role("button", name="Terminer la séance").click()
        page.set_viewport_size({"width": 800, "height": 1000})
        page.goto(f"{m.url}/sessions/{held['session']}/attendance/sheet"); page.screenshot(path="/tmp/h_sheet.png")
        page.goto(f"{m.url}/sessions/{held['session']}/attendance/certificates/{held['one']}"); page.screenshot(path="/tmp/h_cert.png")
    finally:
        m.stop(); m.database.dispose()
