"""All studies under a folder, ready to be asked, and every problem of every file at once.

A flow with an error is left out, a study whose ``study.yaml`` has one is left out; neither stops
the others. A language is offered for a flow when every text of the flow and every word of the bot
is there in it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.content.bank_file import check_bank, read_bank
from bot.content.catalogues import Catalogues, read_catalogues
from bot.content.draft import Bank, Desk, FlowDraft
from bot.content.fields import Fields, fields_of
from bot.content.flow_file import read_flow
from bot.content.languages import is_language
from bot.content.pictures import names_of, read_pictures
from bot.content.placeholders import STUDY_PLACEHOLDERS
from bot.content.problem import Problem, did_you_mean
from bot.content.recordings import Recording, read_recordings
from bot.content.revision import Revision, revision_of
from bot.content.source import Source, read_source
from bot.content.study import Study
from bot.content.study_file import policy_of, read_study
from bot.content.texts import Texts
from bot.content.words import SOURCE_LANGUAGE, Word, own_texts, read_words
from bot.content.yaml_nodes import Scalar
from bot.engine.flow import AnswerType, Step
from bot.message import Channel

STUDY_FILE = "study.yaml"
USABLE_DESPITE = frozenset({"F008"})
"""A missing picture is an error for the author, but the words stand without it."""


@dataclass(frozen=True, slots=True)
class Library:
    """What the files say. ``drafts`` (by study and flow), ``words``, ``catalogues`` and ``sources``
    (of ``study.yaml``, by study) are for the tools of authors and translators, ``own`` is for
    ``Texts``, ``pictures`` (name to file) for the cards,
    ``recordings`` (by name) for those who like to listen. ``judged`` are the studies of all
    folders, those with faults too and without their flows: what is whole of them can be checked.
    ``unread`` are the flows (study and file) of which nothing can be read.
    """

    studies: dict[str, Study]
    problems: list[Problem]
    drafts: dict[tuple[str, str], FlowDraft]
    words: dict[str, Word]
    own: dict[str, dict[str, str]]
    catalogues: Catalogues
    pictures: dict[str, Path]
    sources: dict[str, Source]
    locales: Path
    recordings: dict[str, Recording] = field(default_factory=dict)
    judged: dict[str, Study] = field(default_factory=dict)
    unread: frozenset[tuple[str, str]] = frozenset()

    def texts(self, revision: Revision | None = None) -> Texts:
        """The words of a revision and the bot's own; make it once per revision and keep it."""
        return Texts(self.own, revision)


def load_library(flows: Path, locales: Path, assets: Path) -> Library:
    """Read everything. Never raises for what the files hold."""
    pictures, picture_problems = read_pictures(assets / "images")
    recordings, recording_problems = read_recordings(assets / "audio")
    catalogues = read_catalogues(locales)
    words, word_source = read_words()
    own = own_texts(words, catalogues)
    shelf = _Shelf(flows, pictures)
    sources = [word_source]
    studies: dict[str, Study] = {}
    drafts: dict[tuple[str, str], FlowDraft] = {}
    study_sources: dict[str, Source] = {}
    judged: dict[str, Study] = {}
    for folder in sorted(path.parent for path in flows.glob(f"*/{STUDY_FILE}")):
        source = read_source(folder / STUDY_FILE)
        sources.append(source)
        study = read_study(source)
        languages = (study.languages if study else ()) or (SOURCE_LANGUAGE,)
        found = dict(shelf.flows(folder, languages))
        for name, draft in found.items():
            drafts[(folder.name, name)] = draft
        judged[folder.name] = _likely(study, folder.name)
        if study is None:
            continue
        _check_waves(
            source, study, set(found) | {flow for one, flow in shelf.unread if one == folder.name}
        )
        if not source.usable:
            continue
        study_sources[study.name] = source
        revisions = {
            name: _freeze(draft, study, own, catalogues)
            for name, draft in found.items()
            if _usable(shelf.problems_of(draft))
        }
        studies[study.name] = replace(study, flows=revisions)
    problems = {*picture_problems, *recording_problems, *catalogues.problems, *shelf.problems()}
    problems.update(problem for source in sources for problem in source.problems)
    return Library(
        studies,
        sorted(problems),
        drafts,
        words,
        own,
        catalogues,
        pictures,
        study_sources,
        locales,
        recordings,
        judged,
        frozenset(shelf.unread),
    )


def _likely(study: Study | None, name: str) -> Study:
    """A study for checks only: what its file does not say, or not readably, is taken as usual."""
    said = study or Study(name, "", (), ())
    return replace(
        said,
        languages=said.languages or (SOURCE_LANGUAGE,),
        channels=said.channels or (Channel.WHATSAPP, Channel.SMS),
    )


