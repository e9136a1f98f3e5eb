"""A page to be printed: every text of a language as it is seen, beside the source, for reviewers
who read on paper. It holds its pictures and needs nothing else.
"""

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import escape

from bot.content.cards import Card, CardError
from bot.content.cards.ahead import cards_of
from bot.content.draft import FlowDraft, SourceText
from bot.content.languages import RIGHT_TO_LEFT, own_name
from bot.content.library import Library
from bot.content.words import SOURCE_LANGUAGE
from bot.engine.flow import Kind, Step

Draw = Callable[[Card], bytes]
"""Makes the picture of a card, as PNG."""

_STYLE = """
body{font:14px/1.45 "Noto Sans","Noto Sans Arabic",system-ui,sans-serif;color:#1d2a3a}
body{margin:2rem auto;max-width:52rem;padding:0 1rem}
h2{margin-top:2.5rem;border-bottom:2px solid #23506e;color:#23506e}
section{display:grid;grid-template-columns:1fr 1.35fr 8rem;gap:.8rem;padding:.9rem 0}
section{border-bottom:1px solid #d9dfe7;break-inside:avoid}
code,.note,.mine{color:#5c6b7d;font-size:.78rem}
.note{margin:.2rem 0 .4rem}
.bubble{background:#f3f6f9;border:1px solid #d9dfe7;border-radius:.9rem;padding:.6rem .8rem}
.bubble{white-space:pre-wrap}
.bubble img{width:100%;border-radius:.5rem;margin-bottom:.4rem}
ol{list-style:none;margin:.5rem 0 0;padding:0}
li{border:1px solid #8795a5;border-radius:.6rem;padding:.2rem .6rem}
li{margin-top:.3rem;background:#fff}
.gap{color:#b3401a;font-weight:700}
.mine{border-bottom:1px dotted #8795a5;min-height:4rem}
@page{margin:14mm}
@media print{body{margin:0;max-width:none}}
"""


def sheet(library: Library, language: str, draw: Draw) -> str:
    """The page of one language; a text that is missing is marked, and so is a card without one."""
    page = _Page(library, language, draw)
    title = f"{own_name(language)} ({language})"
    body = "".join(
        (*(page.flow(study, draft) for (study, _), draft in library.drafts.items()), page.own())
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1>"
        "<p>Left the source, in the middle what people see, right your remark. Is it short, warm, "
        f"clear and right? Name the grey code with each remark.</p>{body}</html>\n"
    )


class _Page:
    def __init__(self, library: Library, language: str, draw: Draw) -> None:
        self._library = library
        self._language = language
        self._draw = draw
        self._way = "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"

    def flow(self, study: str, draft: FlowDraft) -> str:
        flow = draft.flow
        steps = (*((flow.invite,) if flow.invite else ()), *flow.steps)
        found = "".join(self._step(study, draft, step) for step in steps if step.text)
        return f"<h2>{escape(f'{study}/{flow.name}: {flow.title}')}</h2>{found}"

    def own(self) -> str:
        words = [word for word in self._library.words.values() if not word.same]
        rows = "".join(
            _row(word.key, word.note, escape(word.text), self._said(word.key, word.text), self._way)
            for word in words
        )
        return f"<h2>polsbot: the bot's own words</h2>{rows}"

    def _step(self, study: str, draft: FlowDraft, step: Step) -> str:
        text = draft.texts.get(step.text or "")
        labels = [draft.texts[one.label] for one in step.choices if one.label in draft.texts]
        if text is None:
            return ""
        source = escape(text.text) + _listed(escape(one.text) for one in labels)
        seen = "".join(self._pictures(study, draft, step)) + self._translated(text)
        seen += _listed(self._translated(one) for one in labels)
        return _row(step.name, text.note, source, seen, self._way)

    def _pictures(self, study: str, draft: FlowDraft, step: Step) -> Iterator[str]:
        revision = self._library.studies[study].flows.get(draft.flow.name)
        if revision is None or self._language not in revision.texts or step.kind is Kind.SET:
            return
        alone, texts = replace(draft.flow, steps=(step,)), self._library.texts(revision)
        for card in list(cards_of(alone, texts, (self._language,)))[:1]:
            try:
                png = base64.b64encode(self._draw(card)).decode()
            except CardError as error:
                yield f'<span class="gap">{escape(str(error))}</span>'
            else:
                yield f'<img alt="" src="data:image/png;base64,{png}">'

    def _translated(self, text: SourceText) -> str:
        is_source = text.language == self._language
        return escape(text.text) if is_source else self._said(text.key, text.text)

    def _said(self, key: str, source: str) -> str:
        if key in self._library.words and self._language == SOURCE_LANGUAGE:
            return escape(source)
        found = self._library.catalogues.translate(self._language, key, source)
        return '<span class="gap">not translated</span>' if found is None else escape(found)


def _row(name: str, note: str, source: str, seen: str, way: str) -> str:
    return (
        f'<section><div><code>{escape(name)}</code><p class="note">{escape(note)}</p>{source}</div>'
        f'<div class="bubble" dir="{way}">{seen}</div><div class="mine">remark</div></section>'
    )


def _listed(labels: Iterator[str]) -> str:
    items = "".join(f"<li>{label}</li>" for label in labels)
    return f"<ol>{items}</ol>" if items else ""
