"""A workbook's zip file as its parts: XML trees of those that are asked for, all others octet by octet as they were.

What we do not know of a planner's file is so carried over whole. Namespaces are not looked at: the strict and the usual
form of the format differ in nothing else that matters here.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

CONTENT_TYPES = "[Content_Types].xml"
MOST_XML = 8 * 1024**2
"""Octets of XML that are read of one file: a tree of them takes some seventy times as much memory."""
_NEVER_MOVED = ("xl/sharedStrings.xml", "xl/styles.xml", "xl/theme/")


class TooLarge(Exception):
    """More XML than any form holds."""


@dataclass(frozen=True)
class Related:
    """A part that another one names: what it is to it (the last word of the relationship's type), and its name."""

    kind: str
    part: str
    key: str
    node: Any


class Package:
    """The parts of a file. Raises what zipfile and lxml raise for a broken one."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.octets = {one.filename: archive.read(one) for one in archive.infolist() if not one.is_dir()}
        self._trees: dict[str, Any] = {}
        self._read = 0

    def __contains__(self, part: str) -> bool:
        return part in self.octets

    def tree(self, part: str) -> Any:
        """The root of a part's XML; what is changed in it is written.

        ValueError when it bears a document type, TooLarge with too much XML.
        """
        if part not in self._trees:
            self._read += len(self.octets[part])
            if self._read > MOST_XML:
                raise TooLarge(part)
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
            root = etree.fromstring(self.octets[part], parser)
            if root.getroottree().docinfo.doctype:
                raise ValueError(part)
            self._trees[part] = root
        return self._trees[part]

    def trees(self) -> Iterator[tuple[str, Any]]:
        """Every part of XML that may refer to cells, and its root."""
        for part in list(self.octets):
            if part.startswith("xl/") and part.endswith(".xml") and not part.startswith(_NEVER_MOVED):
                yield part, self.tree(part)

    def related(self, part: str) -> list[Related]:
        """The parts that one names in the file, with their relationship; '' is the file itself."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels not in self:
            return []
        found = []
        for node in self.tree(rels):
            target = node.get("Target", "")
            if node.get("TargetMode") != "External" and not target.startswith("#"):
                at = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                kind = node.get("Type", "").rpartition("/")[2]
                found.append(Related(kind, posixpath.normpath(at), node.get("Id", ""), node))
        return found

    def drop(self, of: str, kind: str) -> None:
        """Take out what a part names as `kind`: the part, its relationship and its content type."""
        for one in self.related(of):
            if one.kind == kind:
                self.octets.pop(one.part, None)
                self._trees.pop(one.part, None)
                one.node.getparent().remove(one.node)
                for node in list(self.tree(CONTENT_TYPES)):
                    if node.get("PartName", "").lstrip("/") == one.part:
                        node.getparent().remove(node)

    def write(self, path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, octets in self.octets.items():
                tree = self._trees.get(part)
                # A fixed time: the same data gives the same file.
                about = zipfile.ZipInfo(part, (1980, 1, 1, 0, 0, 0))
                about.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(about, octets if tree is None else _xml(tree))


def local(node: Any) -> str:
    """An element's name without its namespace; '' of comments and the like."""
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def children(node: Any, name: str) -> list[Any]:
    return [one for one in node if local(one) == name]


def child(node: Any, name: str) -> Any:
    return next((one for one in node if local(one) == name), None)


def made(node: Any, name: str, **attributes: str) -> Any:
    """A new element in the namespace of another, in no place yet."""
    return etree.Element(etree.QName(etree.QName(node).namespace, name), attributes, nsmap=node.nsmap)


def _xml(tree: Any) -> bytes:
    octets: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
    return octets
