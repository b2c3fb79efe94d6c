"""What the README says about adding a claim is done here, to the letter."""

import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_the_declaration_of_the_readme_runs_green_with_its_falsifier_killed(wings):
    text = README.read_text(encoding="utf-8")
    snippet = re.search(r"<!-- add-a-claim -->\s*```python\n(.*?)```", text, re.DOTALL)
    assert snippet is not None
    assert len(snippet[1].strip().split("\n")) <= 30
    wing = re.search(r'id="(\w+)\.', snippet[1])
    assert wing is not None
    wings.write(snippet[1], at=f"{wing[1]}/added.py", head="")
    result = wings.run()
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["claims: checks: 1 established; 1 of 1 falsifiers killed"])
    assert wings.report()["kill_matrix"] == {"powerless": [], "survivors": [], "not_run": []}
