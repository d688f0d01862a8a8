"""The cashier's program: keys and scans go to the till as commands, the till's pictures come back as paint.

One direction: nothing of the sale is kept here. The till runs on its own thread; nothing here waits for it but keys
that need the picture they were typed after.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace
from textual import events
from textual.app import App
from textual.message import Message

from loyalty.sentences import Lang, Templates
from terminal.session import commands as c
from terminal.session.port import Till, View
from terminal.ui.acted import Acted
from terminal.ui.acting import pasted, press, scanned
from terminal.ui.desk import Desk, after, opening
from terminal.ui.inlet import Inlet, Item, KeyGate, text_of
from terminal.ui.keys import Key
from terminal.ui.palette import ORDER, PALETTES, Palette, palette_for
from terminal.ui.sale_screen import SaleScreen
from terminal.ui.settling import Patience, answer_of
from terminal.ui.sight import Sight
from terminal.ui.themes import textual_theme, theme_name
from terminal.ui.wall import now_ms, wall_text
from terminal.ui.words import N_, Words

SETTLE_S = 10.0
"""A key never waits longer than this for the commands before it."""
MOST_FAULTS = 20
"""Errors of the screen itself in one run; beyond, it ends with a sentence, since the till keeps the receipt."""
SECOND_BELL_S = 0.15
BUSY = N_("Wait: the till is at work on this, press nothing")
ToSee = tuple[View, Desk, Words, Palette]
"""All that a picture is made of, but for the time."""
log = logging.getLogger(__name__)
# Where nobody set logging up, an error is kept off the cashier's terminal.
log.addHandler(logging.NullHandler())


class Pictured(Message):
    """The till has a new picture; several at once are painted once."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Pictured)


class Brought(Message):
    """A scan of a scanner that is no keyboard."""

    def __init__(self, scan: c.Scan) -> None:
        super().__init__()
        self.scan = scan


