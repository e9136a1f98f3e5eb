"""Whom people call in need, in the country of a study."""

from functools import lru_cache
from pathlib import Path

from bot.content.fields import fields_of
from bot.content.source import read_source
from bot.content.study import Study
from bot.content.yaml_nodes import Mapping
from bot.engine.flow import Value

FILE = Path(__file__).with_name("helplines.yaml")
NAMES = ("crisis_line", "emergency")


def helplines_of(study: Study) -> dict[str, Value]:
    """Placeholder → number, of the first country of a study; empty if none is known there."""
    return dict(helplines().get(study.countries[0], {})) if study.countries else {}


@lru_cache(maxsize=1)
def helplines() -> dict[str, dict[str, Value]]:
    """Country → placeholder → number."""
    source = read_source(FILE)
    return {
        country: {name: fields_of(source, field.value).text(name) for name in NAMES}
        for country, field in fields_of(source, source.root).all.items()
        if isinstance(field.value, Mapping)
    }
