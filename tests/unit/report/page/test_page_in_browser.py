"""The page in a real browser: it sorts, filters, and says nothing on the console."""

import json
import re
import shutil
import subprocess

import pytest
from tests.unit.report.answers import EVIL, make

from warmstart.report.page.page import page_of

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium")

ACT = """
<script>
const errors = [];
addEventListener("error", (event) => errors.push(String(event.message)));
addEventListener("securitypolicyviolation", (event) => errors.push(event.violatedDirective));
</script>
"""
TELL = """
<script>
{
const told = {};
const table = document.querySelector("table.suggestions");
const order = () => [...table.tBodies[0].rows].map((row) => row.cells[0].textContent);
const heads = [...table.tHead.rows[0].cells];
const press = (name) => {
  const head = heads.find((one) => one.textContent.startsWith(name));
  const button = head.querySelector("button");
  button.focus();
  told.focused = document.activeElement === button;
  button.click();
  return [order(), head.getAttribute("aria-sort")];
};
told.expected = press("expected");
told.again = press("expected");
told.seconds = press("seconds");
told.sorted = heads.filter((one) => one.hasAttribute("aria-sort")).length;
const filter = document.getElementById("filter");
filter.value = "depth=1";
filter.dispatchEvent(new Event("input"));
told.shown = [...table.tBodies[0].rows].filter((row) => !row.hidden).length;
told.count = document.getElementById("count").textContent;
told.images = document.images.length;
told.requests = performance.getEntriesByType("resource").length;
told.errors = errors;
const answer = document.createElement("pre");
answer.id = "told";
answer.textContent = JSON.stringify(told);
document.body.append(answer);
}
</script>
"""


@pytest.mark.parametrize("word", ["", EVIL])
def test_sorts_filters_and_runs_nothing_of_the_data(tmp_path, word):
    page = page_of(make(word))
    path = tmp_path / "page.html"
    path.write_text(page.replace("<body>", f"<body>{ACT}").replace("</body>", f"{TELL}</body>"))
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    told = json.loads(re.search(r'<pre id="told">(.*?)</pre>', done.stdout, re.DOTALL)[1])
    assert told["expected"] == [["1", "2", "3"], "descending"]
    assert told["again"] == [["3", "2", "1"], "ascending"]
    # Of the third no seconds are known: it comes last.
    assert told["seconds"] == [["2", "1", "3"], "ascending"]
    assert told["sorted"] == 1
    assert told["focused"]
    assert (told["shown"], told["count"]) == (1, "1 of 3")
    assert (told["images"], told["requests"], told["errors"]) == (0, 0, [])
