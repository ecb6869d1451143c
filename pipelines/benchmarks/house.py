"""The house in figures, read from its source alone: sizes, imports, repetition, and what its docstrings say.

    python -m anygen_pipelines.benchmarks.house [TREE ...]

A row per figure, a column per tree (a checkout; the one of this file where none is named). tests/test_house.py keeps the
figures that have a bound.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import statistics
import tokenize
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDERS = {"anygen": "anygen", "pipelines": "anygen_pipelines", "ui": "anygen_ui"}
"""Folder -> the package it is installed as."""
NAMED = {("anygen.model", f"anygen.loading.{name}") for name in ("checkpoint", "hub")}
"""The one exception: what from_pretrained, save_pretrained and push_to_hub of AnyGen import when they are called."""
LONGEST_FUNCTION = 80
"""Lines."""
SAME_LINES = 6
"""Lines of code in a row that make a repetition."""


@dataclass(frozen=True)
class Source:
    """One Python file: its module's name when installed, its text, its tree."""

    path: Path
    module: str
    text: str
    tree: ast.Module

    @property
    def num_lines(self) -> int:
        return len(self.text.splitlines())


def sources(root: Path) -> dict[str, Source]:
    """Module -> file, of the library, the jobs and the app of a checkout."""
    found = {}
    for folder, package in FOLDERS.items():
        for path in sorted((root / folder).rglob("*.py")):
            parts = (package, *path.relative_to(root / folder).with_suffix("").parts)
            module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            text = path.read_text(encoding="utf-8")
            found[module] = Source(path, module, text, ast.parse(text))
    return found


# Imports


def imports(source: Source, known: Iterable[str]) -> set[str]:
    """The modules among `known` that a file names in an import: at its top, in a function or for type checking."""
    known, found = set(known), set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            while name and name not in known:
                name = name.rpartition(".")[0]
            # A package's own module, as seen from inside it, holds nothing of its own that would tie the two.
            if name and name != source.module and not source.module.startswith(f"{name}."):
                found.add(name)
    return found


def import_graph(files: dict[str, Source]) -> dict[str, set[str]]:
    """Module -> what it imports, all of it: imports inside functions and under TYPE_CHECKING too, those of NAMED aside."""
    return {
        name: {other for other in imports(source, files) if (name, other) not in NAMED}
        for name, source in files.items()
    }


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The groups of modules that import one another (strongly connected components of more than one; Tarjan 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(sorted(group))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def room(module: str) -> str:
    """The entry at the top of the library that a module belongs to; the jobs and the app are a room each."""
    package, _, rest = module.partition(".")
    return rest.partition(".")[0] if package == "anygen" and rest else package


def room_arrows(graph: dict[str, set[str]]) -> set[tuple[str, str]]:
    """(room, room it imports from) for every pair of different ones."""
    pairs = {(room(name), room(other)) for name, others in graph.items() for other in others}
    return {(one, other) for one, other in pairs if one != other and other != "anygen"}


def arrows_up(graph: dict[str, set[str]]) -> list[tuple[str, str]]:
    """The arrows between rooms that run against the order of the house: those that would have to go for no two rooms to
    import each other, by way of others or directly. The order is the one that a greedy heuristic finds (Eades, Lin and
    Smyth, 1993); it asks nothing but the imports, so it serves any tree."""
    arrows = room_arrows(graph)
    left = {name for pair in arrows for name in pair}
    first: list[str] = []
    last: list[str] = []
    while left:
        inside = [(a, b) for a, b in arrows if a in left and b in left]
        outgoing = {name: sum(a == name for a, _ in inside) for name in left}
        incoming = {name: sum(b == name for _, b in inside) for name in left}
        sinks = sorted(name for name in left if not outgoing[name])
        tops = sorted(name for name in left if not incoming[name])
        if sinks:
            last = [*sinks, *last]
            left -= set(sinks)
        elif tops:
            first += tops
            left -= set(tops)
        else:
            chosen = max(sorted(left), key=lambda name: outgoing[name] - incoming[name])
            first.append(chosen)
            left.remove(chosen)
    order = {name: place for place, name in enumerate([*first, *last])}
    return sorted((a, b) for a, b in arrows if order[a] > order[b])


# Functions and repetition


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def long_functions(files: dict[str, Source]) -> list[str]:
    """`module:name (lines)` of the functions of more than LONGEST_FUNCTION lines."""
    found = []
    for source in files.values():
        for each in functions(source.tree):
            length = (each.end_lineno or each.lineno) - each.lineno + 1
            if length > LONGEST_FUNCTION:
                found.append(f"{source.module}:{each.name} ({length})")
    return found


def shapes(source: Source) -> list[tuple[int, str]]:
    """(line, its shape) for the lines of code: names, strings and numbers stand for any; imports, docstrings and lines of
    punctuation alone are left out."""
    skipped: set[int] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, (ast.Expr, ast.Import, ast.ImportFrom)):
            skipped |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines: dict[int, list[str]] = defaultdict(list)
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.start[0] in skipped or token.type in (tokenize.COMMENT, tokenize.NL, tokenize.INDENT):
            continue
        kinds = {tokenize.STRING: "S", tokenize.NUMBER: "0"}
        is_name = token.type == tokenize.NAME and token.string not in KEYWORDS
        lines[token.start[0]].append("N" if is_name else kinds.get(token.type, token.string.strip()))
    kept = ((number, " ".join(filter(None, each))) for number, each in sorted(lines.items()))
    return [(number, shape) for number, shape in kept if re.search(r"\w", shape)]


