"""The embedded Qdrant engine in a process of its own: ``python -m knowledge.qdrant.edge_worker --folder FOLDER``.

A process of its own because every call of the engine holds the interpreter lock, and so that a crash of native code
takes neither the bot nor anything acknowledged with it: writes are in the engine's log, which a restart replays.

It serves any number of clients on a Unix socket and lives as long as one of them is connected or the process that
started it lives (seen by the end of standard input). SIGTERM says that the starter will not come back; SIGINT is
ignored, because Ctrl-C in a terminal reaches children too and the starter is still busy closing.
On standard output it says one line: ``ready``, ``busy`` (the folder has a worker) or ``failed`` and the reason.
"""

import argparse
import asyncio
import os
import shutil
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from knowledge.qdrant.edge_backup import copy_folder
from knowledge.qdrant.edge_collections import EdgeCollections, EngineRefusal
from knowledge.qdrant.edge_frames import PROTOCOL_VERSION, STREAM_LIMIT, FrameError, encode_frame, read_frame
from knowledge.qdrant.edge_memory import release_mapped_files
from knowledge.qdrant.edge_operations import EdgeOperations
from knowledge.qdrant.edge_place import prepare_folder, socket_path, take_lock, write_address
from knowledge.qdrant.edge_translation import Plain, Untranslatable

_PANIC_STATUS = 70
_COPIED_AT_ONCE = 128
"""Points: nobody else is answered meanwhile, about 20 ms."""


