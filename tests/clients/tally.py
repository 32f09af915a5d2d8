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

    def run(self, module: types.ModuleType, given) -> None:
        """Runs every check of a module. One that its table leaves out is a failure too."""
        for name in left_out(module):
            self.fails(name, f"expected it in the table of {module.__name__}")
        for check in module.CHECKS:
            name = f"python {module.__name__}.{check.__name__}"
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
    """The functions that look like checks and are not in the table."""

    def is_check(function) -> bool:
        signature = inspect.signature(function)
        gives_nothing = signature.return_annotation is None
        return list(signature.parameters) == ["asking"] and gives_nothing

    functions = [value for value in vars(module).values() if inspect.isfunction(value)]
    own = [function for function in functions if function.__module__ == module.__name__]
    return [one.__name__ for one in own if is_check(one) and one not in module.CHECKS]
