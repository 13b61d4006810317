"""tools/check_layers.py finds what it is there for, in small trees made for it."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
import check_layers

TABLE = 'set(LION_COMPONENTS\n  "base|"\n  "text|base"\n  "nn|base"\n  "checkpoint|base nn"\n' \
        '  "engine|base text nn checkpoint")\n'


def check(files):
    """Exit code and output of the script for a project with these files under lion/."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "cmake").mkdir()
        (root / "cmake/Components.cmake").write_text(TABLE)
        for name, content in files.items():
            path = root / "lion" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = check_layers.main(root)
        return code, output.getvalue()


class CheckLayersTest(unittest.TestCase):
    def assert_clean(self, files):
        self.assertEqual(check(files), (0, ""))

    def assert_found(self, files, *parts):
        code, output = check(files)
        self.assertEqual(code, 1, output)
        self.assertEqual(len(output.splitlines()), 1, output)
        for part in parts:
            self.assertIn(part, output)

    def test_allows_the_components_of_the_table(self):
        self.assert_clean({
            "text/box.h": '#pragma once\n#include "lion/base/str.h"\n#include <vector>\n',
            "text/box.cpp": '#include "lion/text/box.h"\n',
            "lion.h": '#pragma once\n#include "lion/engine/lion.h"\n'})

    def test_finds_a_sideways_include(self):
        self.assert_found({"text/box.cpp": '\n#include "lion/nn/linear.h"\n'},
                          "lion/text/box.cpp:2:", '"lion/nn/linear.h"', "may include base",
                          "cmake/Components.cmake")

    def test_finds_an_upward_include(self):
        self.assert_found({"base/str.cpp": '#include <lion/text/box.h>\n'},
                          "lion/base/str.cpp:1:", "may include no other")

    def test_finds_an_include_that_hides_its_component(self):
        self.assert_found({"text/box.cpp": '#include "../nn/linear.h"\n'},
                          "lion/text/box.cpp:1:", "full path")

    def test_finds_a_component_that_is_not_in_the_table(self):
        self.assert_found({"common/util.cpp": "int x;\n"}, "lion/common/util.cpp:1:",
                          "component common", "cmake/Components.cmake")

    def test_keeps_torch_out(self):
        self.assert_found({"text/box.cpp": "#include <torch/torch.h>\n"}, "lion/text/box.cpp:1:",
                          "<torch/torch.h>", "free of torch", "another component")
        self.assert_found({"checkpoint/pickle.h": "#pragma once\n#include <ATen/ATen.h>\n"},
                          "lion/checkpoint/pickle.h:2:")

    def test_keeps_torch_out_of_what_the_front_door_includes(self):
        self.assert_found({"lion.h": "#pragma once\n# include <torch/types.h>\n"},
                          "lion/lion.h:2:", "must not need torch")
        self.assert_found({
            "lion.h": '#pragma once\n#include "lion/engine/lion.h"\n',
            "engine/lion.h": '#pragma once\n#include "lion/nn/linear.h"\n',
            "nn/linear.h": "#pragma once\n#include <c10/core/Device.h>\n"},
            "lion/nn/linear.h:2:", "must not need torch")
        self.assert_found({
            "engine/CMakeLists.txt": "lion_component(engine SOURCES a.cpp HEADERS bench.h)",
            "engine/bench.h": "#pragma once\n#include <ATen/ATen.h>\n"},
            "lion/engine/bench.h:2:", "must not need torch")

    def test_lets_torch_in_where_it_belongs(self):
        self.assert_clean({
            "nn/linear.h": "#pragma once\n#include <torch/nn/module.h>\n",
            "checkpoint/load.cpp": "#include <torch/torch.h>\n",
            "lion.h": '#pragma once\n#include "lion/engine/lion.h"\n',
            "engine/CMakeLists.txt": "lion_component(engine SOURCES inner.cpp HEADERS lion.h)",
            "engine/lion.h": "#pragma once\n",
            "engine/inner.h": "#pragma once\n#include <ATen/core/Tensor.h>\n",
            "engine/inner.cpp": '#include "lion/engine/inner.h"\n#include <ATen/ATen.h>\n'})

    def test_finds_output(self):
        for statement in ("std::cout << 1;", "std::cerr << 1;", 'printf("x");',
                          'std::fprintf(stderr, "x");', 'puts ("x");'):
            self.assert_found({"base/log.cpp": f"void f() {{\n  {statement}\n}}\n"},
                              "lion/base/log.cpp:2:", "writes to no stream", "log.h")

    def test_finds_the_end_of_the_process(self):
        for statement in ("exit(1);", "std::abort();", "_exit(0);", "std::terminate();"):
            self.assert_found({"base/log.cpp": f"void f() {{\n  {statement}\n}}\n"},
                              "lion/base/log.cpp:2:", "never ends the process", "Throw")

    def test_reads_neither_comments_nor_strings_as_code(self):
        self.assert_clean({"base/log.cpp": "\n".join([
            "// std::cout, exit(1)", '/* #include "lion/text/box.h"', "   abort() */",
            'const char* a = "printf(\\"x\\")";', 'const char* b = R"(abort())";',
            "const int c = 1'000 + '\"'; // \" exit(1)", 'std::snprintf(buffer, 3, "x");'])})

    def test_wants_pragma_once_first(self):
        self.assert_found({"base/str.h": "/// Text.\n#pragma once\n"}, "lion/base/str.h:1:",
                          "#pragma once")

    def test_fails_when_there_is_nothing_to_check(self):
        with self.assertRaisesRegex(SystemExit, "no C\\+\\+ file"):
            check({})


if __name__ == "__main__":
    unittest.main()