class EdgeWorker:
    """Answers frames one after the other; flushes every ``flush_seconds`` and at the end.

    When there is nothing more to flush, it gives back the memory that loading and writing took.
    """

    def __init__(self, folder: Path, collections: EdgeCollections, *, flush_seconds: float) -> None:
        self._folder = folder
        self._collections = collections
        self._operations = EdgeOperations(collections)
        self._flush_seconds = flush_seconds
        self._clients: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._starter_is_gone = False

    async def serve(self) -> None:
        """Listen until nobody is left, then flush and close."""
        release_mapped_files(self._folder)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._starter_left)
        await loop.connect_read_pipe(lambda: _EndOfInput(self._starter_left), sys.stdin)
        socket = socket_path(self._folder)
        socket.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._serve_client, path=socket, limit=STREAM_LIMIT)
        socket.chmod(0o600)
        write_address(self._folder, socket)
        _say("ready")
        flushing = asyncio.create_task(self._flush_regularly())
        try:
            await self._stopping.wait()
        finally:
            server.close()
            socket.unlink(missing_ok=True)
            flushing.cancel()
            async with self._writing:
                self._collections.close()

    async def _serve_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        try:
            while not self._stopping.is_set():
                number, operation, arguments = await read_frame(reader)
                if operation in self._operations.reads:
                    await self._answer(writer, number, operation, arguments)
                else:  # Never waits for the lock here: this client's searches go on during a backup.
                    task = asyncio.create_task(self._answer(writer, number, operation, arguments))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except FrameError:
            traceback.print_exc()
        finally:
            self._clients.discard(writer)
            writer.close()
            self._stop_if_nobody_is_left()

    async def _answer(self, writer: asyncio.StreamWriter, number: int, operation: str, arguments: Plain) -> None:
        try:
            outcome: tuple[str, Any] = ("ok", await self._run(writer, operation, arguments))
        except EngineRefusal as refusal:
            outcome = ("refused", (refusal.status, str(refusal)))
        except Untranslatable as refusal:
            outcome = ("refused", (400, str(refusal)))
        except Exception as error:  # noqa: BLE001  # the engine raises bare Exception; its text goes to the client
            full_or_broken = isinstance(error, OSError) or "os error" in str(error)
            outcome = ("failed", str(error)) if full_or_broken else ("refused", (400, f"{operation}: {error}"))
        except asyncio.CancelledError:
            raise
        except BaseException:  # noqa: BLE001  # a panic of native code: nothing in memory can be trusted any more
            traceback.print_exc()
            os._exit(_PANIC_STATUS)
        try:
            writer.write(encode_frame(number, *outcome))
            await writer.drain()
        except ConnectionError:
            pass

    async def _run(self, writer: asyncio.StreamWriter, operation: str, arguments: Plain) -> Any:
        if read := self._operations.reads.get(operation):
            return read(**arguments)
        if write := self._operations.writes.get(operation):
            async with self._writing:
                return write(**arguments)
        match operation:
            case "hello":
                return {"protocol": PROTOCOL_VERSION, "pid": os.getpid()}
            case "backup":
                await self._backup(Path(arguments["target"]))
                return None
            case "compact":
                return await self._compact(arguments["collection"], arguments["into"])
            case "delete_collection":
                return await self._delete_collection(arguments["collection"])
            case "leave":
                self._clients.discard(writer)
                self._starter_is_gone |= arguments["starter"]
                self._stop_if_nobody_is_left()
                return {"stopping": self._stopping.is_set()}
            case _:
                raise EngineRefusal(400, f"unknown operation {operation!r}")

    async def _backup(self, target: Path) -> None:
        async with self._writing:
            self._collections.flush()
            await asyncio.to_thread(copy_folder, self._folder, target)

    async def _compact(self, name: str, into: str) -> None:
        """Copy in short stretches, between which others are answered; what they write goes to both."""
        if name not in self._collections.names and into in self._collections.aliases.values():
            return  # Done already: asked once more because the answer was lost.
        former = self._collections.get(name)
        try:
            async with self._writing:
                former.successor = into
            offset: int | str | None = None
            while True:
                async with self._writing:
                    offset = self._operations.copy_points(name, into, offset, _COPIED_AT_ONCE)
                if offset is None:
                    break
                await asyncio.sleep(0)
            async with self._writing:
                self._collections.flush()
                doomed = self._collections.replace(name, into)
        finally:
            former.successor = None
        if doomed is not None:
            await asyncio.to_thread(shutil.rmtree, doomed, ignore_errors=True)

    async def _delete_collection(self, name: str) -> bool:
        async with self._writing:
            doomed = self._collections.drop(name)
        if doomed is not None:
            await asyncio.to_thread(shutil.rmtree, doomed, ignore_errors=True)
        return doomed is not None

    async def _flush_regularly(self) -> None:
        wrote = True
        while True:
            await asyncio.sleep(self._flush_seconds)
            was_writing = wrote
            async with self._writing:
                try:
                    wrote = self._collections.flush()
                except Exception:  # noqa: BLE001  # for instance a full disk; writes will fail and say so
                    traceback.print_exc()
            if was_writing and not wrote:
                release_mapped_files(self._folder)

    def _starter_left(self) -> None:
        self._starter_is_gone = True
        self._stop_if_nobody_is_left()

    def _stop_if_nobody_is_left(self) -> None:
        if self._starter_is_gone and not self._clients:
            self._stopping.set()


class _EndOfInput(asyncio.Protocol):
    def __init__(self, at_end: Any) -> None:
        self._at_end = at_end

    def connection_lost(self, error: Exception | None) -> None:
        self._at_end()


def _say(line: str) -> None:
    sys.stdout.write(line.replace("\n", " ") + "\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    """Serve one folder; returns the exit status."""
    parser = argparse.ArgumentParser(description="The embedded Qdrant engine of one folder.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--flush-seconds", type=float, default=3.0)
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o077)
    folder: Path = options.folder
    try:
        prepare_folder(folder)
        lock = take_lock(folder)
        if lock is None:
            _say("busy")
            return 0
        collections = EdgeCollections(folder)
        collections.load()
    except Exception as error:  # noqa: BLE001  # whatever it is, the starter must be told
        traceback.print_exc()
        _say(f"failed {error}")
        return 1
    with lock:
        asyncio.run(EdgeWorker(folder, collections, flush_seconds=options.flush_seconds).serve())
    return 0


if __name__ == "__main__":
    sys.exit(main())
