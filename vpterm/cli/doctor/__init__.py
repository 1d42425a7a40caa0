"""`vpterm doctor`: looks at an installation and says in sentences what it found.

facts.py holds what is looked at, probe_*.py look (they touch the world and judge nothing), rules_*.py judge
(they are pure), report.py puts both together.
"""
