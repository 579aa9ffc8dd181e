#!/usr/bin/env python3
"""What a release offers for download: the executable in one archive, with checksums and a list of what is inside.

    scripts/make_dist.py TOOL [FOLDER]        (default .build/dist; `make dist` builds the tool first)

TOOL is the built `fastkmeans`, with the folder of its resources beside it. The archive has them in `bin`, a manual page for each
command, and completions for bash, zsh and fish. Beside it lie the list of what is inside (SPDX 2.3 as JSON) and SHA256SUMS.
The same tool at the same commit gives the same bytes; SOURCE_DATE_EPOCH sets another date.
"""

import datetime
import gzip
import hashlib
import io
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tarfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESOURCES = "FastKMeans_FastKMeansCLI.resources"
WORDNET = ROOT / "Sources" / "FastKMeansCLI" / "Resources" / "wordnet" / "LICENSE"
PINS = ROOT / "scripts" / "release" / "Package.resolved"
COMPLETIONS = {
    "bash": "share/bash-completion/completions/fastkmeans",
    "zsh": "share/zsh/site-functions/_fastkmeans",
    "fish": "share/fish/vendor_completions.d/fastkmeans.fish",
}


def output(*command):
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout


def release_time():
    """Seconds since 1970 that every file of the archive gets."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return int(given or output("git", "-C", ROOT, "log", "-1", "--format=%ct"))


# Manual pages


def manual_pages(help_tree, version, day):
    """`(name, text)` of a page for the program and for each command, from the JSON of `--experimental-dump-help`."""
    program = help_tree["command"]
    commands = [command for command in program["subcommands"] if command["commandName"] != "help"]
    name = program["commandName"]
    related = [f"{name}-{command['commandName']}" for command in commands]
    yield f"{name}.1", manual_page(program, name, version, day, related)
    for command, page in zip(commands, related):
        yield f"{page}.1", manual_page(command, page, version, day, [name])


def manual_page(command, name, version, day, related):
    arguments = [argument for argument in command.get("arguments", []) if argument["shouldDisplay"]]
    required = " ".join(usage(argument) for argument in arguments if not argument["isOptional"])
    lines = [
        f'.TH "{name.upper()}" 1 "{day}" "FastKMeans {version}"',
        ".SH NAME", f"{roff(name)} \\- {roff(command['abstract'])}",
        ".SH SYNOPSIS", f".B {roff(name.replace('-', ' ', 1))}", " ".join(filter(None, [roff(required), "[options]"])),
    ]
    if command.get("discussion"):
        lines += [".SH DESCRIPTION", *paragraphs(command["discussion"])]
    if command.get("subcommands"):
        lines.append(".SH COMMANDS")
        for each in command["subcommands"]:
            lines += [".TP", f".B {roff(each['commandName'])}", roff(each["abstract"])]
    section = None
    for argument in sorted(arguments, key=lambda argument: argument.get("sectionTitle") is not None):
        title = argument.get("sectionTitle", "Options")
        if title != section:
            lines.append(f'.SH "{roff(title.upper())}"')
            section = title
        lines += [".TP", f"\\fB{roff(usage(argument, every_name=True))}\\fR", *paragraphs(explanation(argument))]
    lines += [".SH SEE ALSO", ", ".join(f"\\fB{roff(page)}\\fR(1)" for page in related)]
    return "\n".join(lines) + "\n"


def usage(argument, every_name=False):
    names = argument.get("names", []) if every_name else [argument["preferredName"]] if "preferredName" in argument else []
    flags = ", ".join(("-" if name["kind"] == "short" else "--") + name["name"] for name in names)
    value = "" if argument["kind"] == "flag" else f"<{argument['valueName']}>"
    return " ".join(filter(None, [flags, value]))


def explanation(argument):
    """The help of an argument; its default is added where the text does not say it."""
    parts = [argument.get("abstract", ""), argument.get("discussion", "")]
    default = argument.get("defaultValue")
    if default is not None and "(default:" not in parts[0]:
        parts[0] += f" (default: {default})"
    return "\n\n".join(filter(None, parts))


def paragraphs(text):
    """Text as roff; lines that are indented stay as they are."""
    lines = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines += [".PP"] if lines else []
        for line in part.split("\n"):
            lines += [".nf", roff(line), ".fi"] if line.startswith("  ") else [roff(line)]
    return lines


def roff(text):
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", escaped, flags=re.MULTILINE)


# The list of what is inside


def bill_of_materials(name, version, time, executable, swift_version, is_static):
    """SPDX 2.3: the executable, the packages that are linked into it or that it needs, and the demo's text."""
    pins = json.loads(PINS.read_text(encoding="utf-8"))["pins"]
    digest = {kind: hashlib.new(kind, executable).hexdigest() for kind in ("sha1", "sha256")}

    def package(identifier, title, number, location, licence):
        return {
            "SPDXID": f"SPDXRef-{identifier}", "name": title, "versionInfo": number, "downloadLocation": location,
            "filesAnalyzed": False, "licenseConcluded": licence, "licenseDeclared": licence, "copyrightText": "NOASSERTION",
        }

    swift = "Apache-2.0 WITH Swift-exception"
    own = package("FastKMeans", "FastKMeans", version, "NOASSERTION", "Apache-2.0")
    linked = [
        package(pin["identity"], pin["identity"], pin["state"]["version"],
                f"git+{pin['location']}@{pin['state']['revision']}", swift)
        for pin in pins
    ]
    runtime = package("Swift-runtime", "Swift runtime libraries", swift_version, "https://swift.org/install", swift)
    zlib = package("zlib", "zlib of the system", "NOASSERTION", "https://zlib.net", "Zlib")
    wordnet = package("WordNet", "WordNet definitions of the demo", "3.0", "https://wordnet.princeton.edu", "LicenseRef-WordNet")
    relations = [
        ("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-FastKMeans"), ("SPDXRef-FastKMeans", "CONTAINS", "SPDXRef-File-fastkmeans"),
        *(("SPDXRef-FastKMeans", "STATIC_LINK", each["SPDXID"]) for each in linked),
        ("SPDXRef-FastKMeans", "STATIC_LINK" if is_static else "DYNAMIC_LINK", "SPDXRef-Swift-runtime"),
        ("SPDXRef-FastKMeans", "DYNAMIC_LINK", "SPDXRef-zlib"), ("SPDXRef-FastKMeans", "CONTAINS", "SPDXRef-WordNet"),
    ]
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": name,
        "documentNamespace": f"https://spdx.org/spdxdocs/{name}-{digest['sha256'][:32]}",
        "creationInfo": {
            "created": datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": [f"Tool: FastKMeans-make_dist-{version}"],
        },
        "packages": [own, *linked, runtime, zlib, wordnet],
        "files": [{
            "SPDXID": "SPDXRef-File-fastkmeans", "fileName": "./bin/fastkmeans", "fileTypes": ["BINARY"],
            "checksums": [{"algorithm": kind.upper(), "checksumValue": value} for kind, value in digest.items()],
            "licenseConcluded": "NOASSERTION", "copyrightText": "NOASSERTION",
        }],
        "relationships": [
            {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other} for one, kind, other in relations
        ],
        "hasExtractedLicensingInfos": [
            {"licenseId": "LicenseRef-WordNet", "name": "WordNet 3.0 licence", "extractedText": WORDNET.read_text(encoding="utf-8")}
        ],
    }


