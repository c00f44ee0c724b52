"""Two domains of text that Python brings along: what its help says, in English, and the code of its library."""

import ast
import hashlib
import sysconfig
from pathlib import Path

#: Characters of each text at most.
LENGTH = 450_000
#: Every tenth block of so many characters is for testing.
BLOCK, TEST_EVERY = 2000, 10


def english():
    """The topics of `help()`: a reference of the language, in sentences."""
    from pydoc_data.topics import topics

    return plain("\n\n".join(topics[name].strip() for name in sorted(topics)))


def code():
    """Modules of the standard library, without comments and docstrings, in one layout."""
    found, length = [], 0
    for file in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        found.append(plain(ast.unparse(without_docstrings(ast.parse(file.read_bytes())))))
        length += len(found[-1])
        if length >= LENGTH:
            break
    return "\n\n".join(found)


def without_docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


def plain(text):
    """The characters of ASCII that are seen, blanks and line feeds."""
    kept = "".join(character for character in text if character == "\n" or " " <= character <= "~")
    return kept[:LENGTH]


def split(text):
    """Training and test text. The latter is spread over all of it."""
    blocks = [text[at : at + BLOCK] for at in range(0, len(text), BLOCK)]
    test = blocks[TEST_EVERY - 1 :: TEST_EVERY]
    del blocks[TEST_EVERY - 1 :: TEST_EVERY]
    return "".join(blocks), "".join(test)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()