class TillApp(App[None]):
    """The screen over a till: `keys` tells scans from typing, `theme` is dark, light, ansi or auto, `notice_demo` says
    on the empty receipt how to scan something here; `sentences` gives those of the rooms behind the till, and is asked
    when the first is said; `standing` is called once the first picture stands."""

    CSS_PATH = Path(__file__).with_name("styles") / "till.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = []
    TITLE = "Kopilka"

    def __init__(
        self,
        till: Till,
        lang: Lang = "ru",
        keys: KeyGate | None = None,
        theme: str = "auto",
        notice_demo: str = "",
        *,
        sentences: Callable[[], Templates] | None = None,
        clock_ms: Callable[[], int] | None = None,
        standing: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self._till = till
        self._words = Words(lang, sentences)
        self._palette = palette_for(theme, self.console.color_system)
        self._demo = notice_demo
        self._clock_ms = clock_ms or now_ms
        self._standing = standing
        self._desk = opening(till.view())
        self._foreseen: Desk | None = None
        self._view = till.view()
        self._seen: ToSee | None = None
        self._pictures: deque[View] = deque(maxlen=1000)
        self._inlet = Inlet(self, keys, self.bell)
        self._unsettled = False
        self._patience = Patience(till, self._paint)
        self._faults = 0
        self._sale_screen = SaleScreen(self.press_key)
        self._unwatch: Callable[[], None] = lambda: None
        self._worker: asyncio.Task[None] | None = None
        for palette in PALETTES.values():
            self.register_theme(textual_theme(palette))
        self.set_reactive(App.theme, theme_name(self._palette))

    def get_default_screen(self) -> SaleScreen:
        return self._sale_screen

    def on_mount(self) -> None:
        self._unwatch = self._till.watch(self._pictured)
        self._take_in(self._till.view())
        self._paint()
        self._worker = asyncio.create_task(self._work(), name="keys")
        self.set_interval(1, self._repaint)
        if self._standing:
            self.call_after_refresh(self._standing)

    def on_unmount(self) -> None:
        self._unwatch()
        self._patience.end()
        if self._worker is not None:
            self._worker.cancel()

    # -- pictures in

    def _pictured(self, view: View) -> None:
        """On the till's thread."""
        self._pictures.append(view)
        self.post_message(Pictured())

    def on_pictured(self) -> None:
        while self._pictures:
            self._take_in(self._pictures.popleft())
        self._paint()

    def _take_in(self, view: View) -> None:
        self._foreseen = None
        self._patience.pictured()
        self._desk = after(self._desk, self._view, view)
        self._view = replace(view, sound="")
        if view.sound:
            self._ring(view.sound)

    def _ring(self, sound: str) -> None:
        """One bell for done, two for not done; the notice says the same in words."""
        self.bell()
        if sound == "error":
            self.set_timer(SECOND_BELL_S, self.bell)

    def _paint(self) -> None:
        """Paint what there is to see, unless it is what was painted last."""
        if self._to_see() != self._seen:
            self._repaint()

    def _repaint(self) -> None:
        """Paint in any case, since the clock goes on."""
        try:
            self._sale_screen.paint(self._sight())
            self._seen = self._to_see()
        except Exception:  # noqa: BLE001  # the edge of painting: a sentence instead of a traceback
            self._fault()

    def _to_see(self) -> ToSee:
        desk = self._foreseen or self._desk
        return self._view, replace(desk, note=BUSY) if self._patience.is_over else desk, self._words, self._palette

    def _sight(self) -> Sight:
        now_ms = self._clock_ms()
        clock = wall_text(now_ms, self._view.programme.time_zone)
        return Sight(*self._to_see(), clock, now_ms, self._demo)

    # -- keys and scans in

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._inlet.key(event)
            if self._inlet.alone or self._foreseen:
                # The keys of a quick scanner come together: of the first nothing is shown if the next are there.
                self._inlet.behind_keys(self._foresee)
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            self._inlet.paste(event)
        else:
            await super().on_event(event)

    def _foresee(self) -> None:
        """Show a key at once while the gate makes sure that no scanner typed it. Only the picture knows of it: nothing
        is kept, and when a scanner's next key comes the picture is as it was."""
        self._foreseen = None
        event = self._inlet.alone
        if event is not None and self.screen is self._sale_screen and (text := text_of(event)):
            acted = press(self._view, self._desk, event.key, text)
            self._foreseen = None if acted.commands or acted.asks else acted.desk
        self._paint()

    def bring(self, command: c.Command) -> None:
        """What a scanner on a port or a camera has to say, from any thread: a scan takes its place among the keys, so
        that `3*` or the number a return waits for holds for it too; anything else goes straight to the till."""
        if isinstance(command, c.Scan):
            self.post_message(Brought(command))
        else:
            self._till.post(command)

    def on_brought(self, brought: Brought) -> None:
        self._inlet.brought(brought.scan)

    def press_key(self, key: Key) -> None:
        """A key of the footer, pressed by a pointer; takes its place behind the keys typed before."""
        self._inlet.key(events.Key(key.name, None))

    async def _work(self) -> None:
        """Take what came in, one by one; a fault costs that one and never the next."""
        while True:
            item = await self._inlet.take()
            try:
                await self._take(item)
            except Exception:  # noqa: BLE001  # the edge of keys and scans: a fault costs that one, never the next
                self._fault()
            self._inlet.taken()

    async def _take(self, item: Item) -> None:
        if isinstance(item, str):
            item = c.Scan(item, "wedge")
        if isinstance(item, c.Scan):
            self._act(scanned(self._view, self._desk, item))
        elif self.screen is not self._sale_screen:
            await super().on_event(item)
        elif isinstance(item, events.Paste):
            self._act(pasted(self._view, self._desk, item.text))
        elif isinstance(item, events.Key):
            text = text_of(item)
            if not text:
                await self._settle()
            self._act(press(self._view, self._desk, item.key, text))

    async def _settle(self) -> None:
        """Wait for the picture after everything posted, since this key is meant for it and not for the one before."""
        if not self._unsettled:
            return
        self._unsettled = False
        try:
            view = await asyncio.wait_for(answer_of(self._till), SETTLE_S)
        except TimeoutError:
            log.error("till_is_slow")
            return
        self._pictures.clear()
        self._take_in(view)

    def _act(self, acted: Acted) -> None:
        self._foreseen = None
        self._desk = acted.desk
        for command in acted.commands:
            self._unsettled = True
            self._till.post(command)
        if acted.commands:
            self._patience.begin()
        match acted.asks:
            case "exit":
                self.exit()
            case "language":
                self._words = self._words.other()
                self._till.post(c.Speak(self._words.lang))
            case "theme":
                self._palette = PALETTES[ORDER[(ORDER.index(self._palette.name) + 1) % len(ORDER)]]
                self.theme = theme_name(self._palette)
        self._paint()

    async def settled(self) -> None:
        """Wait until every key and scan so far is dealt with and the picture after them is on the screen."""
        await self._inlet.emptied()
        await self._settle()
        self._paint()

    # -- the edge

    def _fault(self) -> None:
        """An error nobody foresaw: logged in full; the cashier reads a sentence and goes on with the same receipt."""
        log.exception("screen_fault")
        self._faults += 1
        self._seen = None
        if self._faults > MOST_FAULTS:
            self.exit(return_code=1, message=self._words.text(SCREEN_ENDS))
            return
        self._desk = Desk(note=N_("The screen made a mistake: nothing is lost, try again"))
        try:
            self._sale_screen.paint(self._sight())
        except Exception:
            # The pane that cannot be painted keeps its last rows; the log has the first error.
            log.exception("screen_fault_again")

    def _fatal_error(self) -> None:
        """What Textual itself could not handle: the screen ends with a sentence, the traceback goes to the log."""
        log.exception("screen_ended")
        self._exit_renderables.append(self._words.text(SCREEN_ENDS))
        self._close_messages_no_wait()


SCREEN_ENDS = N_("The screen has ended because of an error. The receipt is kept: start the till again")