def links_runtime_dynamically(executable):
    return b"libswiftCore." in executable


# The archive


def members(tool, version, time):
    """`path -> (bytes, mode)` of everything in the archive."""
    day = datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%d")
    found = {"bin/fastkmeans": (tool.read_bytes(), 0o755)}
    resources = tool.resolve().parent / RESOURCES
    if not resources.is_dir():
        sys.exit(f"{resources} is missing: the program needs it for its demo")
    for path in resources.rglob("*"):
        if path.is_file():
            found[f"bin/{RESOURCES}/{path.relative_to(resources).as_posix()}"] = (path.read_bytes(), 0o644)
    for page, text in manual_pages(json.loads(output(tool, "--experimental-dump-help")), version, day):
        found[f"share/man/man1/{page}"] = (text.encode(), 0o644)
    for shell, path in COMPLETIONS.items():
        found[path] = (output(tool, "--generate-completion-script", shell).encode(), 0o644)
    for name in ("LICENSE", "README.md", "CHANGELOG.md"):
        found[name] = ((ROOT / name).read_bytes(), 0o644)
    return found


def write_archive(path, folder, found, time):
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=time) as packed, tarfile.open(
        fileobj=packed, mode="w", format=tarfile.PAX_FORMAT
    ) as archive:
        for name, (content, mode) in sorted(found.items()):
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mode, entry.mtime = len(content), mode, time
            archive.addfile(entry, io.BytesIO(content))


def make(tool, folder):
    """Writes the archive, the list and the checksums; returns their paths."""
    time = release_time()
    version = output(tool, "--version").split()[-1]
    swift_version = re.search(r"Swift version (\S+)", output(os.environ.get("SWIFT", "swift"), "--version"))[1]
    system = {"Darwin": "macos"}.get(platform.system(), platform.system().lower())
    name = f"fastkmeans-{version}-{system}-{platform.machine()}"
    found = members(tool, version, time)
    executable = found["bin/fastkmeans"][0]
    bill = bill_of_materials(name, version, time, executable, swift_version, not links_runtime_dynamically(executable))
    text = json.dumps(bill, indent=1, ensure_ascii=False) + "\n"
    found["sbom.spdx.json"] = (text.encode(), 0o644)

    folder.mkdir(parents=True, exist_ok=True)
    archive, listing, sums = folder / f"{name}.tar.gz", folder / f"{name}.spdx.json", folder / "SHA256SUMS"
    write_archive(archive, name, found, time)
    listing.write_text(text, encoding="utf-8")
    sums.write_text("".join(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in (archive, listing)), encoding="utf-8")
    return archive, listing, sums


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    for path in make(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2] if len(sys.argv) == 3 else ROOT / ".build" / "dist")):
        print(path)


if __name__ == "__main__":
    main()
