"""The one exception tree: a code, a sentence for the person, and what to do next.

KopilkaError
├── BadInput        what came in cannot be used: a scan, a phone, a figure, a file
├── BadProgramme    a programme document with every mistake in it
├── BadDevices      a file of devices with every mistake in it
├── NotNow          the thing is right but cannot be done in this state
├── StoreFault      a file or a database: locked, full, damaged
└── LinkFault       a server or a device did not answer as agreed
"""

from loyalty.sentences import Sentence


class KopilkaError(Exception):
    """`said` is the sentence for the person, `hint` what to do next; both are data until shown."""

    def __init__(self, said: Sentence, hint: Sentence | None = None) -> None:
        super().__init__(said.code, said.args)
        self.said = said
        self.hint = hint

    @property
    def code(self) -> str:
        return self.said.code


class BadInput(KopilkaError):
    pass


class NotNow(KopilkaError):
    pass


class StoreFault(KopilkaError):
    pass


class LinkFault(KopilkaError):
    pass


class BadProgramme(KopilkaError):
    """Every mistake of one programme document, in the order of the document."""

    def __init__(self, problems: "tuple[Problem, ...]") -> None:
        super().__init__(Sentence("programme.bad", {"count": len(problems)}))
        self.problems = problems


class BadDevices(KopilkaError):
    """Every mistake of one file of devices, in its order."""

    def __init__(self, file: str, problems: "tuple[Problem, ...]") -> None:
        super().__init__(Sentence("devices.bad", {"file": file, "count": len(problems)}), Sentence("devices.hint"))
        self.problems = problems


class Problem:
    """One mistake: `path` as in `campaign[2].reward.percent_bp`, what is wrong, and how to mend it; `of` is the id of
    the table it is in, where that has one."""

    __slots__ = ("mend", "of", "path", "what")

    def __init__(self, path: str, what: str, mend: str, of: str = "") -> None:
        self.path = path
        self.what = what
        self.mend = mend
        self.of = of

    def __str__(self) -> str:
        return f"{self.path}: {self.what}; {self.mend}"

    @property
    def shown(self) -> str:
        """For people, who look for the id and not for the 40th campaign."""
        return f"{self.path}{f' ({self.of})' if self.of else ''}: {self.what}; {self.mend}"
