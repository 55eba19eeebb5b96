# SPDX-License-Identifier: GPL-3.0-or-later
"""QThread workers inside PyQt6: worker objects moved to Qt's threads, driven by signals and slots.

Qt's threads are real ones, and still only one of them runs Python code at any moment: the lock is Python's.
"""

from __future__ import annotations

from typing import List, Optional

from PyQt6.QtCore import QCoreApplication, QObject, Qt, QThread, pyqtSignal, pyqtSlot

from ..worker import Run, Worker
from .threads import SharedWork


class WorkerObject(QObject):
    """Lives on its thread; does all its work in one slot."""

    finished = pyqtSignal()

    def __init__(self, run: Run, index: int, work: SharedWork) -> None:
        super().__init__()
        self._run = run
        self._index = index
        self._work = work
        self.error: Optional[Exception] = None

    @pyqtSlot()
    def carry_out(self) -> None:
        worker = Worker(self._run, self._index)
        try:
            worker.enter()
            if worker.wait_for_go():
                worker.carry_out_all(self._work.take())
        except Exception as error:  # nothing may leave a slot: PyQt would abort
            self.error = error
            self._run.stop.request()
        finally:
            worker.leave()
            self.finished.emit()


class Crew(QObject):
    """All workers and their threads; ends the application when the last one has finished."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        work = SharedWork(run)
        self._threads: List[QThread] = []
        self.workers: List[WorkerObject] = []
        for index in range(run.plan.workers):
            thread = QThread()
            thread.setObjectName(f"worker {index}")
            worker = WorkerObject(run, index, work)
            worker.moveToThread(thread)
            thread.started.connect(worker.carry_out)
            worker.finished.connect(thread.quit, Qt.ConnectionType.DirectConnection)
            thread.finished.connect(self._note_finished)
            self._threads.append(thread)
            self.workers.append(worker)
        self._running = len(self._threads)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    @pyqtSlot()
    def _note_finished(self) -> None:
        self._running -= 1
        if self._running == 0:
            for thread in self._threads:
                thread.wait()
            QCoreApplication.quit()


def carry_out(run: Run) -> None:
    application = QCoreApplication(["timeslice"])
    crew = Crew(run)
    crew.start()
    application.exec()
    for worker in crew.workers:
        if worker.error is not None:
            raise worker.error
