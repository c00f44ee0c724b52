"""The wheel that pip gets: made of what is here alone, and whole."""

import base64
import hashlib
import importlib.util
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

CLIENT = Path(__file__).resolve().parent.parent
HAS_PIP = importlib.util.find_spec("pip") is not None


def maker():
    spec = importlib.util.spec_from_file_location("wheel_maker", CLIENT / "wheel_maker.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Wheel(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def made(self, make):
        name = make(str(self.folder))
        with zipfile.ZipFile(self.folder / name) as archive:
            return name, {path: archive.read(path) for path in archive.namelist()}

    def test_has_every_module_and_a_record_of_every_file(self):
        name, files = self.made(maker().build_wheel)
        self.assertRegex(name, r"^lethe_client-\d+\.\d+\.\d+-py3-none-any\.whl$")
        modules = {path.relative_to(CLIENT / "src").as_posix() for path in (CLIENT / "src").rglob("*.py")}
        self.assertEqual(modules, {path for path in files if path.endswith(".py")})
        self.assertIn("lethe/py.typed", files)
        [about] = {path.split("/")[0] for path in files if ".dist-info/" in path}
        self.assertIn("Requires-Python: >=3.9\n", files[f"{about}/METADATA"].decode())
        record = dict(line.split(",", 1) for line in files[f"{about}/RECORD"].decode().splitlines())
        self.assertEqual(set(record), set(files))
        for path, said in record.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(files[path]).digest()).rstrip(b"=").decode()
            expected = "," if path.endswith("/RECORD") else f"sha256={digest},{len(files[path])}"
            self.assertEqual(said, expected, path)

    def test_is_the_same_each_time(self):
        first = self.made(maker().build_wheel)[0]
        before = (self.folder / first).read_bytes()
        self.made(maker().build_wheel)
        self.assertEqual((self.folder / first).read_bytes(), before)

    def test_in_place_says_where_the_modules_lie(self):
        _, files = self.made(maker().build_editable)
        [place] = [text.decode().strip() for path, text in files.items() if path.endswith(".pth")]
        self.assertTrue((Path(place) / "lethe" / "__init__.py").is_file())

    @unittest.skipUnless(HAS_PIP, "pip is not installed")
    def test_is_installed_without_a_network_and_writes_nothing_here(self):
        before = sorted(path.name for path in CLIENT.iterdir())
        target = self.folder / "target"
        options = ["--no-index", "--no-input", "--disable-pip-version-check", "--quiet", "--target", str(target)]
        subprocess.run([sys.executable, "-m", "pip", "install", *options, str(CLIENT)], check=True, capture_output=True)
        code = "import lethe; print(lethe.__file__)"
        told = subprocess.run([sys.executable, "-c", code], cwd=target, check=True, capture_output=True, text=True)
        self.assertEqual(Path(told.stdout.strip()).resolve(), (target / "lethe" / "__init__.py").resolve())
        self.assertEqual(sorted(path.name for path in CLIENT.iterdir()), before)


if __name__ == "__main__":
    unittest.main()
