"""The study of the campaign: few words, no pictures, a reward, two reminders, decent hours."""

from pathlib import Path

QUESTIONS = 4
TIMES = 12

STUDY = f"""\
study: town
sender_name: Team Stad
languages: [nl]
channels: [sms]
waves:
  first: {{flow: ask, after_intake: 0 days}}
  again: {{flow: ask, every: 14 days, from: first, times: {TIMES}}}
reminders: [{{after: 1 day}}, {{after: 3 days}}]
close: 7 days
hours: {{days: mon-sat, from: "10:00", to: "19:00", not_on: ["2020-01-01"]}}
not_understood: {{tries: 2, then: skip}}
reward: {{when: completed, amount: 2 EUR, pay_out_every: 1000 EUR, as: voucher}}
"""

ASK = """\
flow: ask
title: Vragen
language: nl
invite:
  say: "Hoi {first_name}! Hier is {sender_name}. Doe je mee?"
  choices: {start: "Ja", later: "Nu niet"}
steps:
""" + "".join(
    f"""\
  q{number}:
    ask: "Vraag {number}: hoe gaat het met je?"
    choices: {{1: "Slecht", 2: "Gaat wel", 3: "Goed", 4: "Heel goed"}}
"""
    for number in range(1, QUESTIONS + 1)
) + """\
  thanks:
    say: "Dank je, {first_name}."
"""  # fmt: skip


def write(folder: Path, locales: Path) -> dict[str, str]:
    """Make the folders of the study; returns the settings that name them. One language is enough
    and is read sooner.
    """
    flows = folder / "flows"
    (flows / "town").mkdir(parents=True)
    (flows / "town" / "study.yaml").write_text(STUDY, encoding="utf-8")
    (flows / "town" / "ask.yaml").write_text(ASK, encoding="utf-8")
    (folder / "locales").mkdir()
    (folder / "locales" / "nl").symlink_to(locales / "nl")
    (folder / "assets" / "images").mkdir(parents=True)
    return {
        "POLSBOT_STUDIES": str(flows),
        "POLSBOT_LOCALES": str(folder / "locales"),
        "POLSBOT_ASSETS": str(folder / "assets"),
        "POLSBOT_CARDS": str(folder / "cards"),
    }
