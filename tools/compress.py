"""Writes `.br` and `.gz` beside the files of a folder: `python -m tools.compress FOLDER CACHE QUALITY`, in the .venv.

The strongest compression of ten megabytes takes half a minute, so results are kept by their content's hash.
"""

import gzip
import hashlib
import os
import shutil
import sys
import zlib
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import product
from pathlib import Path

import brotli  # type: ignore[import-untyped]

SMALLEST = 1024  # bytes; below this a header costs more than is won
GAIN = 0.10  # what must be saved for a second file to be worth its place


def is_worth_it(raw: int, packed: int) -> bool:
    """Whether a compressed file should be there at all."""
    return raw > SMALLEST and packed < raw * (1 - GAIN)


def pack(content: bytes, quality: int) -> dict[str, bytes]:
    """The compressed forms that are worth it, by their suffix."""
    if not is_worth_it(len(content), len(zlib.compress(content, 1)) * 9 // 10):
        return {}  # a wheel or a picture: the slow compression would find no more
    forms = {
        ".gz": gzip.compress(content, min(quality, 9), mtime=0),
        ".br": brotli.compress(content, quality=quality),
    }
    return {suffix: packed for suffix, packed in forms.items() if is_worth_it(len(content), len(packed))}


def pack_files(paths: Sequence[Path], cache: Path, quality: int) -> None:
    """Compresses files of one content, or takes what an earlier run made of it at least as well."""
    content = paths[0].read_bytes()
    if len(content) <= SMALLEST:
        return
    name = hashlib.sha256(content).hexdigest()
    kept = next(
        (it for it in (cache / f"{name}-{best}" for best in (11, quality)) if (it / "done").exists()), None
    )
    if kept is None:
        kept = cache / f"{name}-{quality}"
        kept.mkdir(parents=True, exist_ok=True)
        for suffix, packed in pack(content, quality).items():
            (kept / suffix[1:]).write_bytes(packed)
        (kept / "done").touch()
    for path, suffix in product(paths, (".br", ".gz")):
        if (kept / suffix[1:]).exists():
            shutil.copyfile(kept / suffix[1:], f"{path}{suffix}")


def by_content(folder: Path) -> list[list[Path]]:
    """The files of a folder, the largest first; of one content together: what is kept has one writer."""
    files: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*"), key=lambda path: (-path.stat().st_size, path)):
        if path.is_file():
            files[hashlib.sha256(path.read_bytes()).hexdigest()].append(path)
    return list(files.values())


def compress_folder(folder: Path, cache: Path, quality: int) -> None:
    """Compresses all files of a folder, on all cores."""
    cache.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        jobs = [pool.submit(pack_files, paths, cache, quality) for paths in by_content(folder)]
        for done, job in enumerate(as_completed(jobs), 1):
            job.result()
            sys.stdout.write(f"{done} of {len(jobs)} files\n")
            sys.stdout.flush()


if __name__ == "__main__":
    compress_folder(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
