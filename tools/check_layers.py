#!/usr/bin/env python3
"""Checks what no compiler checks about the files of lion/.

- A component includes only the components that the table in cmake/Components.cmake allows it, and
  always by the full path "lion/<component>/<file>.h".
- Torch stays out of the components that build without it, and of all that the headers of the front door
  (lion/lion.h and the public ones of the component engine) include.
- Library code writes to no stream and does not end the process.
- Every header begins with #pragma once.

Prints file:line: message for each finding; the exit code is 1 if there is one.
"""

import pathlib
import re
import sys

TORCH_FREE_COMPONENTS = {"base", "text", "image", "metrics", "annotations", "net", "checkpoint",
                         "generate", "data", "scenes", "eval"}
# Puts the tensors of a file into the modules of nn: where the component checkpoint meets torch.
TORCH_ALLOWED = re.compile(r"lion/checkpoint/load(_\w+)?\.(h|cpp)")

COMMENT = r"//[^\n]*|/\*.*?\*/"
RAW_STRING = r'R"(?P<d>[^\s()\\]*)\(.*?\)(?P=d)"'
STRING = r'"(?:\\.|[^"\\\n])*"'
CHARACTER = r"(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'"  # not the ' within 1'000
TOKENS = re.compile(
    f"(?P<comment>{COMMENT})|(?P<literal>{RAW_STRING}|{STRING}|{CHARACTER})", re.DOTALL)
INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')
TORCH_INCLUDE = re.compile(r"(torch|ATen|c10)/")
FORBIDDEN = [
    (re.compile(r"\bstd\s*::\s*(?:cout|cerr|clog)\b"
                r"|\b(?:v?f?printf|f?puts|putchar|perror)\s*\("),
     "the library writes to no stream. Use lion/base/log.h, or return it."),
    (re.compile(r"\b(?:_?exit|_Exit|quick_exit|abort|std\s*::\s*terminate)\s*\("),
     "the library never ends the process. Throw an Error."),
]


def read_table(root):
    """{component: set of components it may include} from cmake/Components.cmake."""
    text = (root / "cmake/Components.cmake").read_text(encoding="utf-8")
    table = re.search(r"set\(LION_COMPONENTS(.*?)\)", text, re.DOTALL)
    rows = re.findall(r'"(\w+)\|([\w ]*)"', table.group(1)) if table else []
    if not rows:
        sys.exit('cmake/Components.cmake: found no table set(LION_COMPONENTS "component|other components" ...).')
    return {component: set(needs.split()) for component, needs in rows}


def blank(text, kinds):
    """The text with these kinds of token made of spaces; lines stay where they are."""
    def replace(match):
        return re.sub(r"[^\n]", " ", match[0]) if match.lastgroup in kinds else match[0]
    return TOKENS.sub(replace, text)


def includes_of(file):
    """(line number, quote, included path) of each #include."""
    lines = blank(file.read_text(encoding="utf-8"), {"comment"}).split("\n")
    matches = ((number, INCLUDE.match(line)) for number, line in enumerate(lines, 1))
    return [(number, match[1], match[2]) for number, match in matches if match]


def front_door(root):
    """The headers that who includes the front door gets, as paths below the root."""
    todo = {"lion/lion.h"}
    cmake = root / "lion/engine/CMakeLists.txt"
    if cmake.exists() and (listed := re.search(r"\bHEADERS\b([^)]*)", cmake.read_text())):
        todo |= {f"lion/engine/{name}" for name in re.findall(r"(?<!\S)\w+\.h\b", listed[1])}
    reached = set()
    while todo:
        header = todo.pop()
        if header not in reached and (root / header).exists():
            reached.add(header)
            todo |= {target for _, _, target in includes_of(root / header)}
    return reached


def check_include(name, component, quote, target, table, door):
    """What is wrong with one #include of lion/<component>/<file>, or None."""
    if TORCH_INCLUDE.match(target):
        if TORCH_ALLOWED.fullmatch(name):
            return None
        if component in TORCH_FREE_COMPONENTS:
            return f"<{target}>: component {component} is kept free of torch. Move this to another component."
        if name in door:
            return (f"<{target}>: lion/lion.h or a public header of engine includes this file; "
                    "it must not need torch. Include it in a source.")
        return None
    if not target.startswith("lion/"):
        if quote == '"':
            return f'"{target}": write the full path "lion/<component>/<file>.h".'
        return None
    needed = target.split("/")[1]
    if component is None or needed == component or needed in table[component]:
        return None
    return (f'"{target}": component {component} may include {", ".join(sorted(table[component])) or "no other"} '
            "(cmake/Components.cmake).")


def check_file(root, file, table, door):
    """[(line number, message)] of one file."""
    name = file.relative_to(root).as_posix()
    component = name.split("/")[1] if name.count("/") > 1 else None
    if component is not None and component not in table:
        return [(1, f"component {component} is not in the table of cmake/Components.cmake.")]
    text = file.read_text(encoding="utf-8")
    findings = []
    if file.suffix == ".h" and not text.startswith("#pragma once\n"):
        findings.append((1, "the first line is not #pragma once."))
    for number, quote, target in includes_of(file):
        if problem := check_include(name, component, quote, target, table, door):
            findings.append((number, problem))
    for number, line in enumerate(blank(text, {"comment", "literal"}).split("\n"), 1):
        for pattern, problem in FORBIDDEN:
            if found := pattern.search(line):
                findings.append((number, f"{found[0].rstrip(' (')}: {problem}"))
    return sorted(findings)


def main(root):
    """Prints the findings of a project; returns the exit code."""
    table = read_table(root)
    files = sorted(f for f in (root / "lion").rglob("*") if f.suffix in (".h", ".cpp"))
    if not files:
        sys.exit(f"{root / 'lion'}: no C++ file there, so nothing was checked.")
    door = front_door(root)
    status = 0
    for file in files:
        for number, message in check_file(root, file, table, door):
            print(f"{file.relative_to(root)}:{number}: {message}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(__file__).resolve().parents[1]))
