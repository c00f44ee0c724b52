"""Makes the wheel of this package for pip (PEP 517 and 660): nothing has to be fetched for it, and nothing is written here."""

import base64
import hashlib
import re
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "src"

#: Of every file in the wheel, so that the same files make the same wheel.
TIME = (1980, 1, 1, 0, 0, 0)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Writes the wheel into a folder. Returns the name of its file."""
    files = {path.relative_to(SOURCE).as_posix(): path.read_bytes() for path in _modules()}
    return _write(wheel_directory, files)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    """The same for `pip install -e`: the wheel says where the modules lie."""
    return _write(wheel_directory, {"__editable__.lethe_client.pth": f"{SOURCE}\n".encode()})


def _modules():
    return sorted(path for path in SOURCE.rglob("*") if path.suffix == ".py" or path.name == "py.typed")


def _said(key):
    """A text of the table [project]: before Python 3.11 there is nothing that reads TOML."""
    text = (HERE / "pyproject.toml").read_text("utf-8")
    return re.search(rf'^{key} = "(.*)"$', text, re.MULTILINE).group(1)


def _write(folder, files):
    name, version = _said("name").replace("-", "_"), _said("version")
    about = f"{name}-{version}.dist-info"
    metadata = [
        "Metadata-Version: 2.1",
        f"Name: {_said('name')}",
        f"Version: {version}",
        f"Summary: {_said('description')}",
        f"Requires-Python: {_said('requires-python')}",
        "License: MIT",
        "Provides-Extra: pandas",
        'Requires-Dist: pandas; extra == "pandas"',
        "Description-Content-Type: text/markdown",
        "",
        (HERE / "README.md").read_text("utf-8"),
    ]
    wheel = ["Wheel-Version: 1.0", "Generator: lethe", "Root-Is-Purelib: true", "Tag: py3-none-any", ""]
    files = {
        **files,
        f"{about}/METADATA": "\n".join(metadata).encode(),
        f"{about}/WHEEL": "\n".join(wheel).encode(),
    }
    record = "".join(f"{path},{_digest(data)},{len(data)}\n" for path, data in files.items())
    files[f"{about}/RECORD"] = f"{record}{about}/RECORD,,\n".encode()
    made = f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(Path(folder) / made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            entry = zipfile.ZipInfo(path, TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return made


def _digest(data):
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
