"""Runs checks by their table, and counts."""

import inspect
import traceback
import types


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = []

    def passes(self, name: str) -> None:
        self.passed += 1
        print(f"ok {name}", flush=True)

    def fails(self, name: str, why: str) -> None:
        self.failed.append(name)
        print(f"FAILED {name}\n{why}", flush=True)

    def run(self, module: types.ModuleType, given, label: str = "python") -> None:
        """Runs every check of a module. One that its table leaves out is a failure too."""
        for name in left_out(module):
            self.fails(name, f"expected it in the table of {module.__name__}")
        for check in module.CHECKS:
            name = f"{label} {module.__name__}.{check.__name__}"
            try:
                check(given)
            except Exception:
                self.fails(name, traceback.format_exc())
            else:
                self.passes(name)

    def end(self) -> int:
        print(f"{self.passed} passed, {len(self.failed)} failed", flush=True)
        for name in self.failed:
            print(f"failed: {name}")
        return 1 if self.failed or not self.passed else 0


def left_out(module: types.ModuleType) -> list[str]:
    """The functions that take and give what the checks of a module do, and are not in its table."""
    form = inspect.signature(module.CHECKS[0])
    functions = [value for value in vars(module).values() if inspect.isfunction(value)]
    own = [function for function in functions if function.__module__ == module.__name__]
    like = [function for function in own if inspect.signature(function) == form]
    return [function.__name__ for function in like if function not in module.CHECKS]
