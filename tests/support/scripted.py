"""The scripts of a page as their text: what they load, what they say, and that nothing in them reads text as HTML."""

import re
from collections.abc import Iterable
from pathlib import Path

import libs.common.web.scripted as shared

SHARED = Path(shared.__file__).with_name("scripts")
_PAIR = re.compile(r'^  (\w+): \[\s*("[^"]+",\s*"[^"]+")', re.MULTILINE)
_SAID = re.compile(r'\bt\("(\w+)"|\b(?:button|group)\("(\w+)"|WORDS\.(\w+)')
_AS_HTML = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function")


class Scripts:
    """Those of one folder, and those that all pages share."""

    def __init__(self, folder: Path) -> None:
        self.own = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
        self.shared = {path.name: path.read_text(encoding="utf-8") for path in SHARED.iterdir()}
        self.texts = self.shared | self.own
        self.modules = {name: text for name, text in self.texts.items() if name.endswith(".js")}

    def imports(self, name: str) -> set[str]:
        """What a module loads, by name."""
        return set(re.findall(r'from "\./([^"]+)"', self.texts[name]))

    def loaded(self, *names: str) -> set[str]:
        """These and all that they load."""
        found: set[str] = set()
        waiting = {*names}
        while waiting:
            name = waiting.pop()
            found.add(name)
            waiting |= self.imports(name) - found
        return found

    def check_words(self, by_code: Iterable[str]) -> None:
        """Every word is said in both languages and somewhere; ``by_code`` are those that the server names."""
        own = dict(_PAIR.findall(self.own["words.js"].partition("\n};")[0]))
        pairs = dict(_PAIR.findall(self.shared["shared_words.js"]))
        assert not own.keys() & pairs.keys()
        text = "\n".join(text for name, text in self.modules.items() if not name.endswith("words.js"))
        said = {word for found in _SAID.findall(text) for word in found if word}
        assert said <= own.keys() | pairs.keys(), said - own.keys() - pairs.keys()
        named = {*by_code}
        assert [one for one in own if one not in named and not re.search(rf'["._]{one}\b|\b{one}:', text)] == []

    def check_nothing_is_read_as_html(self) -> None:
        """Elements are made of text alone."""
        assert [name for name, text in self.modules.items() if _AS_HTML.search(text)] == []