KEYWORDS = frozenset(
    {"def", "class", "return", "if", "for", "while", "with", "try", "raise", "in", "not", "and", "or"}
)


def repetitions(files: dict[str, Source]) -> set[tuple[str, str]]:
    """Pairs of functions or classes that share SAME_LINES lines of code of one shape, names aside, where those lines are
    more than fields, arguments and brackets: at least half of them call, compare or decide something."""
    places: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for source in files.values():
        owners = owners_of(source)
        lines = shapes(source)
        for start in range(len(lines) - SAME_LINES + 1):
            window = lines[start : start + SAME_LINES]
            rich = sum(bool(re.search(r"N \(|\. N|==|\bif\b|\bfor\b|\[", shape)) for _, shape in window)
            if 2 * rich >= SAME_LINES:
                places[tuple(shape for _, shape in window)].add(owners[window[0][0]])
    pairs = set()
    for owners_here in places.values():
        # What stands in more places than these is an idiom.
        if 1 < len(owners_here) <= 8:
            names = sorted(owners_here)
            pairs |= {(a, b) for place, a in enumerate(names) for b in names[place + 1 :]}
    return pairs


def owners_of(source: Source) -> dict[int, str]:
    """Line -> the innermost function or class it stands in, as module:name."""
    owners = dict.fromkeys(range(1, source.num_lines + 2), source.module)
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                owners[number] = f"{source.module}:{node.name}@{node.lineno}"
    return owners


# Docstrings


@dataclass(frozen=True)
class Finding:
    """A public name and what its docstring leaves unsaid; nothing where it says all that the rule asks."""

    name: str
    unsaid: tuple[str, ...]


SHAPE = re.compile(r"\((?:[A-Z]\w*|\d+|\.\.\.)(?:, ?(?:[A-Z]\w*|\d+|\.\.\.))*,?\)|\bshape|\bscalar")
TENSOR = re.compile(r"\bTensor\b|\bndarray\b")


def docstring_findings(files: dict[str, Source]) -> list[Finding]:
    """The house rule, name by name, over modules, classes, functions and methods of the library that are public.

    A docstring is there (a method may leave it to the class it implements, an __init__ to its own class). What raises
    says so: `Raises` and the error's name. What takes or gives tensors or arrays says their shape, in letters,
    or in the names themselves (`features_NFE`)."""
    library = {name: each for name, each in files.items() if name.partition(".")[0] == "anygen"}
    documented = {
        method.name
        for source in library.values()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and ast.get_docstring(method)
    }
    found = []
    for source in library.values():
        found.append(Finding(source.module, () if ast.get_docstring(source.tree) else ("what it is",)))
        for name, node, owner in public_definitions(source.tree):
            found.append(Finding(f"{source.module}:{name}", unsaid(node, owner, documented)))
    return found


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def public_definitions(tree: ast.Module) -> Iterator[tuple[str, Definition, ast.ClassDef | None]]:
    """(name, node, class it belongs to) of what a file offers: no name of it begins with an underscore."""
    for node in tree.body:
        if not isinstance(node, Definition) or node.name.startswith("_"):
            continue
        yield node.name, node, None
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, Definition) and (
                    not method.name.startswith("_")
                    or (isinstance(method, ast.FunctionDef) and method.name == "__init__")
                ):
                    yield f"{node.name}.{method.name}", method, node


def unsaid(node: Definition, owner: ast.ClassDef | None, documented: set[str]) -> tuple[str, ...]:
    """What the docstring of a public name leaves out, of what the rule asks for."""
    said = ast.get_docstring(node) or ""
    if isinstance(node, ast.ClassDef):
        return () if said else ("what it is",)
    class_said = (ast.get_docstring(owner) or "") if owner is not None else ""
    missing = []
    is_told_elsewhere = node.name == "__init__" or (owner is not None and node.name in documented)
    is_overload = any(ast.unparse(each).endswith("overload") for each in node.decorator_list)
    is_setter = any(isinstance(each, ast.Attribute) and each.attr == "setter" for each in node.decorator_list)
    if is_overload or is_setter:
        return ()
    # A property's name says what it is where its type says the rest.
    is_property = any("property" in ast.unparse(each) for each in node.decorator_list)
    if not said and not is_told_elsewhere and not is_property:
        missing.append("what it is")
    whole = f"{said}\n{class_said}"
    for error in sorted(raised(node)):
        if not re.search(rf"Raises\b(?:(?!\n\n).)*\b{error}\b", whole, re.DOTALL):
            missing.append(f"Raises {error}")
    if says_tensor(node) and said and not SHAPE.search(whole):
        missing.append("shapes")
    return tuple(missing)