class _Shelf:
    """The files of flows and banks, each read once."""

    def __init__(self, flows: Path, pictures: dict[str, Path]) -> None:
        self._flows = flows
        self._pictures = names_of(pictures)
        self._banks: dict[str, Bank | None] = {}
        self._sources: dict[str, Source] = {}
        self.unread: set[tuple[str, str]] = set()
        for path in sorted(flows.glob("*/*.yaml")):
            if path.name != STUDY_FILE:
                file = f"{path.parent.name}/{path.stem}"
                self._sources[file] = read_source(path)
        for file, source in self._sources.items():
            if "bank" in source.root.values:
                self._banks[file] = read_bank(source)
            elif "flow" in source.root.values and not (source.file.parent / STUDY_FILE).exists():
                hint = f"write {source.file.parent.name}/{STUDY_FILE}: who is asked, when, how"
                source.report(source.root.values["flow"], "F026", "this flow has no study", hint)
            elif not source.root.values:
                self._banks[file] = None  # nobody knows what stands in it
        for bank in self._banks.values():
            if bank is not None:
                check_bank(bank, tuple(self._banks.values()), self._pictures)

    def flows(self, folder: Path, languages: tuple[str, ...]) -> Iterable[tuple[str, FlowDraft]]:
        """The flows of a study by name."""
        for file, source in self._sources.items():
            is_bank = file in self._banks and bool(source.root.values)
            if file.split("/")[0] != folder.name or is_bank:
                continue
            if source.root.values:
                found = list(self._used(source, fields_of(source, source.root)))
                banks = tuple(bank for bank in found if bank is not None)
                desk = Desk(_language(source), languages, banks, self._pictures)
                desk.lacks_bank = len(banks) < len(found)
                draft = read_flow(source, folder.name, desk)
                if draft is not None:
                    yield draft.flow.name, draft
                    continue
            self.unread.add((folder.name, source.file.stem))

    def problems(self) -> Iterable[Problem]:
        """Those of every file that was read."""
        return (problem for source in self._sources.values() for problem in source.problems)

    def problems_of(self, draft: FlowDraft) -> Iterable[Problem]:
        """Those of a flow's file and of the banks it uses."""
        sources = (draft.source, *(bank.source for bank in draft.banks))
        return (problem for source in sources for problem in source.problems)

    def _used(self, source: Source, fields: Fields) -> Iterable[Bank | None]:
        """The banks of `use:`; ``None`` for one that is missing or broken."""
        for word in fields.words("use"):
            if word.text not in self._banks:
                message = f"there is no bank `{word.text[:60]}`"
                hint = did_you_mean(word.text, self._banks) or "such as common/scales"
                source.report(word, "F009", message, hint)
            yield self._banks.get(word.text)


def _language(source: Source) -> str:
    """That of the texts in a file; whether it is one is told by who reads the file."""
    match source.root.values.get("language"):
        case Scalar(text=code) if is_language(code):
            return code
        case _:
            return SOURCE_LANGUAGE


def _check_waves(source: Source, study: Study, flows: set[str]) -> None:
    waves = fields_of(source, source.root).mapping("waves")
    for wave in study.waves:
        part = None if waves is None else waves.mapping(wave.name)
        if part is not None and wave.flow and wave.flow not in flows:
            message = f"there is no flow `{wave.flow}` in this study"
            part.all["flow"].report("F009", message, did_you_mean(wave.flow, flows))


def _usable(problems: Iterable[Problem]) -> bool:
    return all(problem.code in USABLE_DESPITE for problem in problems)


def _freeze(
    draft: FlowDraft,
    study: Study,
    own: dict[str, dict[str, str]],
    catalogues: Catalogues,
) -> Revision:
    texts: dict[str, dict[str, str]] = {}
    for language in study.languages:
        found: dict[str, str] = {}
        for key, source in draft.texts.items():
            same = source.language == language
            text = source.text if same else catalogues.translate(language, key, source.text)
            if text is not None:
                found[key] = text
        if found.keys() == draft.texts.keys() and language in own:
            texts[language] = found
    flow = replace(draft.flow, languages=tuple(texts), policy=policy_of(study))
    flow = replace(flow, steps=tuple(offered(step, flow.languages) for step in flow.steps))
    return revision_of(flow, texts, dict(STUDY_PLACEHOLDERS))


def offered(step: Step, languages: Collection[str]) -> Step:
    """A question for the language offers only those that can be spoken."""
    if step.type is not AnswerType.LANGUAGE:
        return step
    return replace(step, choices=tuple(one for one in step.choices if one.code in languages))