def raised(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The errors that a function's own body raises by name; what it catches or raises again aside."""
    found = set()
    inner = {id(each) for other in functions(node) if other is not node for each in ast.walk(other)}
    for each in ast.walk(node):
        if isinstance(each, ast.Raise) and id(each) not in inner and isinstance(each.exc, ast.Call):
            name = ast.unparse(each.exc.func).rpartition(".")[2]
            if name.endswith("Error"):
                found.add(name)
    return found - {"NotImplementedError", "StopIteration", "AttributeError"}


def says_tensor(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a signature holds arrays whose names do not say their shape, or gives some."""
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    taken = [
        each.arg for each in arguments if each.annotation and TENSOR.search(ast.unparse(each.annotation))
    ]
    gives = node.returns is not None and TENSOR.search(ast.unparse(node.returns)) is not None
    return gives or any(not re.search(r"_[A-Z]+$", name) for name in taken)


# Tests


def without_tests(root: Path, files: dict[str, Source]) -> list[str]:
    """The files that no test stands beside: tests/ at the same path, `test_` before the name, or the folder's name for a
    package's own file. Files without a function or a class need none."""
    found = []
    for source in files.values():
        relative = source.path.relative_to(root)
        if not any(isinstance(node, Definition) for node in source.tree.body) or relative.stem == "__main__":
            continue
        if relative.stem == "__init__":
            names = [relative.parent / "test_init.py", relative.parent / f"test_{relative.parent.name}.py"]
        else:
            names = [relative.parent / f"test_{relative.stem}.py"]
        if not any((root / "tests" / name).is_file() for name in names):
            found.append(relative.as_posix())
    return found


# The table


def measure(root: Path) -> dict[str, str]:
    """Figure -> its value for a checkout, in the order of the page."""
    files = sources(root)
    graph = import_graph(files)
    lines = dict.fromkeys((f"lines of {folder}/" for folder in FOLDERS), 0)
    for source in files.values():
        lines[f"lines of {source.path.relative_to(root).parts[0]}/"] += source.num_lines
    findings = docstring_findings(files)
    whole = [each for each in findings if not each.unsaid]
    top = [each for each in (root / "anygen").iterdir() if each.suffix == ".py" or is_package(each)]
    counts: dict[str, Callable[[], object]] = {
        "files": lambda: len(files),
        **{name: f"{count:,}".__str__ for name, count in lines.items()},
        "lines of the median file": lambda: int(statistics.median(each.num_lines for each in files.values())),
        "entries at the top of anygen/": lambda: len(top),
        "arrows between its rooms": lambda: len(room_arrows(graph)),
        "arrows that run up": lambda: len(arrows_up(graph)),
        "import cycles": lambda: len(cycles(graph)),
        f"functions over {LONGEST_FUNCTION} lines": lambda: len(long_functions(files)),
        f"pairs that repeat {SAME_LINES} lines": lambda: len(repetitions(files)),
        "public names that say what the rule asks": lambda: f"{100 * len(whole) / len(findings):.1f} %",
        "files without tests at their path": lambda: len(without_tests(root, files)),
    }
    return {name: str(count()) for name, count in counts.items()}


def is_package(folder: Path) -> bool:
    """Whether a folder holds something of the library, and not what Python left behind."""
    return folder.is_dir() and folder.name != "__pycache__" and any(folder.rglob("*.*"))


def main(words: list[str] | None = None) -> int:
    """The command: the table, or with --list what one figure counts."""
    parser = argparse.ArgumentParser(prog="python -m anygen_pipelines.benchmarks.house", description=__doc__)
    parser.add_argument("trees", nargs="*", type=Path, default=[Path(__file__).resolve().parents[2]])
    parser.add_argument("--list", choices=LISTS, help="what a figure counts, in the first tree")
    arguments = parser.parse_args(words)
    if arguments.list:
        root = arguments.trees[0]
        print("\n".join(map(str, LISTS[arguments.list](root, sources(root)))))
        return 0
    columns = [measure(tree) for tree in arguments.trees]
    print("| | " + " | ".join(tree.resolve().name for tree in arguments.trees) + " |")
    print("|---" * (1 + len(columns)) + "|")
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(column[name] for column in columns) + " |")
    return 0


LISTS: dict[str, Callable[[Path, dict[str, Source]], Iterable[object]]] = {
    "cycles": lambda root, files: cycles(import_graph(files)),
    "up": lambda root, files: arrows_up(import_graph(files)),
    "long": lambda root, files: long_functions(files),
    "repeated": lambda root, files: sorted(repetitions(files)),
    "unsaid": lambda root, files: (
        f"{each.name}: {', '.join(each.unsaid)}" for each in docstring_findings(files) if each.unsaid
    ),
    "untested": lambda root, files: without_tests(root, files),
}

if __name__ == "__main__":
    raise SystemExit(main())
